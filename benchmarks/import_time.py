"""What `import pulumi_masv` adds to `import pulumi`: medians of alternating runs, as a table.

Prints the table for benchmarks/README.md: `python benchmarks/import_time.py`.
"""

import platform
import statistics
import subprocess
import sys
import time
from importlib.metadata import version

RUNS = 15


def seconds(module: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
    return time.perf_counter() - started


def main() -> None:
    modules = ("pulumi", "pulumi_masv")
    for module in modules:
        seconds(module)  # writes the byte code
    rounds = [[seconds(module) for module in modules] for _ in range(RUNS)]
    pulumi, masv = (statistics.median(column) for column in zip(*rounds, strict=True))
    added = statistics.median(with_masv - alone for alone, with_masv in rounds)
    print("| `import pulumi` | `import pulumi_masv` | added | ratio |")
    print("|---|---|---|---|")
    print(f"| {pulumi:.3f} s | {masv:.3f} s | {added * 1000:.0f} ms | {masv / pulumi:.2f} |")
    print()
    print(
        f"Medians of {RUNS} alternating runs; Python {platform.python_version()}, "
        f"pulumi {version('pulumi')}, {platform.machine()}."
    )


if __name__ == "__main__":
    main()
