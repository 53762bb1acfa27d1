"""Lets Pulumi's messages be imported without its SDK, which costs ten times their time at a start.

Import it before them. Only a process that needs nothing else of the SDK may.
"""

import importlib.util
import sys

for name in ("pulumi", "pulumi.runtime"):
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    # Made, but not executed: it leads to its modules and holds nothing of its own.
    sys.modules[name] = importlib.util.module_from_spec(spec)
