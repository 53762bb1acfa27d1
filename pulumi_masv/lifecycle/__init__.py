"""The verbs: read, plan, refuse, write, read back. Knows no Pulumi.

`view` is what one process knows of MASV and `checked` what it knows of the program. `packages` does
what is done to any package; `run` asks for one, `fleet` for many, with `batch` and `lines`.
`windows` is for archive windows.
"""

from pulumi_masv.lifecycle.fleet import Fleets
from pulumi_masv.lifecycle.packages import Packages
from pulumi_masv.lifecycle.run import Run
from pulumi_masv.lifecycle.view import View
from pulumi_masv.lifecycle.windows import Windows

__all__ = ["Fleets", "Packages", "Run", "View", "Windows"]
