"""A manifest as a file: YAML in, every mistake with its place; and YAML out.

YAML as its version 1.2 has it, so a date, a number or `yes` is text, and only `true`, `false` and
`null` are not. Nothing in it is ever made into an object: no tag counts, an alias is a copy.
"""

import difflib
import os
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import yaml
from pydantic import BaseModel, PrivateAttr, ValidationError

from pulumi_masv.errors import ManifestError
from pulumi_masv.models import reason_of
from pulumi_masv.policy.model import EXPIRY_KINDS, Bound, Entry, ManifestModel, Match, Rule, Setting

# libyaml where the wheel has it: ten times as fast for ten thousand packages.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_BYTES: Final = 16 * 2**20
_MOST_NODES: Final = 500_000  # ten thousand packages have a fifth; aliases could have billions
_DEEPEST: Final = 16  # a manifest needs 6
_CONSTANTS: Final = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
Location = tuple[str | int, ...]


class Mistake(NamedTuple):
    """One thing wrong in a file; `line` and `column` count from 1, 0 where there is no place."""

    file: str
    line: int
    column: int
    what: str

    def __str__(self) -> str:
        place = f":{self.line}:{self.column}" if self.line else ""
        return f"{self.file}{place}: {self.what}"


class Mistaken(ManifestError):
    """A manifest with mistakes, all of them.

    Attributes:
        mistakes: in the order of their places.
    """

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = sorted(set(mistakes))  # an alias repeats what it stands for
        super().__init__("\n".join(str(one) for one in self.mistakes))


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
        except OSError as error:
            why = f"cannot be read: {os.strerror(error.errno or 0)}"
            raise Mistaken([Mistake(file, 0, 0, why)]) from None
        if len(content) > _MOST_BYTES:
            why = f"holds more than {_MOST_BYTES} bytes: split it into several stacks"
            raise Mistaken([Mistake(file, 0, 0, why)])
        try:
            return cls.parse(content.decode("utf-8-sig"), file)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            why = "is not UTF-8 from here on: save it as UTF-8"
            raise Mistaken([Mistake(file, line, 1, why)]) from None

    @classmethod
    def parse(cls, text: str, file: str = "masv.yaml") -> "Manifest":
        """Read the manifest that a text holds.

        Args:
            text: YAML.
            file: what mistakes call it.

        Raises:
            ManifestError: it has mistakes: one line for each.
        """
        document = _Document(text, file)
        values = document.values()
        try:
            manifest = cls.model_validate({} if values is None else values)
        except ValidationError as error:
            mistakes = [document.mistake(detail) for detail in error.errors(include_url=False)]
            raise Mistaken(document.mistakes + mistakes) from None
        if document.mistakes:
            raise Mistaken(document.mistakes)
        manifest._file = file
        manifest._lines = tuple(document.place(("rules", i))[0] for i in range(len(manifest.rules)))
        return manifest

    def text(self) -> str:
        """Return the same as YAML."""
        declared = self.model_dump(mode="json", exclude_defaults=True)
        text: str = yaml.safe_dump(declared, sort_keys=False, allow_unicode=True, width=100)
        if text.replace("\n", "").isprintable():
            return text
        # Bare, some would end a line for a reader, or be obeyed by a terminal.
        return yaml.safe_dump(declared, sort_keys=False, width=100)

    def __eq__(self, other: object) -> bool:
        """Return whether both declare the same, wherever they stand."""
        if not isinstance(other, ManifestModel):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in type(self).model_fields)

    __hash__ = None  # type: ignore[assignment]  # packages is a dict

    def named(self, index: int) -> str:
        name = super().named(index)
        return f"{name} ({self._file}:{self._lines[index]})" if self._lines else name


