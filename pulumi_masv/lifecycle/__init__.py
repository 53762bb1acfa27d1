"""The verbs: read, plan, refuse, write, read back. Knows no Pulumi.

`view` is what one process knows of MASV and `checked` what it knows of the program; `run` is what
it does with packages, `windows` with archive windows.
"""

from pulumi_masv.lifecycle.run import Run
from pulumi_masv.lifecycle.view import View
from pulumi_masv.lifecycle.windows import Windows

__all__ = ["Run", "View", "Windows"]
