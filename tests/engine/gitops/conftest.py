"""The example's repository on each platform, set up as its README says."""

import os
import shutil
from pathlib import Path

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import BIN, Initialised, Stack
from tests.engine.gitops.github import GitHub
from tests.engine.gitops.gitlab import GitLab
from tests.engine.gitops.jobs import CLAIM, DAILIES, EXAMPLE, MASTER
from tests.engine.gitops.pipelines import Forge
from tests.engine.keeper import PROVIDER


@pytest.fixture(params=[GitHub, GitLab])
def forge(
    request: pytest.FixtureRequest,
    stack: Stack,
    initialised: Initialised,
    virtualenv: Path,
    masv: Simulator,
    tmp_path: Path,
) -> Forge:
    """The example as a team would keep it, set up as its README says."""
    repository = tmp_path / "repository"
    shutil.copytree(EXAMPLE, repository, ignore=shutil.ignore_patterns("__pycache__"))
    stack.folder = repository
    stack.run("stack", "init", "team", "--secrets-provider", PROVIDER)
    elsewhere = (folder for folder in os.get_exec_path() if Path(folder) != BIN)
    masv.account.set_now("2027-01-04T09:00:00Z")
    masv.account.add_package(
        id=DAILIES, name="A001_raw", expiry="2027-03-01T00:00:00Z", total_files=212, size=10**12
    )
    masv.account.add_package(id=MASTER, name="Master", expiry="2027-02-01T00:00:00Z")
    masv.account.add_package(id=CLAIM, name="Reel 10", expiry="2027-06-01T00:00:00Z")
    made: Forge = request.param(
        repository=repository,
        machines=tmp_path / "machines",
        environment={
            "HOME": str(tmp_path),
            "PATH": os.pathsep.join(elsewhere),
            "MASV_BASE_URL": masv.url,
            **initialised.keeper,
            **{n: v for n, v in stack.environment.items() if n.startswith("PYTHON")},
        },
        virtualenv=virtualenv,
        variables={
            "MASV_TEAM_ID": masv.team_id,
            "PULUMI_BACKEND_URL": stack.environment["PULUMI_BACKEND_URL"],
        },
        secrets={"MASV_API_KEY": masv.api_key, "PULUMI_CONFIG_PASSPHRASE": "test"},
    )
    return made