class _Document:
    """A YAML text, its values, and where each stands."""

    def __init__(self, text: str, file: str) -> None:
        self.mistakes: list[Mistake] = []
        self._file = file
        self._nodes = 0
        self._known: dict[int, dict[str | int, tuple[Any, Any]]] = {}
        self._root = self._composed(text)

    def values(self) -> Any:
        return None if self._root is None else self._value(self._root, ())

    def mistake(self, detail: Mapping[str, Any]) -> Mistake:
        """Return a failure of the validation as a mistake at its place."""
        loc: Location = detail["loc"]
        is_extra = detail["type"] == "extra_forbidden"
        location = tuple(
            part
            for i, part in enumerate(loc)
            if (is_extra and i == len(loc) - 1)
            or (part != "[key]" and not (part in EXPIRY_KINDS and loc[i - 1 : i] == ("expiry",)))
        )
        if is_extra:
            what = _near(str(location[-1]), location[:-1])
        else:
            names = [_shown(part) for part in location if isinstance(part, str)]
            what = ": ".join([*names[-1:], reason_of(detail)])
        of_key = is_extra or "[key]" in loc
        return Mistake(self._file, *self.place(location, of_key=of_key), what)

    def place(self, location: Location, *, of_key: bool = False) -> tuple[int, int]:
        """Return line and column of what stands there, or of the nearest thing around it."""
        node, mark = self._root, None
        for part in location:
            found = self._child(node, part)
            if found is None:
                break
            key, node = found
            is_block = isinstance(node, yaml.CollectionNode) and not node.flow_style
            mark = (key if of_key or is_block else node).start_mark
        return (mark.line + 1, mark.column + 1) if mark else (1, 1)

    def _child(self, node: Any, part: str | int) -> tuple[Any, Any] | None:
        """Return the key and the value that a part of a location leads to."""
        if isinstance(node, yaml.MappingNode):
            known = self._known.get(id(node))
            if known is None:
                pairs = reversed(node.value)  # of two that are alike, the first was read
                known = {k.value: (k, v) for k, v in pairs if isinstance(k, yaml.ScalarNode)}
                self._known[id(node)] = known
            return known.get(part)
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            return node.value[part], node.value[part]
        return None

    def _composed(self, text: str) -> Any:
        try:
            depth = 0
            for event in yaml.parse(text, Loader=_LOADER):
                depth += isinstance(event, yaml.CollectionStartEvent)
                depth -= isinstance(event, yaml.CollectionEndEvent)
                self._nodes += 1
                self._bounded(depth, event)
            self._nodes = 0
            return yaml.compose(text, Loader=_LOADER)
        except yaml.reader.ReaderError as error:
            character = chr(error.character) if isinstance(error.character, int) else ""
            before = text[: max(text.find(character), 0)]
            place = before.count("\n") + 1, len(before) - before.rfind("\n")
            self._fail(place, f"holds the character {character!r}, which YAML forbids: take it out")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            self._fail(place, f"is no YAML: {error.problem or error.context}")
        return None

    def _value(self, node: Any, location: Location) -> Any:
        self._nodes += 1
        self._bounded(len(location), node)
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.style else _CONSTANTS.get(node.value, node.value)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(one, (*location, i)) for i, one in enumerate(node.value)]
        return dict(self._entries(node, location))

    def _entries(self, node: Any, location: Location) -> Iterator[tuple[str, Any]]:
        first: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._say(key, "a key is to be text: write it on one line")
                continue
            name = _shown(key.value)
            if key.value in first:
                self._say(key, f"{name} stands here again, after line {first[key.value]}: keep one")
                continue
            first[key.value] = key.start_mark.line + 1
            read = self._value(value, (*location, key.value))
            if read is None and location:
                self._say(key, f"{name} has no value: give it one, or take it out")
                continue
            yield key.value, read

    def _bounded(self, depth: int, at: Any) -> None:
        place = at.start_mark.line + 1, at.start_mark.column + 1
        if depth > _DEEPEST:
            self._fail(place, f"is nested deeper than {_DEEPEST}: a manifest needs less")
        if self._nodes > _MOST_NODES:
            self._fail(place, f"holds more than {_MOST_NODES} values, aliases counted: split it")

    def _say(self, node: Any, what: str) -> None:
        mark = node.start_mark
        self.mistakes.append(Mistake(self._file, mark.line + 1, mark.column + 1, what))

    def _fail(self, place: tuple[int, int], what: str) -> None:
        raise Mistaken([*self.mistakes, Mistake(self._file, *place, what)])


_PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "packages": Entry,
    "rules": Rule,
    "match": Match,
    "set": Setting,
    "defaults": Setting,
    "expiry": Bound,
}


def _near(name: str, around: Location) -> str:
    """Return what may stand there instead."""
    parts = [_PARTS[str(part)] for part in around if part in _PARTS]
    known = list((parts[-1] if parts else ManifestModel).model_fields)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"write one of {', '.join(known)}"
    return f"{_shown(name)} is not known here: {hint}"


def _shown(name: str) -> str:
    return name if name.isprintable() and len(name) <= 128 else reprlib.repr(name)
