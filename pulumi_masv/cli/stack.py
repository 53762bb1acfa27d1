"""Where a command's settings come from: the selected stack of the project it runs in, by `pulumi`.

Outside of a project nothing is run. Pulumi never asks a question here, and nothing that it prints
is repeated: its errors may hold an address with a password.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pulumi_masv.errors import SettingsError
from pulumi_masv.formatting import visible
from pulumi_masv.settings import NAMES, Settings, resolve, unknown_keys, unknown_variables
from pulumi_masv.sources import is_in, is_ours, key, stored_in_clear, variable

_PATIENCE: Final = 15.0  # seconds; a backend far away answers within a few
_PROJECTS: Final = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
# What Pulumi complains of, and what that means. The first that fits counts.
_REASONS: Final = (
    (r"dial tcp|no such host|connection re|timeout|timed out|unreachable|performing HTTP",
     "its backend cannot be reached; check the network and `pulumi whoami`"),
    (r"passphrase",
     "its passphrase is missing or wrong; set PULUMI_CONFIG_PASSPHRASE"),
    (r"PULUMI_ACCESS_TOKEN|pulumi login|logged in|unauthorized|invalid access token",
     "Pulumi is not logged in; run `pulumi login`"),
    (r"no stack (selected|named)|no current stack",
     "no stack is selected; run `pulumi stack select` or set PULUMI_STACK"),
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """Where the settings come from.

    Attributes:
        place: the stack and its project, for people; "" outside of a project.
        configuration: the stack's `masv:` keys.
        secret: those of them that are stored as secrets.
        unread: why the stack could not be read; "" where it was.
    """

    place: str = ""
    configuration: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: frozenset[str] = frozenset()
    unread: str = ""

    def settings(self) -> Settings:
        """Return what the stack says, and the environment where it says nothing.

        Raises:
            SettingsError: a setting is wrong, or the key is stored in clear text.
        """
        return self._settings(NAMES)

    def alone(self, name: str) -> Settings:
        """Return a setting, with the default for all others. Raises SettingsError if wrong."""
        return self._settings((name,))

    def _settings(self, names: Iterable[str]) -> Settings:
        stack = {key(one): self.configuration.get(key(one), "") for one in names}
        clear = stored_in_clear(stack, self.secret.__contains__)
        if clear is not None:
            raise SettingsError(clear)
        return resolve(stack, {variable(one): os.environ.get(variable(one), "") for one in names})

    def line(self) -> str:
        """Return which source is used; "" outside of a project."""
        if not self.place:
            return ""
        if self.unread:
            return f"settings from the environment, because {self.why()}"
        others = [one for one in NAMES if not is_in(self.configuration, one)]
        used = ", ".join(variable(one) for one in others if os.environ.get(variable(one)))
        if len(others) == len(NAMES):
            return f"settings from the environment, because {self.place} has none"
        return f"settings from {self.place}" + (f"; {used} from the environment" if used else "")

    def why(self) -> str:
        """Return why the stack was not read."""
        return f"{self.place} could not be read: {self.unread}"

    def of(self, name: str) -> str:
        """Return where a setting comes from."""
        if is_in(self.configuration, name):
            return f"from {self.place}"
        return "from the environment" if os.environ.get(variable(name)) else "the default"

    def warnings(self) -> list[str]:
        """Return a line for each `masv:` key that is no setting, and each misspelt variable."""
        return unknown_keys(self.configuration) + unknown_variables(os.environ)


def find() -> Source:
    """Return the source of the settings in this folder."""
    here = Path.cwd()
    files = (folder / name for folder in (here, *here.parents) for name in _PROJECTS)
    file = next((one for one in files if one.is_file()), None)
    if file is None:
        return Source()
    project = _name(file)
    selected = os.environ.get("PULUMI_STACK", "")
    unread = (
        f"stack {visible(selected)} of {project}"
        if selected
        else f"the selected stack of {project}"
    )
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        return Source(unread, unread="`pulumi` is not on the PATH; install Pulumi")
    try:
        printed = _run(pulumi, "config", "--json", "--show-secrets")
        configuration, secret = _read(printed)
    except _Unread as error:
        return Source(unread, unread=str(error))
    return Source(f"stack {_stack(pulumi, selected)} of {project}", configuration, secret)


class _Unread(Exception):
    """Pulumi does not say; why not."""


def _run(pulumi: str, *arguments: str) -> str:
    """Return what Pulumi prints. It can ask nobody: it has no stdin and no terminal."""
    command = f"`pulumi {arguments[0]}`"
    try:
        done = subprocess.run(  # noqa: S603 - the one that a user's shell would start
            [pulumi, *arguments, "--non-interactive"],
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_PATIENCE,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _Unread(f"{command} gave no answer in {_PATIENCE:.0f} seconds") from None
    except OSError:
        raise _Unread(f"{pulumi} does not start; install Pulumi again") from None
    if done.returncode:
        for pattern, reason in _REASONS:
            if re.search(pattern, done.stderr, re.IGNORECASE):
                raise _Unread(reason)
        raise _Unread(f"{command} failed with exit status {done.returncode}; run it to see why")
    return done.stdout


def _read(printed: str) -> tuple[dict[str, str], frozenset[str]]:
    """Return the `masv:` keys of a configuration as JSON, and those stored as secrets."""
    try:
        found: Any = json.loads(printed)
        masv = {name: one for name, one in found.items() if is_ours(name)}
        values = {name: str(one["value"]) for name, one in masv.items() if "value" in one}
        return values, frozenset(name for name in values if masv[name].get("secret") is True)
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise _Unread("`pulumi config --json` printed no configuration") from None


def _stack(pulumi: str, selected: str) -> str:
    """Return the name of the selected stack."""
    if not selected:
        try:
            selected = _run(pulumi, "stack", "--show-name").strip()
        except _Unread:
            selected = ""
    return visible(selected)[:100] or "(selected)"


def _name(file: Path) -> str:
    """Return what a project is called: by its file, or else by its folder."""
    import yaml

    try:
        name = yaml.safe_load(file.read_text(encoding="utf-8"))["name"]
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, RecursionError):
        name = file.parent.name
    return f"project {visible(str(name))[:100]}"
