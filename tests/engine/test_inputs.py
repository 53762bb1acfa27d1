"""What a program gives with the wrong type: a line each, all at once, and never a traceback."""

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack

IMPORTS = """\
import asyncio, datetime, decimal, enum, pathlib, uuid
from datetime import timedelta, timezone

class Ids(str, enum.Enum):
    A = "01HA"

later = pulumi.Output.from_input

"""


def test_all_wrong_inputs_of_all_resources_are_told_at_once(stack: Stack, masv: Simulator) -> None:
    stack.program(
        IMPORTS
        + "masv.PackageLifecycle('dailies', package_id=uuid.UUID(int=7), name=pathlib.Path('x'),\n"
        "    expiry=datetime.date(2027, 1, 31), archived='true', force_destroy=1.0)\n"
        "masv.PackageLifecycle('later', package_id='01HB', name=later('x').apply(lambda _: 5),\n"
        "    expiry=later(timedelta(days=3)).apply(lambda x: x))\n"
        "async def number(): return decimal.Decimal(3)\n"
        "masv.PackageLifecycle('task', package_id='01HC', name=number())\n"
        "masv.ArchiveWindow('window', expiry_start=datetime.datetime(2027, 1, 31, 9),\n"
        "    expiry_end=1800000000, received=set())\n"
        "masv.PackageFleet('fleet', force_destroy=[], packages={\n"
        "    uuid.UUID(int=8): {}, '01HD': {'name': later(b'x').apply(lambda x: x)},\n"
        "    '01HE': later(masv.PackageArgs(expiry=later(datetime.date(2027, 1, 31)))),\n"
        "    '01HF': 'Day 12', '01HG': {'name': object(), 'unlimited_storage': 'no'}})\n"
        "masv.PackageFleet('tuples', packages=[('01HI', {})])\n"
        "masv.PackageFleet('generator', packages=(one for one in ('01HJ',)))\n"
    )
    refused = stack.preview(expect=1)
    assert "Traceback" not in refused.text
    told = [line for line in refused.errors if "exited with non-zero" not in line]
    assert sorted(told) == sorted(
        [
            "PackageLifecycle 'dailies': package_id: uuid.UUID is not a string: write str(…)",
            "PackageLifecycle 'dailies': name: pathlib.PosixPath is not a string: write str(…)",
            "PackageLifecycle 'dailies': expiry: datetime.date has no time of day: "
            "write datetime(2027, 1, 31, tzinfo=timezone.utc)",
            "PackageLifecycle 'dailies': archived: str is not a bool: "
            "write True or False, without quotes",
            "PackageLifecycle 'dailies': force_destroy: float is not a bool: write True or False",
            "PackageLifecycle 'later': name: int is not a string: write str(…)",
            "PackageLifecycle 'later': expiry: datetime.timedelta is a length of time, not a "
            "date and time: write datetime(2027, 1, 31, tzinfo=timezone.utc)",
            "PackageLifecycle 'task': name: decimal.Decimal is not a string: write str(…)",
            "ArchiveWindow 'window': expiry_start: datetime.datetime has no time zone: "
            "write datetime(2027, 1, 31, 9, tzinfo=timezone.utc)",
            "ArchiveWindow 'window': expiry_end: int is not a date and time: "
            "write datetime.fromtimestamp(…, timezone.utc)",
            "ArchiveWindow 'window': received: set is not a bool: write True or False",
            "PackageFleet 'fleet': force_destroy: list is not a bool: write True or False",
            "PackageFleet 'fleet': packages: a package id is a str, not uuid.UUID: write str(…)",
            "PackageFleet 'fleet': packages.01HD.name: bytes is not a string: write ….decode()",
            "PackageFleet 'fleet': packages.01HE.expiry: datetime.date has no time of day: "
            "write datetime(2027, 1, 31, tzinfo=timezone.utc)",
            "PackageFleet 'fleet': packages.01HF: str is not an entry: "
            "write masv.PackageArgs(…) or a dict",
            "PackageFleet 'fleet': packages.01HG.name: object is not a string: write one",
            "PackageFleet 'fleet': packages.01HG.unlimited_storage: str is not a bool: "
            "write True or False, without quotes",
            "PackageFleet 'tuples': packages: list is not a dict: "
            "write one of package id to masv.PackageArgs(…)",
            "PackageFleet 'generator': packages: generator is not a dict: "
            "write one of package id to masv.PackageArgs(…)",
        ]
    )
    assert masv.journal == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "masv.Provider('second', api_key=b'x', team_id=uuid.UUID(int=1), timeout='30',"
            " max_retries=True)",
            "Provider 'second': api_key: bytes is not a string: write ….decode()\n",
        ),
        (
            "masv.Provider('second', api_key='x', team_id=later(5).apply(lambda x: x))",
            "Provider 'second': team_id: int is not a string: write str(…)\n",
        ),
        (
            "masv.Provider('second', api_key=later(''), team_id='01T')",
            "Provider 'second': api_key is empty: write that of its account, since the stack's is "
            "not taken\n",
        ),
        ("masv.PackageLifecycle.get('one', uuid.uuid4())", "'one': id: uuid.UUID is not a string"),
        ("masv.PackageLifecycle.get('one', None)", "'one': id is None: write the package's id"),
        ("masv.get_packages(expiry_end=datetime.date(2027, 1, 31))", "expiry_end: datetime.date"),
        ("masv.get_packages_output(name=later(5))", "name: int is not a string: write str(…)"),
        ("masv.get_package(masv)", "package_id: module is not a string: write one"),
        ("masv.PackageLifecycle(5, package_id='01HA')", "resource_name: int is not a string"),
        (
            "masv.PackageLifecycle('one', {}, package_id='01HA')",
            "opts: dict is not a pulumi.Resour",
        ),
        (
            "opts = pulumi.ResourceOptions(provider='lab')\n"
            "masv.PackageLifecycle('one', opts, package_id='01HA')",
            "'one': opts.provider: str is not a masv.Provider",
        ),
        (
            "one = masv.PackageLifecycle('one', package_id='01HA')\n"
            "masv.PackageLifecycle('two', package_id=one)",
            "'two': package_id: pulumi_masv.PackageLifecycle is not a string: write its .id",
        ),
        (
            "masv.PackageLifecycle('one', package_id=Ids.A)\n"
            "masv.PackageFleet('fleet', packages={'01HA': {}})",
            "package 01HA is declared twice",
        ),
        (
            "masv.PackageLifecycle('one', package_id='01HA', name='\\ud800')",
            "'one': name: str contains half a character, which cannot be stored: type it again",
        ),
        (
            "async def a(): return '01HA'\n"
            "masv.PackageLifecycle('one', package_id=a())\n"
            "masv.PackageLifecycle('two', package_id=a())",
            "package 01HA is declared twice",
        ),
        (
            "masv.PackageFleet('fleet', packages={'01HA': {'expry': datetime.date(2027, 1, 1)}})",
            "is not an input of this resource: did you mean expiry?",
        ),
    ],
)
def test_a_value_of_another_type_is_one_line(
    stack: Stack, masv: Simulator, statement: str, said: str
) -> None:
    masv.account.add_package(id="01HA")
    stack.program(IMPORTS + statement + "\n")
    refused = stack.preview(expect=1)
    assert said in refused.text, refused.text
    assert "Traceback" not in refused.text


