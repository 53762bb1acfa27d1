"""What stands together in a report: how much several packages hold, and which of them are alike."""

import math
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Generic, TypeVar

from pulumi_masv import formatting
from pulumi_masv.formatting import counted
from pulumi_masv.kinds import name_of
from pulumi_masv.lifecycle.verdicts import Record
from pulumi_masv.report.steps import Unchecked

Subject = Record | Unchecked
One = TypeVar("One", bound=Subject)
_NAMED: Final = 3


def grouped(number: int) -> str:
    """Return a number that a person can read."""
    return f"{number:,}".replace(",", " ")


@dataclass(frozen=True)
class Total:
    """How much some packages hold; `unknown` of them do not say, so it is a minimum."""

    packages: int
    files: int
    bytes: int
    unknown: int

    @classmethod
    def of(cls, subjects: Iterable[Subject]) -> "Total":
        """Return the total of what is recorded of some packages."""
        several = list(subjects)
        held = [one for one in several if isinstance(one, Record)]
        known = sum(one.bytes is not None and one.files is not None for one in held)
        return cls(
            packages=len(several),
            files=sum(one.files or 0 for one in held),
            bytes=sum(one.bytes or 0 for one in held),
            unknown=len(several) - known,
        )

    @property
    def least(self) -> str:
        """What stands before an amount that may be more."""
        return "at least " if self.unknown else ""

    @property
    def count(self) -> str:
        """The number of files, for people."""
        return f"{self.least}{grouped(self.files)}"

    @property
    def size(self) -> str:
        """The bytes, for people."""
        return self.least + formatting.size(self.bytes)

    def __str__(self) -> str:
        files = counted(self.files, "file")
        return f"{counted(self.packages, 'package')}, {self.least}{files}, {self.size}"


@dataclass(frozen=True)
class Row(Generic[One]):
    """What is alike of one package, or of several, the largest first."""

    subjects: tuple[One, ...]

    @property
    def first(self) -> One:
        """The first of them, which stands for all."""
        return self.subjects[0]

    @property
    def is_one(self) -> bool:
        """Whether it is about one package alone."""
        return len(self.subjects) == 1

    @property
    def named(self) -> tuple[One, ...]:
        """The packages that a row names."""
        return self.subjects[:_NAMED]

    @property
    def rest(self) -> tuple[One, ...]:
        """The packages that a row counts."""
        return self.subjects[_NAMED:]

    @cached_property
    def total(self) -> Total:
        """What they hold together."""
        return Total.of(self.subjects)

    @property
    def resources(self) -> list[str]:
        """The resources that ask for it, as the program calls them."""
        return list(dict.fromkeys(name_of(one.urn) for one in self.subjects))


def largest(subjects: Iterable[One]) -> list[One]:
    """Return the largest before the others; what is not known may be the largest."""
    return sorted(subjects, key=_size, reverse=True)


def folded(subjects: Iterable[One], alike: Callable[[One], Hashable]) -> list[Row[One]]:
    """Return a row for all of which the same is told, the largest first."""
    rows: dict[Hashable, list[One]] = {}
    for one in largest(subjects):
        rows.setdefault(alike(one), []).append(one)
    several = [Row(tuple(found)) for found in rows.values()]
    return sorted(several, key=lambda row: sum(map(_size, row.subjects)), reverse=True)


def _size(one: Subject) -> float:
    held = one.bytes if isinstance(one, Record) else None
    return math.inf if held is None else held
