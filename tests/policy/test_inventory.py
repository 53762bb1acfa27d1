"""What rules are decided on: everything a team has, and nothing that no rule asks for."""

from typing import Any

import pytest

from pulumi_masv.client import Client
from pulumi_masv.errors import ListingRefused, RequestRefused
from pulumi_masv.policy import Manifest, inventory
from pulumi_masv.settings import Settings
from pulumi_masv.simulator import Simulator


def client(masv: Simulator) -> Client:
    settings = Settings(api_key=masv.api_key, team_id=masv.team_id, base_url=masv.url)
    return Client(settings, sleep=lambda seconds: None)


def manifest(*matches: dict[str, Any]) -> Manifest:
    return Manifest.model_validate({"rules": [{"match": one, "hold": True} for one in matches]})


def listings(masv: Simulator) -> list[str]:
    return [request.path.rsplit("/", 1)[1] for request in masv.journal]


def test_packages_of_every_state_sent_and_received_are_decided_on(masv: Simulator) -> None:
    for state in ("new", "finalized", "expired", "archived"):
        masv.account.add_package(id=state, state=state)
    masv.account.add_package(id="got", portal="rushes")
    found, now = inventory.gather(manifest({}), client(masv))
    assert {one.id: one.received for one in found} == {
        "new": False, "finalized": False, "expired": False, "archived": False, "got": True,
    }  # fmt: skip
    assert now == masv.account.now.replace(microsecond=0)
    assert listings(masv) == ["packages", "inbox"]


def test_the_inbox_is_not_listed_where_no_rule_asks_for_it(masv: Simulator) -> None:
    inventory.gather(manifest({"received": False}), client(masv))
    assert listings(masv) == ["packages"]


def test_each_tag_teamspace_and_portal_is_a_listing_more(masv: Simulator) -> None:
    masv.account.add_package(id="A", tags=["t1", "t2"], teamspace="s1")
    masv.account.add_package(id="B", tags=["t2"])
    masv.account.add_package(id="C", tags=["t3"], portal="rushes")
    masv.account.add_package(id="D", portal="other")
    asked = manifest({"tags": ["t1", "t3"]}, {"teamspaces": "s1"}, {"portal": "rushes"})
    found, _ = inventory.gather(asked, client(masv))
    told = {one.id: (one.tags, one.teamspace_id, one.portal) for one in found}
    assert told == {
        "A": (("t1",), "s1", ""),
        "B": (("t2",), "", ""),  # its record says so itself
        "C": (("t3",), "", "rushes"),
        "D": ((), "", ""),
    }
    assert sorted(listings(masv)) == ["inbox"] * 5 + ["packages"] * 4


def test_a_team_of_thousands_costs_a_request_for_fifty_packages(masv: Simulator) -> None:
    for _ in range(1000):
        masv.account.add_package()
    inventory.gather(manifest({}), client(masv))
    assert len(masv.journal) == 21


def test_a_manifest_without_rules_or_holds_asks_masv_nothing() -> None:
    named = Manifest.model_validate(
        {"packages": {"A": {"name": "a"}}, "defaults": {"archived": True}}
    )
    assert not inventory.asks(named)
    declared = inventory.decide(named, None).declared["A"]
    assert (declared.name, declared.archived) == ("a", True)
    for more in (
        {"packages": {"A": {"hold": True}}},
        {"defaults": {"expiry": "unlimited"}},
        {"rules": [{"match": {}, "hold": True}]},
    ):
        assert inventory.asks(Manifest.model_validate(more))


def test_an_inbox_that_is_refused_says_the_way_on(masv: Simulator) -> None:
    masv.faults.set("status", status=403, route="*/inbox", times=None)
    with pytest.raises(RequestRefused, match="or write `received: false` in the match of every"):
        inventory.gather(manifest({}), client(masv))


def test_a_team_without_an_inbox_has_received_nothing(masv: Simulator) -> None:
    masv.account.add_package(id="A")
    masv.faults.set("status", status=404, route="*/inbox", times=None)
    asked = manifest({"tags": "t"}, {"teamspaces": "s"}, {"portal": "p"})
    found, _ = inventory.gather(asked, client(masv))
    assert [(one.id, one.tags, one.portal) for one in found] == [("A", (), "")]


def test_a_package_may_tell_its_tag_by_name(masv: Simulator) -> None:
    masv.account.add_package(id="A", tags=["Legal"])
    masv.account.add_package(id="B")
    decision = inventory.decide(manifest({"tags": ["legal"]}), client(masv))
    assert decision.holding == {"A": 0}


def test_a_rule_is_refused_where_part_of_a_portal_matches(masv: Simulator) -> None:
    masv.account.add_package(portal="rushes-of-others")
    rules = Manifest.model_validate(
        {"rules": [{"match": {"portal": "rushes"}, "set": {"archived": True}}]}
    )
    assert inventory.decide(rules, client(masv)).declared == {}
    masv.switch(portal_match="substring")
    with pytest.raises(ListingRefused, match="MASV takes a portal for a part of a name"):
        inventory.decide(rules, client(masv))
    assert len(inventory.decide(manifest({"portal": "rushes"}), client(masv)).holding) == 1


@pytest.mark.parametrize("name", ["tags", "teamspaces", "portal"])
def test_a_filter_that_is_ignored_decides_nothing(masv: Simulator, name: str) -> None:
    masv.switch(listed_keys="sample", ignored_filters=name)
    masv.account.add_package(portal="a", tags=["b"], teamspace="c")
    with pytest.raises(ListingRefused, match=f"MASV ignores the filter {name}"):
        inventory.gather(manifest({name: ["wanted"]}), client(masv))
