"""Data functions and manifests of an odd MASV give what was asked for, or refuse."""

from typing import Any

import pytest

from pulumi_masv import selection
from pulumi_masv.client import Client
from pulumi_masv.errors import AmbiguousPackage, MasvError
from pulumi_masv.models import secret
from pulumi_masv.policy import inventory
from pulumi_masv.policy.model import ManifestModel
from pulumi_masv.settings import Settings
from pulumi_masv.simulator import Simulator, routes
from pulumi_masv.simulator.messages import json_answer
from tests.handlers.odd.conftest import LATE, SOON, listed_as


@pytest.mark.parametrize("asked", [{"name": "final cut"}, {"sender": "nobody@x.example"}])
def test_get_package_by_what_it_is_does_not_give_another_one(client: Client, asked: Any) -> None:
    masv = Simulator(packages=0)
    masv.account.add_package(id="01HZ", name="dailies", expiry=LATE)
    masv.switch(ignored_filters="name,sender")
    with masv.in_process():
        only = Client(Settings(api_key=masv.api_key, team_id=masv.team_id, base_url=masv.url))
        with pytest.raises(MasvError):
            selection.one(only, asked)


def test_get_package_finds_the_one_though_its_filter_is_ignored(
    masv: Simulator, client: Client
) -> None:
    masv.switch(ignored_filters="name")
    assert selection.one(client, {"name": "01HB"}).id == "01HB"


def test_an_ignored_sort_is_mended(masv: Simulator, client: Client) -> None:
    for size in (3, 1, 2):
        masv.account.add_package(name="s", size=size, expiry=LATE)
    masv.switch(ignored_filters="sort")
    sizes = [one.size for one in selection.several(client, {"name": "s", "sort": "size"})]
    assert sizes == [1, 2, 3]


def _decide(client: Client, *rules: dict[str, Any]) -> Any:
    return inventory.decide(ManifestModel.model_validate({"rules": rules}), client)


END = {"expiry": SOON}


def test_a_hold_by_a_second_tag_holds(masv: Simulator, client: Client) -> None:
    masv.account.add_package(id="01HT", tags=("raw", "keep"), expiry=LATE)
    masv.account.add_package(id="01HU", tags=("keep",), expiry=LATE)
    decision = _decide(
        client, {"match": {"tags": ["keep"]}, "hold": True}, {"match": {}, "set": END}
    )
    assert decision.declared["01HT"].expiry.isoformat().startswith("2027-12")


def test_an_unreadable_record_hides_no_ignored_filter(
    masv: Simulator, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    masv.account.add_package(id="01HX", name="odd", expiry=LATE)
    listed_as(monkeypatch, lambda r: {**r, "id": None} if r["id"] == "01HX" else r)
    masv.switch(ignored_filters="tags", unknown_filter="mixed")
    with pytest.raises(MasvError):
        _decide(client, {"match": {"tags": ["trash"]}, "set": END})


def test_a_part_of_a_portals_name_ends_nothing_of_another(masv: Simulator, client: Client) -> None:
    masv.switch(portal_match="substring")
    masv.account.add_package(id="01HP", received=True, portal="Day", expiry=LATE)
    masv.account.add_package(id="01HQ", received=True, portal="Daylight", expiry=LATE)
    try:
        declared = _decide(client, {"match": {"portal": ["Day"]}, "set": END}).declared
    except MasvError:
        return
    assert set(declared) == {"01HP"}


def test_a_name_is_found_in_whatever_form_masv_keeps_it(masv: Simulator, client: Client) -> None:
    masv.switch(names="NFD")
    masv.account.add_package(id="01HZ", name="Zürich", expiry=LATE)
    masv.account.rename("01HZ", "Z\u00fcrich")
    assert [one.id for one in selection.several(client, {"name": "Z\u00fcrich"})] == ["01HZ"]


def test_a_hold_by_teamspace_holds_where_the_object_is_empty(
    masv: Simulator, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    masv.account.add_package(id="01HT", teamspace="01TS", expiry=LATE)
    listed_as(monkeypatch, lambda r: {**r, "teamspace": {"id": "", "name": ""}})
    try:
        declared = _decide(
            client, {"match": {"teamspaces": ["01TS"]}, "hold": True}, {"match": {}, "set": END}
        ).declared
    except MasvError as error:
        raise AssertionError(f"all is stopped: {error}") from None
    assert declared["01HT"].expiry is None or declared["01HT"].expiry.month == 12


def test_a_page_past_the_end_may_be_null(
    masv: Simulator, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Go writes an empty list."""
    masv.account.hide("01HA")
    masv.switch(total="all")

    def null(status: int, value: Any) -> Any:
        if isinstance(value, dict) and value.get("records") == []:
            value = {**value, "records": None}
        return json_answer(status, value)

    monkeypatch.setattr(routes, "json_answer", null)
    with pytest.raises(MasvError, match="announces 3 packages and shows only 2"):
        selection.several(client, {})


def test_get_package_says_hidden_where_the_total_counts_what_is_not_shown(
    masv: Simulator, client: Client
) -> None:
    masv.switch(total="all")
    masv.account.hide("01HA")
    masv.account.rename("01HB", "01HA too")
    with pytest.raises(MasvError) as refused:
        selection.one(client, {"name": "01HA"})
    assert "2 packages have name" not in str(refused.value)


def test_what_is_asked_for_in_secret_is_not_shown_of_candidates(
    masv: Simulator, client: Client
) -> None:
    for _ in range(2):
        masv.account.add_package(name="Merger of Alpha", expiry="2027-06-01T00:00:00Z")
    asked = {"name": "Merger", "expiry_start": "2027-05-31T00:00:00Z"}
    with pytest.raises(AmbiguousPackage, match=r"Merger of Alpha.*2027-06-01"):
        selection.one(client, asked)
    for hidden, told in (("name", "2027-06-01"), ("expiry_start", "Merger of Alpha")):
        with pytest.raises(AmbiguousPackage) as caught:
            selection.one(client, asked | {hidden: secret(asked[hidden])})
        both = {"2027-06-01", "Merger of Alpha"}
        assert {one for one in both if one in str(caught.value)} == {told}
