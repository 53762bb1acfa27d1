"""A team's example packages, and what is asked of the jobs that manage them."""

import json

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import ROOT
from tests.engine.gitops.pipelines import Forge, Job

EXAMPLE = ROOT / "examples" / "gitops"


DAILIES, MASTER, CLAIM = (
    "01J8ZK3V9DA111ESDAY12A001R",
    "01J8ZK3V9DFEATVREMASTER001",
    "01J8ZK3V9DREE10CA1M0000001",
)


ANYTHING = json.dumps(
    {
        "version": 1,
        "losses": [
            {"id": i, "files": None, "bytes": None, "ends": None, "atOnce": True}
            for i in (DAILIES, MASTER, CLAIM)
        ],
    }
)
"""A report that lets all of them end at once."""


def only(jobs: dict[str, Job], name: str, *, red: bool = False) -> Job:
    assert list(jobs) == [name]
    assert jobs[name].red == red, jobs[name].log
    return jobs[name]


def previewed(forge: Forge, *, red: bool = False) -> Job:
    """The job of a pull request that runs the branch's code; another has told what it found."""
    jobs = forge.pull_request()
    assert list(jobs) == ["preview", forge.TELLER]
    assert not jobs[forge.TELLER].red, jobs[forge.TELLER].log
    assert jobs["preview"].red == red, jobs["preview"].log
    return jobs["preview"]


def ends(masv: Simulator, package: str) -> str:
    live = masv.account.package(package)
    return "never" if live.unlimited_storage else live.expiry.date().isoformat()


def rename_master(forge: Forge) -> None:
    """A change that ends nothing."""
    manifest = forge.repository / "masv.yaml"
    manifest.write_text(manifest.read_text().replace("name: Feature master", "name: Master 2"))
