"""A seed is the packages that an account starts with; its mistakes are told at once."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from docs import seed
from pulumi_masv.simulator import Simulator
from tests.generated import at_least, count


def lines_of(seed: Any) -> Any:
    with pytest.raises(ValueError) as error:
        Simulator(seed=seed)
    return str(error.value).splitlines()


def test_a_seed_is_the_packages_there_are() -> None:
    seed = {"packages": [{"name": "A", "unlimited_storage": True}, {"state": "archived"}]}
    packages = Simulator(seed=seed).account.packages()
    assert [(p.name, p.state) for p in packages] == [
        ("A", "finalized"),
        ("Day 2 raw dailies", "archived"),
    ]


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_a_seed_can_be_a_file(tmp_path: Path, start: str) -> None:
    file = tmp_path / "seed.json"
    file.write_text(start + json.dumps({"packages": [{"name": "Größe"}]}), encoding="utf-8")
    assert Simulator(seed=file).account.packages()[0].name == "Größe"
    assert Simulator(seed=str(file)).account.packages()[0].name == "Größe"


@pytest.mark.parametrize("suffix", ["yaml", "yml"])
def test_a_seed_can_be_yaml(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"seed.{suffix}"
    file.write_text("packages:\n  - name: Größe\n    expiry: 2027-03-01T00:00:00Z\n", "utf-8")
    [package] = Simulator(seed=file).account.packages()
    assert (package.name, package.expiry.isoformat()) == ("Größe", "2027-03-01T00:00:00+00:00")


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.json", "{", "it is not JSON: line 1, column 2: "),
        ("a.json", '{"packages": [\n{"name": "a"},\n]}', "it is not JSON: line 3, column 1: "),
        ("a.json", '{"packages": [], "packages": [{}]}', "'packages' is there twice"),
        ("a.json", '{"packages": [{"id": "A", "id": "B"}]}', "'id' is there twice"),
        ("a.json", "[]", 'it must say {"packages": [{…}, …]} and nothing else'),
        ("a.json", '{"packages": {}}', 'it must say {"packages": [{…}, …]} and nothing else'),
        ("a.json", '{"package": []}', 'it must say {"packages": [{…}, …]} and nothing else'),
        ("a.json", '{"packages": [], "now": ""}', 'it must say {"packages": [{…}, …]} and'),
        ("a.json", "\udcff", "it is not JSON: save it as UTF-8"),
        ("a.yaml", "packages: [", "it is not YAML: line 1, column 12: "),
        ("a.yaml", "packages:\n\t- name: A", "it is not YAML: line 2, column 1: "),
        ("a.yaml", "packages:\n- id: A\n  id: B", "'id' is there twice"),
        ("a.yaml", "packages: !secret a", "could not determine a constructor for the tag"),
        ("a.yaml", "", 'it must say {"packages": [{…}, …]} and nothing else'),
    ],
)
def test_a_file_that_is_no_seed_is_one_line_with_its_place(
    tmp_path: Path, name: str, text: str, line: str
) -> None:
    file = tmp_path / name
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    [told] = lines_of(file)
    assert told.startswith(f"seed {file}: ")
    assert line in told


@pytest.mark.parametrize("folder", [True, False])
def test_a_seed_that_cannot_be_read_is_one_line(tmp_path: Path, folder: bool) -> None:
    file = tmp_path if folder else tmp_path / "none.json"
    reason = "Is a directory" if folder else "No such file or directory"
    assert lines_of(file) == [f"seed {file}: {reason}"]


MISTAKES = {
    "size": ("10GB", "size: a valid integer, not '10GB': write it in digits, such as 1500000000"),
    "total_files": (-1, "total_files: greater than or equal to 0, not '-1'"),
    "unlimited_storage": ("yes", "unlimited_storage: a valid boolean, not 'yes': write true or "
                          "false, without quotes"),
    "name": (5, "name: a valid string, not '5': write a text, in quotes"),
    "tags": ("a", "tags: a list of strings, not 'a'"),
    "state": ("finalised", "state: 'new', 'finalized', 'expired' or 'archived', not 'finalised' "
              "(did you mean 'finalized'?)"),
    "expiry": ("noon", "expiry: 'noon' is not an ISO 8601 instant with a zone, such as "
               "2027-01-31T00:00:00Z"),
    "created_at": ("2027-01-31", "created_at: '2027-01-31' is not an ISO 8601 instant with a zone, "
                   "such as 2027-01-31T00:00:00Z"),
    "id": ("a/b", "id: a string that must match pattern '^[A-Za-z0-9_-]+$', not 'a/b'"),
    "expry": ("2027-01-31T00:00:00Z", "a package has no 'expry' (did you mean 'expiry'?)"),
    "zzz": (1, "a package has no 'zzz'; it has created_at, "),
}  # fmt: skip


@at_least(10, "several mistakes")
@at_least(1, "one mistake", "right")
@given(st.lists(st.sets(st.sampled_from(sorted(MISTAKES))), min_size=1, max_size=4))
def test_all_mistakes_of_a_seed_are_told_at_once_with_their_places(wrong: Any) -> None:
    described = [{key: MISTAKES[key][0] for key in each} for each in wrong]
    due = [
        f"seed: package {n}: {MISTAKES[key][1]}" for n, each in enumerate(wrong, 1) for key in each
    ]
    count("several mistakes" if len(due) > 1 else "one mistake" if due else "right")
    if not due:
        assert len(Simulator(seed={"packages": described}).account.packages()) == len(wrong)
        return
    told = lines_of({"packages": described})
    assert len(told) == len(due)
    for line in due:
        assert any(one.startswith(line) for one in told), (line, told)


@pytest.mark.parametrize(
    ("packages", "line"),
    [
        (
            [{"id": "A"}, {}, {"id": "A"}],
            "package 3: there already is a package A: give it",
        ),
        (
            [{"expiry": "2020-01-01T00:00:00Z"}],
            "package 1: a package that is finalized",
        ),
        ([{"team_id": "X"}], "package 1: there is no team X, only 01TEAM"),
        ([5], "package 1: a package must be a JSON object, not 5"),
        ([{"size": None}], "package 1: size: a valid integer, not 'None'"),
        (
            [{"unlimited_storage": True, "expiry": "2099-01-01T00:00:00Z"}],
            "package 1: unlimited_storage excludes expiry: take one of them out",
        ),
    ],
)
def test_what_cannot_be_together_is_told_with_its_place(packages: Any, line: str) -> None:
    [told] = lines_of({"packages": packages})
    assert told.startswith(f"seed: {line}")


@pytest.mark.parametrize("key", ["5", "2027-01-31", "~"])
def test_a_key_that_is_no_text_is_a_mistake_with_its_place(tmp_path: Path, key: str) -> None:
    file = tmp_path / "seed.yaml"
    file.write_text(f"packages:\n- {key}: a\n")
    name = str(next(iter(yaml.safe_load(f"{key}: a"))))
    [told] = lines_of(file)
    assert told.startswith(f"seed {file}: package 1: a package has no {name!r}")


def test_the_sample_of_the_documentation_is_a_seed(tmp_path: Path) -> None:
    page = seed.PAGE.read_text(encoding="utf-8")
    [sample] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "seed.yaml"
    file.write_text(sample, encoding="utf-8")
    assert len(Simulator(seed=file, now="2027-01-04T09:00:00Z").account.packages()) == 3


def test_the_schema_refuses_what_a_seed_refuses() -> None:
    schema = json.loads(seed.SCHEMA.read_text(encoding="utf-8"))
    assert jsonschema_rs.is_valid(schema, {"packages": [{"name": "A", "tags": ["t"]}, {}]})
    for key in MISTAKES.keys() - {"expiry", "created_at"}:  # it checks no instants
        assert not jsonschema_rs.is_valid(schema, {"packages": [{key: MISTAKES[key][0]}]}), key


def test_nothing_is_added_where_a_package_is_mistaken() -> None:
    from pulumi_masv.simulator.seed import sow

    account = Simulator(packages=2).account
    before = account.packages()
    with pytest.raises(ValueError):
        sow(account, {"packages": [{"name": "good"}, {"nmae": "bad"}]})
    assert account.packages() == before
