"""The README says what the code says: its commands, its first program, and where it leads."""

import re
import subprocess

from tests.pages import ROOT, read, snippets

README = read("README.md")


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) < 250


def test_the_two_commands_are_there() -> None:
    [commands] = [one.text for one in snippets("README.md") if one.what == "make"]
    assert commands == "make demo\nmake test\n"
    for command in commands.splitlines():
        target = command.removeprefix("make ")
        done = subprocess.run(
            ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_the_template_is_an_example_and_its_wheel_can_be_made() -> None:
    [commands] = [one.text for one in snippets("README.md") if one.what == "new"]
    wheel, _, new = commands.splitlines()
    done = subprocess.run([*wheel.split(), "--dry-run"], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    named = re.fullmatch(r'pulumi new "\$PWD/(\S+)" --dir \S+', new)
    assert named is not None
    assert (ROOT / named[1] / "Pulumi.yaml").is_file()


def test_the_quick_start_is_a_program_of_ten_lines() -> None:
    [program] = [one.text for one in snippets("README.md") if one[:2] == ("file", "__main__.py")]
    assert len([line for line in program.splitlines() if line.strip()]) == 10


def test_the_readme_says_first_that_it_is_unofficial() -> None:
    assert "unofficial, and not affiliated with MASV" in "\n".join(README.splitlines()[:40])


def test_a_picture_is_never_all_that_says_something() -> None:
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", README)
    assert pictures
    assert all(len(text) > 20 and (ROOT / path).is_file() for text, path in pictures)


def test_every_page_is_reached_from_the_readme_or_an_index() -> None:
    linked = set(re.findall(r"\]\((docs/[\w/.-]+\.md)", README))
    assert {f"docs/{name}.md" for name in ("tutorial", "index", "how-to/index")} <= linked
    assert all((ROOT / page).is_file() for page in linked)


def test_the_license_is_the_one_the_project_names() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0" in (ROOT / "LICENSE").read_text(encoding="utf-8")
