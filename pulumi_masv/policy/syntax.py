"""What somebody typed where YAML finds no YAML, and what to type instead.

It is told by the text at the place, since the parsers' own words differ and help nobody.
"""

import re
from typing import Any, Final

import yaml

NO_MERGE: Final = "<< is not supported: write out what it would bring in"
_QUOTED: Final = "put the whole text in quotes"
_FIRST: Final = 'a text that begins with {} needs quotes: write "{}"'
_ALIGN: Final = "is not indented like the lines it belongs to: align it with them, using spaces"


def explain(text: str, error: yaml.MarkedYAMLError) -> tuple[Any, str]:
    """Return the mark of what is wrong in a text, and what to write instead."""
    mark = error.problem_mark or error.context_mark
    opened = error.context_mark or mark
    context, problem = error.context or "", error.problem or ""
    if mark is None or opened is None:
        return None, f"cannot be read as YAML: {problem or context}"
    at, rest = text[mark.index : mark.index + 1], text[mark.index :]
    line = text[mark.index - mark.column : mark.index]
    if "alias" in problem or "alias" in context or "scanning an anchor" in context:
        if re.match(r"[\s-]*<<\s*:", line):
            return opened, NO_MERGE
        return opened, needs_quotes(text[opened.index :])
    if "\t" in line[len(line.rstrip()) :] + at:
        return mark, "a tab is not allowed here: use spaces"
    if "{{" in line:
        return mark, "{{ … }} is not filled in here: write the value itself, or " + _QUOTED
    if "directive" in context:
        return opened, needs_quotes(text[opened.index :])
    if "block scalar" in context:
        return opened, needs_quotes(text[opened.index :])
    if "token" in problem:
        return mark, needs_quotes(rest)
    if "quoted scalar" in context:
        if "escape" in problem or "hexdecimal" in problem or "escape" in context:
            return mark, r"a \ in double quotes begins an escape: use single quotes, or write \\"
        return opened, "a quote opens here and never closes: close it"
    if "tag" in problem or "tag" in context:
        return opened, no_tag(text[opened.index :])
    if "duplicate anchor" in context:
        return mark, f"{_word(rest).split()[0]} is there twice: give one of them another name"
    if "another document" in problem or rest.startswith("..."):
        return mark, "a second document begins here: put it in a file of its own"
    if named := re.search(r"(?:^|[\s\[{,])([*&][^\s,\]}]+)\s+$", line):
        column = named.start(1)
        index = mark.index - mark.column + column
        return yaml.Mark(mark.name, index, mark.line, column, None, 0), needs_quotes(text[index:])
    if "flow" in context:
        if at == "," and text[: mark.index].rstrip().endswith((",", "[", "{")):
            return mark, "there is nothing before this comma: take it out"
        if not rest.strip() or "\n" in text[opened.index : mark.index]:
            return opened, f"a bracket opens here and is not closed before line {mark.line + 1}"
        return mark, "a comma or a closing bracket is missing before this"
    return mark, _misplaced(line, at, problem)


def _misplaced(line: str, at: str, problem: str) -> str:
    """Return what to write where something does not fit what its line begins with."""
    if "sequence entries" in problem:
        return "a list begins on a line of its own: put `- ` on the next line"
    if "mapping keys" in problem:
        return _FIRST.format("?", "? …")
    if "mapping values" in problem:
        if re.search(r":\s", line):
            return "a text with a colon and a space in it needs quotes: " + _QUOTED
        return "this line " + _ALIGN + ", or check the line before for a missing colon"
    if at in tuple(",]}"):
        return f"this {at} closes nothing: take it out, or {_QUOTED}"
    if re.search(r"""['"]\s*$|['"].*['"]""", line) and line.strip():
        return f"the text goes on after its closing quote: {_QUOTED}, and each ' in it twice"
    if problem.startswith(("did not find expected", "expected", "but found")):
        return "this line " + _ALIGN
    return f"YAML does not allow this here ({problem})"


def needs_quotes(rest: str) -> str:
    """Return that the text that begins here needs quotes."""
    return _FIRST.format(rest[:1], _word(rest))


def no_tag(rest: str) -> str:
    """Return that a tag does nothing."""
    tag = rest.split(maxsplit=1)[0].rstrip(",]}")
    return f"a tag such as {tag} is not supported: write the value itself, or {_QUOTED}"


def _word(rest: str) -> str:
    found = re.match(r"[^\n,\]}]*?(?=\s+#|\s*[\n,\]}]|:\s|\s*$)", rest)
    word = (found[0] if found else rest[:1]).strip() or rest[:1]
    return word if len(word) <= 40 else f"{word[:40]}…"
