"""What a team declares of all its packages: the manifest, read and decided.

`model` says what a manifest holds, `values` how a length of time, a size or a list is written,
`document` reads it as a file, `tree` knows the place of each value in it, `mistakes` and `syntax`
say what is wrong there and what to write.
`conditions` says what a rule matches, `expiry` which end an expiry comes to, `evaluate` which rule
decides over a package: values, no I/O, no clock. `inventory` lists the packages to decide on; it
alone asks MASV, so it is imported by its own name.
"""

from pulumi_masv.policy.document import Manifest
from pulumi_masv.policy.evaluate import Decision, evaluate, reasons
from pulumi_masv.policy.mistakes import Mistake
from pulumi_masv.policy.model import Bound, Entry, ManifestModel, Match, Rule, Setting

__all__ = [
    "Bound",
    "Decision",
    "Entry",
    "Manifest",
    "ManifestModel",
    "Match",
    "Mistake",
    "Rule",
    "Setting",
    "evaluate",
    "reasons",
]
