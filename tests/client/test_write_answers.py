"""What a write gives back, and which token it is sent with."""

import base64
import json
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
import responses

from pulumi_masv.assumptions import BODILESS
from pulumi_masv.client import Client
from pulumi_masv.errors import Intercepted, PackageRefused, RequestRefused
from pulumi_masv.models import Observed, Query
from pulumi_masv.simulator import Simulator
from tests.client.conftest import connect, observed

FEB = datetime(2027, 2, 28, tzinfo=timezone.utc)
MASV = "https://api.massive.app"


def listed(client: Client) -> Observed:
    [found] = client.list_packages(Query())
    return found


@pytest.mark.parametrize("answer", ["package", "bare", "empty"])
def test_a_change_gives_the_package_as_its_answer_shows_it(
    client: Client, masv: Simulator, answer: Any
) -> None:
    masv.switch(put_answer=answer)
    found = observed(client, masv.account.add_package(name="Day 12"))
    renamed, moved = client.rename_package(found, "Day 13"), client.set_expiry(found, FEB)
    endless = client.set_unlimited(found)
    if answer == "empty":
        assert [renamed, moved, endless] == [None] * 3
        return
    assert renamed is not None
    assert moved is not None
    assert endless is not None
    assert renamed.token is not None
    whole = answer == "package"
    assert renamed.package.name == ("Day 13" if whole else None)
    assert moved.package.expiry == (FEB if whole else None)
    assert endless.package.unlimited_storage is (True if whole else None)


def test_a_date_is_sent_with_the_flag_that_ends_unlimited_storage(
    client: Client, masv: Simulator
) -> None:
    masv.switch(date_alone="unlimited stays")
    package = masv.account.add_package(unlimited_storage=True)
    client.set_expiry(observed(client, package), FEB)
    assert masv.account.package(package).unlimited_storage is False


def test_a_received_package_stays_received_in_the_answer_of_its_write(
    client: Client, masv: Simulator
) -> None:
    masv.account.add_package(received=True)
    [found] = client.list_packages(Query(received=True))
    renamed = client.rename_package(found, "Day 13")
    assert renamed is not None
    assert renamed.received


@pytest.mark.parametrize("body", ['{"id": "other", "state": "new"}', "[]", "null", "OK", "7", " "])
def test_an_answer_that_shows_another_thing_shows_nothing(masv: Simulator, body: str) -> None:
    with responses.RequestsMock() as mock:
        package = {"id": "01HP", "state": "new", "access_token": "t"}
        mock.get(f"{MASV}/v1.1/teams/{masv.team_id}/packages/01HP", json=package)
        mock.put(f"{MASV}/v1/packages/01HP", body=body)
        client = connect(masv, baseUrl=MASV)
        assert client.rename_package(observed(client, "01HP"), "x") is None


@pytest.mark.parametrize(
    ("answer", "sure"), [("204", True), ("empty", True), ("text", False), ("object", False)]
)
def test_an_end_that_answers_a_body_is_read_again(
    client: Client, masv: Simulator, answer: Any, sure: bool
) -> None:
    """A deletion or an archive."""
    masv.switch(done_answer=answer)
    found = observed(client, masv.account.add_package())
    assert client.delete_package(found) is sure
    assert client.archive_package(found) is sure
    assert client.unarchive_package(found) is sure
    assert client.contradictions.has_met(BODILESS) is not sure


@pytest.mark.parametrize("status", [200, 403, 404])
def test_a_write_answered_by_a_web_page_is_not_done(
    client: Client, masv: Simulator, status: int
) -> None:
    """Nor is it tried again."""
    found = observed(client, masv.account.add_package())
    handle = masv._dispatcher.handle

    def answer(request: Any) -> Any:
        given = handle(request)
        return replace(given, status=status, body=b"<html>no</html>")

    masv._dispatcher.handle = answer  # type: ignore[method-assign]
    masv.reset_journal()
    with pytest.raises(Intercepted):
        client.delete_package(found)
    assert len(masv.journal) == 1


def test_a_token_that_a_listing_leaves_out_is_fetched_singly(
    client: Client, masv: Simulator
) -> None:
    masv.switch(listed_tokens="none")
    package = masv.account.add_package(name="Day 12")
    found = listed(client)
    assert found.token is None
    masv.reset_journal()
    client.rename_package(found, "Day 13")
    assert masv.account.package(package).name == "Day 13"
    assert [entry.method for entry in masv.journal] == ["GET", "PUT"]


def test_a_token_missing_in_a_single_read_comes_from_a_listing(
    client: Client, masv: Simulator
) -> None:
    masv.switch(read_tokens="blank")
    package = masv.account.add_package(name="Day 12")
    client.rename_package(observed(client, package), "Day 13")
    assert masv.account.package(package).name == "Day 13"


def test_a_package_without_a_token_cannot_be_changed(client: Client, masv: Simulator) -> None:
    masv.switch(read_tokens="none", listed_tokens="none")
    package = masv.account.add_package()
    with pytest.raises(PackageRefused, match="gives this key no token for") as caught:
        client.delete_package(observed(client, package))
    assert (caught.value.status, caught.value.package_id) == (403, package)
    assert masv.writes == []


def test_a_token_for_downloads_only_is_told_where_a_write_is_refused(
    client: Client, masv: Simulator
) -> None:
    masv.switch(read_tokens="download", listed_tokens="download")
    found = observed(client, masv.account.add_package())
    with pytest.raises(RequestRefused) as caught:
        client.set_expiry(found, FEB)
    hint = "; MASV gives this key a token for it that only allows downloads"
    assert str(caught.value).endswith(hint)
    assert len(masv.writes) == 2


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ({"lvl": "d"}, True),
        ({"lvl": "x"}, True),
        ({"lvl": "f"}, False),
        ({}, False),
        ([], False),
        ("{", False),
        (None, False),
    ],
)
def test_the_level_of_a_token_is_a_hint_and_nothing_else(
    masv: Simulator, payload: Any, told: bool
) -> None:
    text = payload if payload == "{" else json.dumps(payload)
    middle = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    package = {"id": "01HP", "state": "new", "access_token": f"eyJh.{middle}.x"}
    with responses.RequestsMock() as mock:
        mock.get(f"{MASV}/v1.1/teams/{masv.team_id}/packages/01HP", json=package)
        mock.put(f"{MASV}/v1/packages/01HP", status=403, json={"message": "no"})
        client = connect(masv, baseUrl=MASV)
        with pytest.raises(RequestRefused) as caught:
            client.rename_package(observed(client, "01HP"), "x")
    assert ("only allows downloads" in str(caught.value)) is told


def test_a_refused_write_keeps_its_refusal_if_reads_fail_too(
    client: Client, masv: Simulator
) -> None:
    masv.switch(foreign_read=403)
    package = masv.account.add_package()
    found = observed(client, package)
    masv.account.hide(package)
    masv.faults.set("status", status=401, method="PUT", message="token expired")
    with pytest.raises(RequestRefused, match="answered 401: token expired"):
        client.rename_package(found, "x")
