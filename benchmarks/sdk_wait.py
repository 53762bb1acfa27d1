"""What it costs Pulumi's SDK for Python to wait for the Outputs of a program's resources.

A minimal reproduction; needs nothing but pulumi. `pulumi.runtime.stack.wait_for_rpcs` waits with
FIRST_COMPLETED for all Outputs, and each time that one is known, anew for all that are not. With
FIRST_EXCEPTION, in a copy of it, it waits once, and a failure still ends it at once.

    python benchmarks/sdk_wait.py [--resources 1000] [--outputs 5 20]
"""

import argparse
import asyncio
import inspect
import resource
import subprocess
import sys
import time
from importlib.metadata import version
from typing import Any, Final

import pulumi
from pulumi.runtime import mocks, settings, stack

WAYS: Final = {"as it is": "FIRST_COMPLETED", "one word changed": "FIRST_EXCEPTION"}
ANSWERS_IN: Final = 0.01  # seconds; an engine's answers come one by one
PARALLEL: Final = 16


class Engine(pulumi.runtime.Mocks):
    """Registers whatever it is given, and computes nothing."""

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        return {}

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> Any:
        time.sleep(ANSWERS_IN)
        return args.name, args.inputs


class Idle(pulumi.CustomResource):
    """A resource with Outputs that nobody reads."""

    def __init__(self, name: str, outputs: int) -> None:
        super().__init__("idle:index:Idle", name, {f"output{i}": None for i in range(outputs)})


def run(resources: int, outputs: int, word: str) -> float:
    """Run a program as Pulumi's language host does; the processor seconds it takes."""
    source = inspect.getsource(stack.wait_for_rpcs)
    if "FIRST_COMPLETED" not in source:
        raise SystemExit(f"pulumi {pulumi_version()} does not wait with FIRST_COMPLETED")
    exec(source.replace("FIRST_COMPLETED", word), vars(stack))

    def program() -> None:
        for i in range(resources):
            Idle(f"idle{i}", outputs)

    async def main() -> None:
        settings.configure(
            settings.Settings(
                "project",
                "stack",
                monitor=mocks.MockMonitor(Engine()),
                engine=mocks.MockEngine(None),
                parallel=PARALLEL,
                dry_run=False,
            )
        )
        await stack.run_in_stack(program)

    before = cpu_seconds()
    asyncio.run(main())
    return cpu_seconds() - before


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def pulumi_version() -> str:
    return version("pulumi")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--resources", type=int, default=1000)
    parser.add_argument("--outputs", type=int, nargs="+", default=[5, 20])
    parser.add_argument("--word", choices=WAYS.values(), help="run one program in this process")
    given = parser.parse_args()
    if given.word:
        print(run(given.resources, given.outputs[0], given.word))
        return
    print(f"| {given.resources:,} resources, CPU seconds | {' | '.join(WAYS)} | ratio |")
    print("| --- | --- | --- | --- |")
    for outputs in given.outputs:
        taken = [
            float(
                subprocess.run(
                    [sys.executable, __file__, "--resources", str(given.resources),
                     "--outputs", str(outputs), "--word", word],
                    capture_output=True, text=True, check=True,
                ).stdout
            )
            for word in WAYS.values()
        ]  # fmt: skip
        figures = " | ".join(f"{seconds:.1f}" for seconds in (*taken, taken[0] / taken[1]))
        print(f"| {outputs} Outputs each | {figures} |")
    print(f"\nPython {sys.version.split()[0]}, pulumi {pulumi_version()}.")


if __name__ == "__main__":
    main()
