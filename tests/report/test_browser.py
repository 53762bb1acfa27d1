"""The page in a real browser: it opens, asks for nothing, and shows a name as a name.

The test needs Debian's Chromium; `make browser` installs it.
"""

import json
import re
from pathlib import Path

import pytest

from benchmarks.report_time import preview as large
from pulumi_masv.report import page
from tests.browser import CHROMIUM, browse
from tests.report.conftest import of_name, told

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no browser here: run `make browser`")


def written(folder: Path, text: bytes) -> Path:
    file = folder / "report.html"
    file.write_bytes(page.render(told(text)))
    return file


def test_the_page_opens_without_a_complaint_and_asks_for_nothing(tmp_path: Path) -> None:
    name = "</script><img src=https://masv.example/x><script>alert(1)</script>"
    log = tmp_path / "net.json"
    file = written(tmp_path, of_name(name))

    dom, logged = browse(tmp_path, file, f"--log-net-log={log}", "--dump-dom")

    assert "CONSOLE" not in logged
    assert "&lt;/script&gt;&lt;img src=https://masv.example/x&gt;" in dom
    assert "<img" not in dom
    assert "<script" not in dom
    assert "masv.example" not in re.sub(
        r'"file://[^"]*"', "", json.dumps(json.loads(log.read_text()))
    )


def test_the_page_renders_in_light_and_in_dark(tmp_path: Path) -> None:
    file, pictures = written(tmp_path, of_name("Day 12")), []
    for scheme in ("0", "1"):  # dark, light
        picture = tmp_path / f"{scheme}.png"
        setting = f"--blink-settings=preferredColorScheme={scheme}"
        _, logged = browse(tmp_path, file, setting, f"--screenshot={picture}")
        assert "CONSOLE" not in logged
        pictures.append(picture.read_bytes())
    assert pictures[0] != pictures[1]


# As wide as a phone, which no window of a browser without a screen is.
PHONE = """<body><iframe id="phone" style="width:375px;height:700px;border:0"></iframe><script>
const phone = document.getElementById("phone")
phone.onload = () => {
  const seen = phone.contentDocument
  const wide = [...seen.querySelectorAll("body *")].filter(one =>
    !one.matches(".skip, thead, thead *") && one.getBoundingClientRect().right > 375)
  document.body.dataset.measured = seen.documentElement.scrollWidth + " " + wide.length
}
phone.srcdoc = PAGE
</script>"""


@pytest.mark.parametrize("scheme", ["0", "1"])  # dark, light
def test_nothing_scrolls_sideways_on_a_phone(tmp_path: Path, scheme: str) -> None:
    name = f"{'long' * 60} {'wide words ' * 30} {'日本語' * 40}"
    page_text = json.dumps(page.render(told(of_name(name))).decode()).replace("</", "<\\/")
    file = tmp_path / "phone.html"
    file.write_text(PHONE.replace("PAGE", page_text), encoding="utf-8")
    setting = f"--blink-settings=preferredColorScheme={scheme}"
    dom, _ = browse(tmp_path, file, setting, "--virtual-time-budget=5000", "--dump-dom")
    assert 'data-measured="375 0"' in dom


def test_the_page_prints(tmp_path: Path) -> None:
    paper = tmp_path / "page.pdf"
    browse(tmp_path, written(tmp_path, of_name("Day 12")), f"--print-to-pdf={paper}")
    printed = paper.read_bytes()
    assert printed.startswith(b"%PDF")
    # Its tables follow the picture, so a page cut at the window's height would be one sheet.
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 1


@pytest.mark.thorough
def test_a_page_of_two_thousand_packages_opens(tmp_path: Path) -> None:
    dom, logged = browse(tmp_path, written(tmp_path, large(2_000)), "--dump-dom")
    assert "CONSOLE" not in logged
    assert dom.count("01J8ZK3V9D") > 2_000
