"""What is measured: the ways to manage the same packages, each a program of a few lines."""

from collections.abc import Mapping
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
        single: one resource for all packages.
        requests: whether its handler asks MASV for anything.
    """

    key: str
    title: str
    imported: str
    body: str
    module: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    single: bool = False
    requests: bool = True

    def write(self, project: Path) -> None:
        """Put the program, and the module it imports, into a project's folder."""
        program = _PREAMBLE.format(imported=self.imported) + self.body
        (project / "__main__.py").write_text(program)
        if self.module:
            (project / self.module).write_bytes((HERE / self.module).read_bytes())


_LIFECYCLES: Final = """\
for package_id, declared in packages.items():
    masv.PackageLifecycle(package_id, package_id=package_id, **declared)
"""
_MASV: Final = "import pulumi_masv as masv"

VARIANTS: Final = (
    Variant(
        key="a",
        title="as the guide teaches",
        imported="from guide_provider import GuidePackage",
        body="""\
for package_id, declared in packages.items():
    GuidePackage(package_id, package_id=package_id, **declared)
""",
        module="guide_provider.py",
    ),
    Variant(
        key="b",
        title="PackageLifecycle",
        imported=_MASV,
        body=_LIFECYCLES,
    ),
    Variant(
        key="c",
        title="PackageLifecycle, no checkpoints",
        imported=_MASV,
        body=_LIFECYCLES,
        environment={"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"},
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
)
BY_KEY: Final = {variant.key: variant for variant in VARIANTS}
