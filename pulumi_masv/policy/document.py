"""A manifest as a file: YAML in, every mistake with its place; and YAML out."""

import math
import os
from typing import Any, Final

import yaml
from pydantic import PrivateAttr, ValidationError

from pulumi_masv.policy.mistakes import Mistake, mistaken
from pulumi_masv.policy.model import ManifestModel
from pulumi_masv.policy.tree import ODD, QUOTES, Tree
from pulumi_masv.text import visible

_MOST_BYTES: Final = 16 * 2**20


class _Dumper(yaml.SafeDumper):
    """Writes every text on one line."""


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, '"' if "\n" in text else None
    ),
)


def _dumped(declared: dict[str, Any], **options: Any) -> str:
    dumped: str = yaml.dump(declared, None, _Dumper, sort_keys=False, width=math.inf, **options)
    return dumped


class Manifest(ManifestModel):
    """What a team declares of its packages in one YAML file: `packages`, `rules`, `defaults`."""

    _file: str | None = PrivateAttr(None)
    _lines: tuple[int, ...] = PrivateAttr(())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Manifest":
        """Read the manifest that a file holds.

        Raises:
            ManifestError: it cannot be read, or has mistakes: one line for each.
        """
        file = os.fspath(path)
        try:
            with open(file, "rb") as opened:
                content = opened.read(_MOST_BYTES + 1)
        except (OSError, ValueError) as error:  # no name of a file has a NUL
            why = f"cannot be read: {getattr(error, 'strerror', error)}"
            raise mistaken([Mistake(file, 0, 0, why)]) from None
        if len(content) > _MOST_BYTES:
            why = f"holds more than {_MOST_BYTES} bytes: split it into several stacks"
            raise mistaken([Mistake(file, 0, 0, why)])
        try:
            return cls.parse(content.decode("utf-8"), file)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            why = "is not UTF-8 from here on: save it as UTF-8"
            raise mistaken([Mistake(file, line, 1, why)]) from None

    @classmethod
    def parse(cls, text: str, file: str = "masv.yaml") -> "Manifest":
        """Read the manifest that a text holds.

        Args:
            text: YAML.
            file: what mistakes call it.

        Raises:
            ManifestError: it has mistakes: one line for each.
        """
        tree = Tree(text, file)
        values = tree.values()
        try:
            manifest = cls.model_validate({} if values is None else values)
        except ValidationError as error:
            raise mistaken(tree.with_those_of(error)) from None
        if tree.mistakes:
            raise mistaken(tree.mistakes)
        manifest._file = file
        manifest._lines = tuple(tree.place(("rules", i))[0] for i in range(len(manifest.rules)))
        return manifest

    def text(self) -> str:
        """Return the manifest as YAML."""
        declared = self.model_dump(mode="json", exclude_defaults=True)
        text = _dumped(declared, allow_unicode=True)
        is_plain = text.replace("\n", "").isprintable()
        if is_plain and not QUOTES.intersection(text) and not ODD.search(text):
            return text
        # Bare, some would end a line for a reader, be obeyed by a terminal, or look like quotes.
        return _dumped(declared)

    def __eq__(self, other: object) -> bool:
        """Return whether both declare the same, wherever they stand."""
        if not isinstance(other, ManifestModel):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in type(self).model_fields)

    __hash__ = None  # type: ignore[assignment]  # packages is a dict

    def named(self, index: int) -> str:
        """Return what a rule is called, with its file and line where they are known."""
        name = super().named(index)
        return f"{name} ({visible(str(self._file))}:{self._lines[index]})" if self._lines else name
