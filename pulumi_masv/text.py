"""How somebody else's text is made harmless: what a terminal, Pulumi or the eye would obey."""

import unicodedata
from typing import Final

_COLOUR_TAG: Final = "<{%"  # Pulumi's engine takes what follows for a colour
# Cyrillic and Greek letters, dashes and quotation marks that look like those of ASCII.
_TWINS: Final = str.maketrans(
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0423"
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u051d"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u03bd\u03b9"
    "\u04ae\u04bb\u04c0\u04cf\u0474\u0475\u051a\u051c\u03f9"
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043"
    "\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4\u201c\u201d\u201e\u201f",
    "ABESIJKMHOPCTXYaeopcyxijsdqwABEZHIKMNOPTYXoviYhIlVvQWC--------'''''''\"\"\"\"",
)
INVISIBLE: Final = (
    "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""What Unicode lets a reader ignore, and every character of format, as a class of a pattern."""


def visible(text: str) -> str:
    """Return a text with nothing in it that a terminal, Pulumi or the writing direction obeys."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text.replace(_COLOUR_TAG, "<\\x7b%")


def harmless(lines: str) -> str:
    """Return several lines, each made harmless."""
    return "\n".join(map(visible, lines.split("\n")))


def told_apart(one: str, other: str) -> tuple[str, str]:
    """Return two texts with escapes in them where they differ and look alike."""
    if one == other or look(one) != look(other):
        return one, other
    return tuple(text.encode("unicode_escape").decode() for text in (one, other))  # type: ignore[return-value]


def look(text: str) -> str:
    """Return a text as the eye takes it: one letter, dash or quotation mark for all its twins."""
    # Before, too: an acute accent by itself comes to a blank and a mark.
    return unicodedata.normalize("NFKC", text.translate(_TWINS)).translate(_TWINS)
