"""Finds the JSON of a preview in what a shell, a terminal or a pipeline's log has made of it.

Any encoding that shells write, colours, carriage returns, a time in front of each line, and lines
of something else before, after or between are passed over. A string in JSON never goes over the end
of a line, so nothing of this can be a part of one. What is cut off, broken or given twice is
refused: nobody can tell what the missing part would end. So is what may be a loss, a record or
another preview, and stands where it is not read.
"""

import json
import re
from typing import Any, Final, NamedTuple

from pulumi_masv.errors import PreviewError
from pulumi_masv.lifecycle.verdicts import MARK
from pulumi_masv.models import SECRET, SIGNATURE
from pulumi_masv.text import visible

_CONTROL: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])?"
)
_STAMP: Final = re.compile(
    r'^[^"{}\n]{0,200}?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?'
    r"(?: \d\d[OE][ +])?[ \t]?",  # of GitLab: which stream
    re.MULTILINE,
)
_BEGINS: Final = re.compile(r"^[\s\ufeff]*\{", re.MULTILINE)
_LISTS: Final = ("steps", "diagnostics")
LOSS: Final = re.compile("(?<![A-Z])LOSS(?![A-Z])")  # what is left of a colour may stand before it
RECORD: Final = re.compile(re.escape(MARK.strip()))
_TELLING: Final = {
    **{re.compile(rf'{key}\\*"\s*:\s*\['): "another preview" for key in _LISTS},
    RECORD: "a record",
    LOSS: "a loss",
}
_PREVIEWS: Final = re.compile(rf'"(?:{"|".join(_LISTS)})"\s*:')
_STRING: Final = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_VALUE: Final = rf"(?:{_STRING}|-?\d[\d.eE+-]*|true|false|null|\{{\s*\}}|\[\s*\])"
_JSON_LINE: Final = re.compile(
    rf"\s*(?:{_STRING}\s*:\s*(?:{_VALUE}|[\[{{])|{_VALUE}|[\[{{\]}}]),?\s*"
)
_MEMBER: Final = re.compile(r'"\s*:')
_KINDS: Final = (
    ("resourcePlans", "a plan, as --save-plan writes it"),
    ("deployment", "an exported state"),
    ("cannotBeTold", "a report"),
    ("sequence", "a log of events, as `pulumi up --json` and --event-log write it"),
)
_TEXT: Final = re.compile(r"^(?:Previewing |Updating |Refreshing )\w+", re.MULTILINE)
_GIVE: Final = (
    "give all that `MASV_VERDICTS=1 pulumi preview --json` prints on stdout, "
    "or run `pulumi-masv preview`"
)


class _Object(NamedTuple):
    """An object of JSON, its text, and what follows it on its last line."""

    value: dict[str, Any]
    text: str = ""
    follows: str = ""

    @property
    def is_preview(self) -> bool:
        return any(isinstance(self.value.get(key), list) for key in _LISTS)


_CUT_OFF: Final = _Object({})


def document(printed: bytes) -> dict[str, Any]:
    """Return the one preview in some bytes, with each secret value as `[secret]`.

    Raises:
        PreviewError: there is none, or more than one, or it is not whole.
    """
    text = _plain(printed)
    if not text.strip("\ufeff \n\t\0"):
        raise no_preview("it is empty")
    try:
        found = _objects(text)
    except PreviewError:
        found = []
    if not any(one.is_preview for one in found) and _PREVIEWS.search(text):
        found = _objects(_without_other_lines(text))
    previews = [one for one in found if one.is_preview]
    if len(previews) > 1:
        raise no_preview(f"it holds {len(previews)} previews, and a report is of one")
    if previews:
        if missed := _missed(previews[0], text, printed):
            raise no_preview(missed)
        return previews[0].value
    for key, kind in _KINDS:
        if any(key in one.value for one in found):
            raise no_preview(f"it is {kind}")
    if any(one is _CUT_OFF for one in found):
        raise no_preview("its JSON is cut off")
    if _TEXT.search(text):
        raise no_preview("it is what Pulumi prints for people, without --json")
    raise no_preview("there is no preview in it")


def no_preview(why: str) -> PreviewError:
    """Return what refuses a text, on one line."""
    return PreviewError(f"{why}: {_GIVE}")


