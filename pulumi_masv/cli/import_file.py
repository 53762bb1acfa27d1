"""`pulumi-masv import-file`: what a team has, as files that `pulumi import` and a program take."""

import json
import shlex
from pathlib import Path
from typing import Annotated

import typer

from pulumi_masv import imports
from pulumi_masv.cli import refused, say
from pulumi_masv.cli.account import connect, listed
from pulumi_masv.cli.files import not_writable, write
from pulumi_masv.cli.options import Json, filtered
from pulumi_masv.errors import PackageNotFound
from pulumi_masv.formatting import counted
from pulumi_masv.models import Query


@filtered
def import_file(
    query: Query,
    fleet: Annotated[
        str | None, typer.Option(help="Import one PackageFleet of this name, with a manifest.")
    ] = None,
    declare: Annotated[
        str, typer.Option(help="What to declare as it is now: any of name,expiry,archived.")
    ] = "",
    output: Annotated[
        Path, typer.Option(help="The import file; the program goes next to it.")
    ] = Path("import.json"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")] = False,
    as_json: Json = False,
) -> None:
    """Write a file for `pulumi import`, and the program that declares the same.

    This reads listings only. Neither the import nor the next `pulumi up` reads anything.
    """
    names = {name.strip() for name in declare.split(",")} - {""}
    program, manifest = output.parent / "imported.py", output.parent / "masv.yaml"
    written = [output, program] if fleet is None else [output, program, manifest]
    wrong = _wrong(names, fleet, written, force=force)
    if wrong:
        raise typer.Exit(refused(*wrong))
    client = connect()
    every = listed(client, query)
    packages = [observed for observed in every if observed.package.is_known]
    if len(packages) < len(every):
        odd = counted(len(every) - len(packages), "package")
        say(f"{odd} left out, because this version does not know their state")
    if not packages:
        raise PackageNotFound(
            f"team {client.team_id} has no package that matches, so nothing was written"
            + ("" if query.status else "; without --status, only finalized and expired ones match")
        )
    if fleet is None:
        resources = imports.lifecycles(packages, client.team_id, names)
        texts = {program: imports.program(packages, names)}
    else:
        resources = imports.fleet(fleet, packages, client.team_id, names)
        texts = {
            program: imports.fleet_program(fleet, manifest.as_posix()),
            manifest: imports.manifest(packages, names),
        }
    texts[output] = json.dumps({"resources": resources}, indent=2) + "\n"
    try:
        write(texts)
    except OSError as error:
        raise typer.Exit(refused(f"{error.filename}: {error.strerror}")) from None
    following = [
        f"pulumi import --file {shlex.quote(str(output))} --generate-code=false --protect=false",
        "pulumi up --expect-no-changes",
    ]
    files = [str(path) for path in written]
    if as_json:
        print(json.dumps({"packages": len(packages), "files": files, "next": following}, indent=2))
        return
    print(f"# {counted(len(packages), 'package')} in {', '.join(files)}")
    beside = f", or `import {program.stem}` in it" if program.parent == Path() else ""
    print(f"# Use {program} as the program{beside}. Then run:")
    print("\n".join(following))


def _wrong(names: set[str], fleet: str | None, written: list[Path], *, force: bool) -> list[str]:
    """Return what is wrong with the options, one line each."""
    lines = []
    if unknown := sorted(names - set(imports.DECLARABLE)):
        lines.append(f"--declare: {unknown[0]!r} is not one of {', '.join(imports.DECLARABLE)}")
    if fleet is not None and not (fleet.strip() and fleet.isprintable()):
        lines.append("--fleet: give the fleet a name, in printable characters")
    if len(set(written)) < len(written):
        lines.append(f"--output: {written[0]} is the name of a file that goes next to it")
    problems = dict.fromkeys(filter(None, map(not_writable, written)))
    lines.extend(f"--output: {problem}" for problem in problems)
    lines.extend(
        f"{path} exists: add --force to overwrite it, or name another place with --output"
        for path in written
        if path.exists() and not (force or path.is_dir())
    )
    return lines
