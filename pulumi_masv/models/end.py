"""When files end: an instant, never, or nobody said; one type for observed, declared and stored."""

from datetime import datetime
from enum import Enum
from typing import Final, Protocol


class Never(Enum):
    """The end of files that have none."""

    NEVER = "never"


NEVER: Final = Never.NEVER
End = datetime | Never | None
"""An instant, NEVER, or None where nobody said."""


class _Says(Protocol):
    @property
    def expiry(self) -> datetime | None: ...

    @property
    def unlimited_storage(self) -> bool | None: ...


class Ending:
    """Whatever says by `expiry` and `unlimited_storage` when files end."""

    __slots__ = ()

    @property
    def end(self: _Says) -> End:
        """When the files end; `unlimited_storage` is looked at before `expiry`."""
        return NEVER if self.unlimited_storage else self.expiry


def earlier(one: datetime, other: End) -> bool:
    """Return whether files that end at `one` end earlier than at `other`; unknown is yes."""
    return not isinstance(other, datetime) or one < other
