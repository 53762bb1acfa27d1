"""A YAML text as values, and where each of them stands.

YAML as its version 1.2 has it, so a date, a number or `yes` is text, and only `true`, `false` and
`null` are not. Nothing in it is ever made into an object, an alias is a copy, and what would be
read otherwise than it looks (a tag, a merge, an anchor that is meant as text) is a mistake.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml
from pydantic import ValidationError

from pulumi_masv.policy.mistakes import Location, Mistake, mistaken, near, shown, why
from pulumi_masv.policy.model import EXPIRY_KINDS
from pulumi_masv.policy.syntax import NO_MERGE, explain, needs_quotes, no_tag
from pulumi_masv.text import INVISIBLE

# libyaml where the wheel has it: ten times as fast for ten thousand packages.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_NODES: Final = 500_000  # ten thousand packages have a fifth; aliases could have billions
_DEEPEST: Final = 16  # a manifest needs 6
_CONSTANTS: Final = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_ONE_LINE: Final = (
    "a text is one line, and this one goes on: put it on one line, or begin each item of a list "
    "with `- `"
)
QUOTES: Final = frozenset("“”„‟«»‹›‘’‚‛")  # what a word processor makes of plain quotes
# In one line: what ends it for YAML alone, or cannot be seen. Emoji and some scripts need a joiner
# between two of their characters, and emoji a selector behind one.
ODD: Final = re.compile(
    r"\r(?!\n|\Z)|[\x85\u2028\u2029]"
    r"|(?!(?<=[^\x00-\x7f])[\u200c\u200d][^\x00-\x7f])(?!(?<![A-Za-z\s])[\ufe00-\ufe0f])"
    + INVISIBLE
)
_COMMENT: Final = re.compile(r"[ \t]+#(?=[^\s#])")


class Tree:
    """A YAML text, its values, and where each stands."""

    def __init__(self, text: str, file: str) -> None:
        self.mistakes: list[Mistake] = []
        self._text = text.removeprefix("\ufeff")
        self._file = file
        self._nodes = 0
        self._known: dict[int, dict[str | int, tuple[Any, Any]]] = {}
        self._left_out: set[Location] = set()
        self._refuse_odd()
        self._root = self._composed()

    def values(self) -> Any:
        """Return what the text says, as plain values; None where it says nothing."""
        return None if self._root is None else self._value(self._root, ())

    def with_those_of(self, error: ValidationError) -> list[Mistake]:
        """Return all mistakes, with what a validation found where none is known yet."""
        places = {one[1:3] for one in self.mistakes}
        found = [
            self._mistake(detail, location)
            for detail in error.errors(include_url=False)
            if (location := self._location(detail)) not in self._left_out
        ]
        return self.mistakes + [one for one in found if one[1:3] not in places]

    def _location(self, detail: Mapping[str, Any]) -> Location:
        """Return where a failure of the validation is, without what only pydantic tells apart."""
        loc: Location = detail["loc"]
        is_extra = detail["type"] == "extra_forbidden"
        return tuple(
            part
            for i, part in enumerate(loc)
            if (is_extra and i == len(loc) - 1)
            or (part != "[key]" and not (part in EXPIRY_KINDS and loc[i - 1 : i] == ("expiry",)))
        )

    def _mistake(self, detail: Mapping[str, Any], location: Location) -> Mistake:
        """Return a failure of the validation as a mistake at its place."""
        is_extra = detail["type"] == "extra_forbidden"
        if is_extra:
            what = near(str(location[-1]), location[:-1])
        else:
            names = [shown(part) for part in location if isinstance(part, str)]
            what = ": ".join([*names[-1:], why(detail)])
        of_key = is_extra or "[key]" in detail["loc"]
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

    def _refuse_odd(self) -> None:
        lines = () if self._text.isascii() and "\r" not in self._text else self._text.split("\n")
        for number, line in enumerate(lines, 1):
            if found := ODD.search(line):
                escape = found[0].encode("unicode_escape").decode()
                what = f"{escape} cannot be seen: take it out, or write {escape} in double quotes"
                self.mistakes.append(Mistake(self._file, number, found.start() + 1, what))
        if self.mistakes:
            raise mistaken(self.mistakes)

    def _composed(self) -> Any:
        try:
            self._look_at_events()
            self._nodes = 0
            return yaml.compose(self._text, Loader=_LOADER)
        except yaml.reader.ReaderError as error:
            character = chr(error.character) if isinstance(error.character, int) else ""
            before = self._text[: max(self._text.find(character), 0)]
            place = before.count("\n") + 1, len(before) - before.rfind("\n")
            self._fail(place, f"holds the character {character!r}, which YAML forbids: take it out")
        except yaml.MarkedYAMLError as error:
            mark, what = explain(self._text, error)
            self._fail((mark.line + 1, mark.column + 1) if mark else (1, 1), what)
        return None

    def _look_at_events(self) -> None:
        """Bound the text, and say what in it would not be read as it looks."""
        depth = 0
        anchors: dict[str, Any] = {}
        event: Any
        for event in yaml.parse(self._text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            self._nodes += 1
            self._bounded(depth, event)
            if isinstance(event, yaml.AliasEvent):
                anchors.pop(str(event.anchor), None)
            elif isinstance(event, yaml.DocumentStartEvent) and (event.version or event.tags):
                self._say(event, "a line that begins with % does nothing here: take it out")
            elif getattr(event, "tag", None) is not None:
                behind = self._text[event.start_mark.index :]
                self._say(event, no_tag(behind[max(behind.find("!"), 0) :]))
            elif isinstance(event, yaml.ScalarEvent) and event.anchor:
                anchors[event.anchor] = event
        for event in anchors.values():
            self._say(event, needs_quotes(self._text[event.start_mark.index :]))

    def _value(self, node: Any, location: Location) -> Any:
        self._nodes += 1
        self._bounded(len(location), node)
        if isinstance(node, yaml.ScalarNode):
            if node.style:
                if node.style in "|>":
                    self._say(node, f"a text is one line, without {node.style}: put it in quotes")
                elif node.start_mark.line != node.end_mark.line:
                    self._say(node, _ONE_LINE)
                return node.value
            if node.start_mark.line != node.end_mark.line:
                self._say(node, _ONE_LINE)
            value = _CONSTANTS.get(node.value, node.value)
            if isinstance(value, str):
                self._look_at_plain(node)
            return value
        if isinstance(node, yaml.SequenceNode):
            return [self._value(one, (*location, i)) for i, one in enumerate(node.value)]
        return dict(self._entries(node, location))

    def _look_at_plain(self, node: Any) -> None:
        """Say where a text without quotes is not what it looks like."""
        if _COMMENT.match(self._text, node.end_mark.index):
            self._say(
                node,
                "what follows # is left out as a comment: quote the text, or write # and a space",
            )
        if len(node.value) > 1 and QUOTES.issuperset((node.value[0], node.value[-1])):
            self._say(node, "curly quotes are part of the text: write plain quotes, ' or \"")

    def _entries(self, node: Any, location: Location) -> Iterator[tuple[str, Any]]:
        """Yield names and values, without what is a mistake in itself."""
        first: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.start_mark.line != key.end_mark.line:
                self._say(key, self._no_name(key))
                continue
            name = shown(key.value)
            if key.value == "<<" and not key.style:
                self._say(key, NO_MERGE)
                continue
            if key.value in first:
                self._say(key, f"{name} is there twice, first on line {first[key.value]}: keep one")
                continue
            first[key.value] = key.start_mark.line + 1
            read = self._value(value, (*location, key.value))
            if read is None and location:
                self._say(key, f"{name} has no value: {self._no_value(key)}")
                self._left_out |= {location, (*location, key.value)}
                continue
            yield key.value, read

    def _no_name(self, key: Any) -> str:
        if self._text.startswith("{{", max(key.start_mark.index - 1, 0)):
            return "{{ … }} is not filled in here: write the value itself, or put it in quotes"
        return "a name is a text on one line: put what begins with [ or { in quotes"

    def _no_value(self, key: Any) -> str:
        found = None if key.style else re.fullmatch(r"(\w+):(\S.*)", key.value)
        if found:
            return f"write a space after the colon, {found[1]}: {found[2]}"
        if _COMMENT.match(self._text, key.end_mark.index + 1):
            return "what follows # is left out as a comment: put it in quotes"
        return "give it one, or take it out"

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
        raise mistaken([*self.mistakes, Mistake(self._file, *place, what)])