def test_values_that_are_taken_for_what_they_say(stack: Stack, masv: Simulator) -> None:
    """A string's subclass is its text, a coroutine what it returns; both spellings of a name."""
    masv.account.add_package(id="01HA")
    masv.account.add_package(id="01HB")
    stack.program(
        IMPORTS + "async def later_name(): return 'Day 12'\n"
        "masv.PackageLifecycle('one', package_id=Ids.A, name=later_name())\n"
        "fleet = masv.PackageFleet('fleet', packages={'01HB': {'unlimitedStorage': True}})\n"
        "pulumi.export('size', fleet.live['01HB']['size'].apply(lambda one: type(one).__name__))\n"
        "pulumi.export('files', fleet.summary['files'].apply(lambda one: type(one).__name__))\n"
    )
    stack.up()
    assert masv.account.package("01HA").name == "Day 12"
    assert masv.account.package("01HB").unlimited_storage is True
    assert "int" in stack.run("stack", "output", "size").text
    assert "int" in stack.run("stack", "output", "files").text
    stack.up("--expect-no-changes")


def test_what_pulumi_carries_is_told_with_what_the_values_say(stack: Stack) -> None:
    stack.program(
        IMPORTS
        + "masv.PackageLifecycle('one', package_id='a/b', name=5, archived='yes', expiry='2027')\n"
    )
    refused = stack.preview(expect=1)
    for name in ("packageId", "name", "archived", "expiry"):
        assert f"'one': property {name} " in refused.text, refused.text
    assert "Traceback" not in refused.text
