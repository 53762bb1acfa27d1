"""The verbs of a package: read, plan, refuse, write, read back. Knows no Pulumi.

`view` is what one process knows of MASV and of the program; `run` is what it does.
"""

from pulumi_masv.lifecycle.run import Run

__all__ = ["Run"]
