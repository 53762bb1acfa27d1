"""Data functions on the real engine: in previews, from another account, and in one line."""

import json
from typing import Any

import pytest

from pulumi_masv.simulator import KEY_CANARY, Simulator
from tests.engine.conftest import Stack


def outputs(stack: Stack) -> Any:
    return json.loads(stack.run("stack", "output", "--json").text)


def test_a_program_asks_for_packages_in_previews_too(stack: Stack, masv: Simulator) -> None:
    ids = [masv.account.add_package(name=f"Day {i}", size=i) for i in range(60)]
    stack.program(
        "pulumi.export('bytes', sum(p.size for p in masv.get_packages()))\n"
        f"pulumi.export('name', masv.get_package({ids[7]!r}).name)\n"
        "pulumi.export('id', masv.get_package(name='Day 42').id)\n"
        "names = masv.get_packages_output(name=pulumi.Output.from_input('Day 5')).apply(\n"
        "    lambda found: [p.name for p in found])\n"
        "pulumi.export('names', names)\n"
        f"one = masv.get_package_output(pulumi.Output.from_input({ids[7]!r}))\n"
        "pulumi.export('again', one.name)\n"
    )
    shown = stack.preview().text
    assert 'name : "Day 7"' in shown
    stack.up()
    names = ["Day 5", *(f"Day {i}" for i in range(50, 60))]
    known = outputs(stack)
    assert sorted(known.pop("names")) == sorted(names)
    assert known == {"bytes": 1770, "name": "Day 7", "id": ids[42], "again": "Day 7"}
    assert masv.writes == []


ASKS = """
lab = masv.Provider("lab", api_key={key}, team_id="01LAB", base_url={url!r})
opts = pulumi.InvokeOptions(provider=lab)
"""
PLAIN, OUTPUT = "'the-labs-key'", "pulumi.Output.secret('the-labs-key')"


def test_the_account_of_a_provider_is_asked_with_its_own_key(stack: Stack, masv: Simulator) -> None:
    masv.account.teams["01LAB"] = "the-labs-key"
    masv.account.add_package(name="of the lab", team_id="01LAB")
    masv.account.add_package(name="of the studio")
    list_names = "pulumi.export({0!r}, [p.name for p in masv.get_packages(opts={1})])\n"
    stack.program(
        ASKS.format(key=PLAIN, url=masv.url)
        + list_names.format("plain", "opts")
        + "class Lab(pulumi.ComponentResource):\n"
        "    def __init__(self):\n"
        "        super().__init__('a:b:Lab', 'lab', None, ResourceOptions(providers=[lab]))\n"
        + list_names.format("parent", "pulumi.InvokeOptions(parent=Lab())")
        + list_names.format("stack", "None")
    )
    stack.up()
    assert outputs(stack) == {
        "plain": ["of the lab"],
        "parent": ["of the lab"],
        "stack": ["of the studio"],
    }


def test_only_the_output_form_asks_a_provider_whose_key_is_an_output(
    stack: Stack, masv: Simulator
) -> None:
    masv.account.teams["01LAB"] = "the-labs-key"
    masv.account.add_package(name="of the lab", team_id="01LAB")
    begin = ASKS.format(key=OUTPUT, url=masv.url)
    stack.program(
        begin + "pulumi.export('one', masv.get_package_output(name='lab', opts=opts).name)\n"
    )
    stack.up()
    assert outputs(stack) == {"one": "of the lab"}  # and not [secret]: only the key is one
    stack.program(begin + "masv.get_package(name='lab', opts=opts)\n")
    refused = stack.preview(expect=1)
    assert "masv:apiKey is an Output, whose value is not known here: use get_package_output" in (
        refused.text
    )
    assert "Traceback" not in refused.text


def test_what_is_asked_after_a_resource_waits_for_it(stack: Stack, masv: Simulator) -> None:
    package = masv.account.add_package(name="raw")
    stack.program(
        f"day12 = masv.PackageLifecycle('day12', package_id={package!r}, name='Day 12')\n"
        "after = pulumi.InvokeOutputOptions(depends_on=[day12])\n"
        f"one = masv.get_package_output({package!r}, opts=after)\n"
        "pulumi.export('name', one.name)\n"
    )
    assert "name: [unknown]" in stack.preview().text
    stack.up()
    assert outputs(stack) == {"name": "Day 12"}


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ("masv.get_packages(status='expird', sort='age')", "'age' is not a field to sort by"),
        ("masv.get_packages_output(status='expird')", "did you mean expired?"),
        ("masv.get_package('01HNOWHERE')", "MASV has no package 01HNOWHERE in team"),
        ("masv.get_package_output('01HNOWHERE')", "MASV has no package 01HNOWHERE in team"),
        (
            "masv.get_package_output(name=pulumi.Output.secret('Merger'))",
            "has no package with name=[secret]",
        ),
        ("masv.get_package(name='Day')", "2 packages have name='Day': describe one more closely"),
        (
            "masv.get_packages(opts=pulumi.InvokeOptions(provider=pulumi.ProviderResource("
            "'pulumi-python', 'p')))",
            "opts.provider must be a masv.Provider",
        ),
    ],
)
def test_what_cannot_be_answered_is_one_line(
    stack: Stack, masv: Simulator, asks: str, said: str
) -> None:
    for i in range(2):
        masv.account.add_package(name=f"Day {i}")
    stack.program(asks + "\n")
    refused = stack.preview(expect=1)
    assert said in refused.text
    assert "Traceback" not in refused.text


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"MASV_API_KEY": ""}, "masv:apiKey (or MASV_API_KEY) is not set"),
        ({"MASV_API_KEY": f"wrong-{KEY_CANARY}"}, "the key came from the environment"),
        (
            {"MASV_BASE_URL": "http://127.0.0.1:9", "MASV_MAX_RETRIES": "0"},
            "no answer from http://127.0.0.1:9",
        ),
    ],
)
def test_without_key_or_network_a_question_fails_in_one_line(
    stack: Stack, environment: dict[str, str], said: str
) -> None:
    stack.program("masv.get_packages()\n")
    refused = stack.run("preview", expect=1, **environment)
    assert said in refused.text
    assert "Traceback" not in refused.text
    assert KEY_CANARY not in refused.text
