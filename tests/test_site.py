"""The site builds without a warning, asks for nothing elsewhere, and has every public name."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pulumi_masv
from tests.browser import CHROMIUM, browse
from tests.pages import ROOT

pytest.importorskip("sphinx", reason="the group `docs` is not installed")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "docs", str(folder)]
    environment = {**os.environ, "LC_ALL": "C"}  # Sphinx ends where there is no such locale
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        tags = re.findall(r"<(?:script|link|img|iframe)\b[^>]*>", page.read_text(encoding="utf-8"))
        assert not [tag for tag in tags if re.search(r'(?:src|href)="(?:https?:)?//', tag)], page
    for style in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//", style.read_text(encoding="utf-8")), style


def test_every_public_name_has_a_place_of_its_own(site: Path) -> None:
    page = (site / "reference" / "api.html").read_text(encoding="utf-8")
    for name in pulumi_masv.__all__:
        assert f'id="pulumi_masv.{name}"' in page, name


# As wide as a phone, which no window of a browser without a screen is.
PHONE = """<body><iframe id="phone" src="PAGE" style="width:375px;height:700px;border:0"></iframe>
<script>onload = () => {
  const shown = document.getElementById("phone").contentDocument
  document.body.dataset.measured = shown.documentElement.scrollWidth
}</script>"""


@pytest.mark.thorough
@pytest.mark.skipif(not CHROMIUM, reason="no browser here: run `make browser`")
@pytest.mark.parametrize("page", ["index", "tutorial", "reference/state", "reference/api"])
def test_a_page_opens_in_light_in_dark_and_on_a_phone(
    site: Path, page: str, tmp_path: Path
) -> None:
    pictures = []
    for scheme in ("0", "1"):  # dark, light
        picture = tmp_path / f"{scheme}.png"
        setting = f"--blink-settings=preferredColorScheme={scheme}"
        _, logged = browse(tmp_path, site / f"{page}.html", setting, f"--screenshot={picture}")
        assert "CONSOLE" not in logged
        pictures.append(picture.read_bytes())
    assert pictures[0] != pictures[1]
    (site / "phone.html").write_text(PHONE.replace("PAGE", f"{page}.html"), encoding="utf-8")
    opened = ("--allow-file-access-from-files", "--virtual-time-budget=5000", "--dump-dom")
    dom, _ = browse(tmp_path, site / "phone.html", *opened)
    assert 'data-measured="375"' in dom
