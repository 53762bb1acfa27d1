"""The README and the pages of the documentation, and the blocks of code that they show."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
_SNIPPET = re.compile(r"<!-- (\w+): (\S+) -->\n```(\w+)\n(.*?\n)```\n", re.DOTALL)

STORIES = {
    "tutorial": ("README.md", "docs/tutorial.md", "docs/how-to/hand-a-package-back.md"),
    "review": (
        "README.md",
        "docs/how-to/from-rehearsal-to-the-real-account.md",
        "docs/reference/manifest.md",
        "docs/reference/reports.md",
        "docs/how-to/review-and-limits.md",
    ),
    "estate": (
        "README.md",
        "docs/how-to/adopt-an-estate.md",
        "docs/reference/simulator.md",
        "docs/how-to/rotate-a-key.md",
        "docs/how-to/leave.md",
    ),
}
"""The pages whose commands are typed one after the other, in this order, in one project."""


class Snippet(NamedTuple):
    """A fenced block, and what the comment above it says is to be done with it."""

    verb: str
    what: str
    language: str
    text: str


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def pages() -> list[str]:
    """Return the path of every page from the root of the repository."""
    found = sorted(page for page in (ROOT / "docs").rglob("*.md") if "_build" not in page.parts)
    return ["README.md", *(page.relative_to(ROOT).as_posix() for page in found)]


def snippets(*names: str) -> list[Snippet]:
    """Return the blocks of some pages, or of all, that say what is to be done with them."""
    return [Snippet(*found) for name in names or pages() for found in _SNIPPET.findall(read(name))]
