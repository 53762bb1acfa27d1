"""`pulumi-masv validate` and `explain`: what is wrong with a manifest, and what it comes to."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from pulumi_masv import policy
from pulumi_masv.cli import NO, NOT_UNDERSTOOD
from pulumi_masv.cli.account import connect
from pulumi_masv.cli.options import Json
from pulumi_masv.cli.progress import progress
from pulumi_masv.errors import ManifestError
from pulumi_masv.formatting import counted, quote, spell, visible
from pulumi_masv.models import NEVER, Declared, Package
from pulumi_masv.policy import Manifest, Mistake, inventory


def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Manifests.")],
    as_json: Json = False,
) -> None:
    """Report every mistake in manifests, with its place. MASV is not asked."""
    mistakes: list[Mistake] = []
    for file in files:
        try:
            manifest = Manifest.load(file)
        except ManifestError as error:
            mistakes += error.mistakes
            continue
        if not as_json:
            held = f"{counted(len(manifest.packages), 'package')}, "
            print(
                f"{visible(str(file))}: {held}{counted(len(manifest.rules), 'rule')}, no mistakes"
            )
    if as_json:
        print(json.dumps([mistake._asdict() for mistake in mistakes], indent=2))
    else:
        print("\n".join(map(str, mistakes)), end="\n" if mistakes else "")
    is_wrong = any(mistake.line for mistake in mistakes)  # and not only a file that is not there
    raise typer.Exit(NO if is_wrong else NOT_UNDERSTOOD if mistakes else 0)


def explain(
    package_id: Annotated[str, typer.Argument(metavar="ID", help="MASV's id of a package.")],
    file: Annotated[Path, typer.Option("--manifest", help="The manifest.")] = Path("masv.yaml"),
    as_json: Json = False,
) -> None:
    """Explain what a manifest declares for a package, by which rule, and why not by another."""
    manifest = Manifest.load(file)
    client = connect()
    with progress("listing packages"):
        packages, now = inventory.gather(manifest, client)
    package = next((one for one in packages if one.id == package_id), None)
    if package is None:
        raise client.not_found(package_id)
    decision = policy.evaluate(manifest, packages, now)
    declared = decision.declared.get(package_id)
    reasons = policy.reasons(manifest, decision, package, now)
    if as_json:
        print(json.dumps(_as_json(package, declared, reasons), indent=2))
        return
    state = visible(package.state or "unknown")
    end = f"ends {spell(package.end)}" if package.files_exist else "its files have ended"
    print(f"{package_id} {quote(package.name)}: {state}, {end}")
    for reason in reasons:
        print(f"  {reason}")
    print(f"declared: {_spelled(declared)}")


def _spelled(declared: Declared | None) -> str:
    if declared is None:
        return "nothing, it is left alone"
    end = declared.end
    said = {
        "name": declared.name and quote(declared.name),
        "expiry": None if end is None or end is NEVER else spell(end),
        "unlimited_storage": _yaml(declared.unlimited_storage),
        "archived": _yaml(declared.archived),
    }
    shown = [f"{name} {value}" for name, value in said.items() if value is not None]
    return ", ".join(shown) or "nothing"


def _yaml(flag: bool | None) -> str | None:
    return None if flag is None else str(flag).lower()


def _as_json(package: Package, declared: Declared | None, reasons: list[str]) -> dict[str, Any]:
    return {
        "package": package.model_dump(mode="json"),
        "declared": declared and declared.model_dump(mode="json", exclude_none=True),
        "reasons": reasons,
    }
