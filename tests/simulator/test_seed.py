import json

import pytest

from pulumi_masv.simulator import Simulator


def test_a_seed_is_the_packages_there_are():
    seed = {"packages": [{"name": "A", "unlimited_storage": True}, {"state": "archived"}]}
    packages = Simulator(seed=seed).account.packages()
    assert [(p.name, p.state) for p in packages] == [
        ("A", "finalized"),
        ("Day 2 raw dailies", "archived"),
    ]


def test_a_seed_can_be_a_file(tmp_path):
    file = tmp_path / "seed.json"
    file.write_text(json.dumps({"packages": [{"name": "Größe"}]}), encoding="utf-8")
    assert Simulator(seed=file).account.packages()[0].name == "Größe"
    assert Simulator(seed=str(file)).account.packages()[0].name == "Größe"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{", "seed {file}: it is not JSON"),
        ("[]", 'seed {file}: {{"packages": […]}} is due, and nothing else'),
        ('{"packages": {}}', 'seed {file}: {{"packages": […]}} is due, and nothing else'),
        ('{"packages": [{}, 5]}', "seed {file}: package 2: a package is a JSON object"),
        ('{"packages": [{"size": "x"}]}', "seed {file}: package 1: size: a valid integer, not 'x'"),
    ],
)
def test_a_bad_seed_is_one_clear_line(tmp_path, text, line):
    file = tmp_path / "seed.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError) as error:
        Simulator(seed=file)
    assert str(error.value) == line.format(file=file)


def test_a_seed_that_is_not_there_is_one_clear_line(tmp_path):
    with pytest.raises(ValueError, match="No such file or directory"):
        Simulator(seed=tmp_path / "none.json")
