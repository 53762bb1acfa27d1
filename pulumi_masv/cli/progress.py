"""How far a command is, live on stderr where that is a terminal, and nowhere else."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.live import Live
from rich.text import Text

Item = TypeVar("Item")


@contextmanager
def progress(says: str | Callable[[], str]) -> Iterator[None]:
    """Show what is being done until it is done.

    Args:
        says: a line, or what makes it anew each time it is shown.
    """
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield
        return

    def shown() -> Text:
        return Text(says if isinstance(says, str) else says())

    with Live(console=console, get_renderable=shown, transient=True, redirect_stdout=False):
        yield


def each(says: str, items: Iterable[Item]) -> Iterator[Item]:
    """Yield what is made one by one, and show what is being done while the next is made."""
    coming = iter(items)
    while True:
        with progress(says):
            try:
                item = next(coming)
            except StopIteration:
                return
        yield item
