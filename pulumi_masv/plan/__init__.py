"""What has to happen, as values. No I/O, no clock, no Pulumi.

`package` plans for a package, `window` for all that expired in a span of time; `rules` says what a
manifest comes to, by `conditions` and `ends`; `words` spells.
"""

from pulumi_masv.plan.package import (
    ALONE,
    NEVER,
    OF_A_FLEET,
    End,
    Never,
    Plan,
    Step,
    converge,
    end,
    end_of,
    ended_early,
    same,
    untouched,
)
from pulumi_masv.plan.rules import Decision, evaluate, reasons
from pulumi_masv.plan.words import (
    amount,
    amount_of_all,
    counted,
    quote,
    size,
    span,
    spell,
    spell_moment,
    visible,
)

__all__ = [
    "ALONE",
    "NEVER",
    "OF_A_FLEET",
    "Decision",
    "End",
    "Never",
    "Plan",
    "Step",
    "amount",
    "amount_of_all",
    "converge",
    "counted",
    "end",
    "end_of",
    "ended_early",
    "evaluate",
    "quote",
    "reasons",
    "same",
    "size",
    "span",
    "spell",
    "spell_moment",
    "untouched",
    "visible",
]
