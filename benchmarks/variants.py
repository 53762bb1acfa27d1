"""What is measured: the ways to manage the same packages, each a program of a few lines."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
_PREAMBLE: Final = """\
import json
from pathlib import Path

{imported}

packages = json.loads(Path(__file__).with_name("packages.json").read_text())
"""


@dataclass(frozen=True)
class Variant:
    """One way.

    Attributes:
        key: on the command line.
        title: in table and plot.
        imported: the import of its resource.
        body: what the program does with `packages`, a map from id to name and expiry.
        module: a file of this folder that goes beside the program.
        environment: of the engine.
        single: one resource for all packages, or none.
        requests: whether it asks MASV for anything.
        threads: of the module, which is run as it is, without Pulumi; 0 where Pulumi runs.
        guide: the key of the guide's way under the same switches.
    """

    key: str
    title: str
    imported: str = ""
    body: str = ""
    module: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    single: bool = False
    requests: bool = True
    threads: int = 0
    guide: str = "a"

    def command(self, arguments: Sequence[str]) -> list[str]:
        """What is run, where the engine is given these arguments."""
        if self.threads:
            return [sys.executable, str(self.module), str(self.threads)]
        return ["pulumi", *arguments, "--non-interactive"]

    def write(self, project: Path) -> None:
        """Put the program, and the module it imports, into a project's folder."""
        if self.body:
            program = _PREAMBLE.format(imported=self.imported) + self.body
            (project / "__main__.py").write_text(program)
        if self.module:
            (project / self.module).write_bytes((HERE / self.module).read_bytes())


_GUIDE: Final = """\
for package_id, declared in packages.items():
    GuidePackage(package_id, package_id=package_id, **declared)
"""
_GUIDE_PROVIDER: Final = "from guide_provider import GuidePackage"
_LIFECYCLES: Final = """\
for package_id, declared in packages.items():
    masv.PackageLifecycle(package_id, package_id=package_id, **declared)
"""
_MASV: Final = "import pulumi_masv as masv"
_NO_CHECKPOINTS: Final = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}

VARIANTS: Final = (
    Variant(
        key="a",
        title="as Pulumi's guide teaches",
        imported=_GUIDE_PROVIDER,
        body=_GUIDE,
        module="guide_provider.py",
    ),
    Variant(
        key="b",
        title="PackageLifecycle",
        imported=_MASV,
        body=_LIFECYCLES,
    ),
    Variant(
        key="f",
        title="as Pulumi's guide teaches, no checkpoints",
        imported=_GUIDE_PROVIDER,
        body=_GUIDE,
        module="guide_provider.py",
        environment=_NO_CHECKPOINTS,
        guide="f",
    ),
    Variant(
        key="c",
        title="PackageLifecycle, no checkpoints",
        imported=_MASV,
        body=_LIFECYCLES,
        environment=_NO_CHECKPOINTS,
        guide="f",
    ),
    Variant(
        key="d",
        title="PackageFleet",
        imported=_MASV,
        body='masv.PackageFleet("fleet", packages=packages)\n',
        single=True,
    ),
    Variant(
        key="e",
        title="one resource, handler that does nothing",
        imported="from idle_provider import Idle",
        body='Idle("fleet", packages=packages)\n',
        module="idle_provider.py",
        single=True,
        requests=False,
    ),
    *(
        Variant(
            key=key,
            title=f"plain script without Pulumi, {threads} threads",
            module="floor.py",
            single=True,
            threads=threads,
        )
        for key, threads in (("g", 8), ("h", 32))
    ),
)
BY_KEY: Final = {variant.key: variant for variant in VARIANTS}
