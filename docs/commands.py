"""The command line, as its commands themselves describe it: each argument and option."""

import inspect
from typing import Any

from pulumi_masv.cli.app import COMMANDS, load


def render() -> str:
    """Return one section for each command, alike with every version of typer."""
    return "\n\n".join(_section(name) for name in COMMANDS)


def _section(name: str) -> str:
    command = load(name)
    words = inspect.cleandoc(command.help or "").replace("\f", "")
    rows = [f"| {_spelled(one)} | {_meaning(one)} |" for one in command.params]
    head = ["| argument or option | meaning |", "| --- | --- |"]
    return "\n".join([f"### pulumi-masv {name}", "", words, *(["", *head, *rows] if rows else [])])


def _spelled(one: Any) -> str:
    if one.param_type_name == "argument":
        return f"`{one.metavar or one.name.upper()}`"
    return ", ".join(f"`{spelling}`" for spelling in (*one.opts, *one.secondary_opts))


def _meaning(one: Any) -> str:
    says, default = one.help or "", one.default
    if default is None or callable(default) or default in (False, "", ()) or "efault" in says:
        return says
    return f"{says} Default: `{default}`."