def loads(text: str) -> Any:
    """Return the value that a text of JSON spells, with each secret value as `[secret]`.

    Raises:
        ValueError: it is no JSON, or an object in it has two values of one name.
    """
    twice: list[str] = []
    value = _decoder(twice).decode(text)
    if twice:
        raise ValueError(twice[0])
    return value


def holds(word: re.Pattern[str], text: str) -> bool:
    """Return whether a word is in a text, as it is or as a terminal shows it."""
    shown = "".join(filter(str.isprintable, _CONTROL.sub("", text)))
    return any(map(word.search, (text, shown)))


def _decoder(twice: list[str]) -> json.JSONDecoder:
    """Return what reads JSON, and adds each name that an object has two values of to a list."""

    def read(pairs: list[tuple[str, Any]]) -> Any:
        value = dict(pairs)
        if len(value) < len(pairs):
            names = [name for name, _ in pairs]
            twice.append(next(name for name in names if names.count(name) > 1))
        return SECRET if SIGNATURE in value else value

    return json.JSONDecoder(object_pairs_hook=read)


def _plain(printed: bytes) -> str:
    """Return the text, each line of it as the program wrote it."""
    text = printed.decode(json.detect_encoding(printed), errors="replace")
    # A shell that appends in UTF-16 to a file in UTF-8 leaves every other byte 0.
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return _STAMP.sub("", _CONTROL.sub("", text))


def _missed(preview: _Object, text: str, printed: bytes) -> str:
    """Return what may tell of a loss and is not read as a part of the preview, if anything."""
    if preview.follows:
        shown = visible(preview.follows[:20])
        return f"other text follows its preview on the same line ({shown})"
    # What was passed over as a colour, a time or another encoding is still in the bytes.
    whole = (text, printed.replace(b"\0", b"").decode("latin-1"))
    for telling, what in _TELLING.items():
        read = len(telling.findall(preview.text))
        if any(len(telling.findall(one)) > read for one in whole):
            return f"{what} may stand outside the preview that it holds"
    for key, value in preview.value.items():
        spelled = "" if key in _LISTS else json.dumps(value)
        # The values of a project's configuration are texts, and may say anything.
        tellings = {_PREVIEWS: "another preview"} if key == "config" else _TELLING
        for telling, what in tellings.items():
            if telling.search(spelled):
                return f"{what} may stand in its {visible(key)}, which no report reads"
    return ""


def _objects(text: str) -> list[_Object]:
    """Return each object that begins a line, and _CUT_OFF where the text ends within another.

    Raises:
        PreviewError: one that may be a preview is not whole.
    """
    twice: list[str] = []
    decoder = _decoder(twice)
    found = []
    place = 0
    while begins := _BEGINS.search(text, place):
        place = begins.end()
        twice.clear()
        try:
            value, end = decoder.raw_decode(text, place - 1)
        except json.JSONDecodeError as error:
            is_end = error.msg.startswith("Unterminated") or not text[error.pos :].strip()
            if _PREVIEWS.search(text, place, error.pos):
                line = text.count("\n", 0, error.pos) + 1
                where = "" if is_end else f", or other text is mixed in, in line {line}"
                raise no_preview(f"its JSON is cut off{where}") from None
            if is_end and error.pos > place:
                found.append(_CUT_OFF)
        except (RecursionError, ValueError):  # too deep, or a number too long
            raise no_preview("its JSON is more than can be read") from None
        else:
            if isinstance(value, dict):
                line_end = text.find("\n", end)
                follows = text[end : None if line_end < 0 else line_end].strip("\ufeff \t\f\v")
                found.append(_Object(value, text[place - 1 : end], follows))
            if twice and found and found[-1].value is value and found[-1].is_preview:
                raise no_preview(f"{visible(twice[0])!r} has two values in one object of it")
            place = end
    return found


def _without_other_lines(text: str) -> str:
    """Return a text without the lines that can be no JSON as Pulumi writes it, a value a line.

    A line that holds a part of it stays, so that what was torn apart is refused.
    """
    lines = text.split("\n")
    return "\n".join(one for one in lines if _JSON_LINE.fullmatch(one) or _MEMBER.search(one))
