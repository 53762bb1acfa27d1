"""What has to happen, as values. No I/O, no clock, no Pulumi.

`package` plans for a package, `window` for all that expired in a span of time; `words` spells.
"""

from pulumi_masv.plan.package import (
    NEVER,
    OF_A_FLEET,
    End,
    Never,
    Plan,
    Step,
    converge,
    end,
    ended_early,
    same,
    untouched,
)
from pulumi_masv.plan.words import amount, amount_of_all, counted, quote, span, spell, spell_moment

__all__ = [
    "NEVER",
    "OF_A_FLEET",
    "End",
    "Never",
    "Plan",
    "Step",
    "amount",
    "amount_of_all",
    "converge",
    "counted",
    "end",
    "ended_early",
    "quote",
    "same",
    "span",
    "spell",
    "spell_moment",
    "untouched",
]
