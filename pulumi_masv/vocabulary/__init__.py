"""How Pulumi's users are told what was decided: refusals, losses and steps in words.

The one place that names what a user writes or runs: an argument, an option, a command.
"""

from pulumi_masv.vocabulary.lines import Line, lines
from pulumi_masv.vocabulary.refusals import (
    archive_waits,
    problem,
    problems_of_entries,
    reason,
    spelled,
)

__all__ = [
    "Line",
    "archive_waits",
    "lines",
    "problem",
    "problems_of_entries",
    "reason",
    "spelled",
]
