"""What is made from the code: the tables of the pages, and the schemas for editors.

python docs/generate.py              write the tables into their pages, and schema/
python docs/generate.py --check      exit 1 if one of them is not current
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from docs import seed
from docs.page_tables import TABLES
from docs.schema import SCHEMA, schema

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
_MARKED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def pages() -> Iterator[Path]:
    """Yield every page that people read: the README, and the documentation."""
    yield ROOT / "README.md"
    yield from sorted(page for page in DOCS.rglob("*.md") if "_build" not in page.parts)


def generated(text: str) -> str:
    """Return a page with its tables as the code has them."""
    return _MARKED.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}\n{found[3]}", text)


def made() -> dict[Path, str]:
    """Return file -> what should be in it."""
    old = {page: page.read_text(encoding="utf-8") for page in pages()}
    places = Counter(name for text in old.values() for _, name, _ in _MARKED.findall(text))
    if places != dict.fromkeys(TABLES, 1):
        wrong = sorted(places.keys() ^ TABLES.keys() | {n for n, k in places.items() if k > 1})
        raise SystemExit(f"each table has one place in one page; not so: {', '.join(wrong)}")
    return {
        **{page: generated(text) for page, text in old.items()},
        SCHEMA: schema(),
        seed.SCHEMA: seed.schema(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if out of date")
    given = parser.parse_args()
    files = made()
    stale = [f for f, new in files.items() if not f.exists() or f.read_text("utf-8") != new]
    for file in stale:
        if given.check:
            print(f"{file.name} is not what the code says: run python docs/generate.py")
        else:
            file.write_text(files[file], encoding="utf-8")
    return int(given.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
