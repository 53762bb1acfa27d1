"""What a record of a listing, a read or a PUT holds, under each switch."""

import json
from base64 import urlsafe_b64decode
from datetime import datetime, timedelta, timezone
from typing import Any
from unicodedata import normalize

import pytest

from tests.simulator.conftest import Asker

SAMPLE = {
    *("access_limit", "access_token", "contains_virus", "created_at", "description", "expiry"),
    *("id", "name", "sender", "size", "state", "total_files"),
}
NFC, NFD = normalize("NFC", "Zoë"), normalize("NFD", "Zoë")


def record(ask: Asker) -> Any:
    (listed,) = ask.listed().json()["records"]
    return listed


def claims(token: Any) -> Any:
    header, payload, signature = token.split(".")
    decoded = (json.loads(urlsafe_b64decode(part + "==")) for part in (header, payload))
    assert next(decoded) == {"alg": "HS256"}
    assert urlsafe_b64decode(signature + "==")
    return next(decoded)


# Keys


def test_a_listed_record_can_have_the_twelve_documented_keys(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(tags=["t"], unlimited_storage=True)
    ask.masv.switch(listed_keys="sample")
    assert record(ask).keys() == SAMPLE
    assert "unlimited_storage" in ask.read(package_id).json()


def test_a_read_and_a_put_can_have_the_twelve_documented_keys(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(tags=["t"])
    ask.masv.switch(read_keys="sample")
    assert ask.read(package_id).json().keys() == SAMPLE
    assert ask.package("PUT", package_id, json={"name": "x"}).json().keys() == SAMPLE
    assert ask.expiry(package_id, "2027-02-01T00:00:00Z").json().keys() == SAMPLE
    assert "tag" in record(ask)


@pytest.mark.parametrize("switch", ["listed_keys", "read_keys"])
def test_a_flag_can_be_there_only_when_it_is_true(ask: Asker, switch: str) -> None:
    package_id = ask.masv.account.add_package()

    def shown() -> Any:
        return record(ask) if switch == "listed_keys" else ask.read(package_id).json()

    full = shown().keys()
    ask.masv.switch(**{switch: "flags"})
    assert full - shown().keys() == {"unlimited_storage", "custom_expiry", "contains_virus"}
    ask.masv.account.set_unlimited(package_id)
    assert full - shown().keys() == {"contains_virus"}


def test_a_bare_record_has_id_state_and_token(ask: Asker) -> None:
    ask.masv.account.add_package(tags=["t"])
    ask.masv.switch(listed_keys="bare")
    assert sorted(record(ask)) == ["access_token", "id", "state"]


def test_a_package_carries_its_first_tag_and_its_teamspace(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(tags=["t1", "t2"], teamspace="01SPACE")
    shown = ask.read(package_id).json()
    assert shown["tag"] == {"id": "t1", "name": "t1"}
    assert (shown["teamspace_id"], shown["teamspace"]) == ("01SPACE", {"id": "01SPACE"})


def test_a_package_without_tag_or_teamspace_says_so(ask: Asker) -> None:
    shown = ask.read(ask.masv.account.add_package()).json()
    assert "tag" not in shown
    assert shown["teamspace_id"] == ""


def test_a_state_nobody_knows_is_shown_and_the_real_one_filters(ask: Asker) -> None:
    package_id = ask.masv.account.add_package(shown_state="frozen", state="expired")
    assert ask.listed("status=expired").json()["records"][0]["state"] == "frozen"
    assert ask.read(package_id).json()["state"] == "frozen"
    assert ask.ids("status=finalized") == []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("given", [NFC, NFD])
def test_names_can_be_kept_and_shown_in_one_form(ask: Asker, form: Any, given: Any) -> None:
    package_id = ask.masv.account.add_package(name=given)
    assert ask.read(package_id).json()["name"] == given
    ask.masv.switch(names=form)
    assert record(ask)["name"] == normalize(form, given)
    renamed = ask.package("PUT", package_id, json={"name": f"{given} 2"}).json()["name"]
    assert renamed == ask.masv.account.package(package_id).name == normalize(form, f"{given} 2")


def test_a_name_filter_meets_names_in_the_form_they_are_kept_in(ask: Asker) -> None:
    ask.masv.account.add_package(name=NFD)
    ask.masv.switch(names="NFC")
    assert ask.names(f"name={NFC}") == [NFC]
    assert ask.names(f"name={NFD}") == []


# Tokens


def test_a_token_says_its_package_its_level_and_its_end(door: Asker) -> None:
    package_id = door.masv.account.add_package()
    for shown in (door.read(package_id).json(), record(door)):
        found = claims(shown["access_token"])
        assert (found["sub"], found["typ"], found["lvl"]) == (package_id, "package", "f")
        assert {"imp", "uid"} < found.keys()
        assert "lid" not in found
        ends = datetime.fromtimestamp(found["exp"], timezone.utc)
        assert ends.isoformat() == "2027-01-08T00:00:00+00:00"


def test_the_end_a_token_tells_is_that_of_its_lifetime(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(token_lifetime=timedelta(minutes=5))
    ends = claims(ask.read(package_id).json()["access_token"])["exp"]
    assert datetime.fromtimestamp(ends, timezone.utc).isoformat() == "2027-01-01T00:05:00+00:00"


def test_a_token_that_was_tampered_with_is_refused(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    header, payload, signature = ask.read(package_id).json()["access_token"].split(".")
    for token in (
        f"{header}.{payload}.x",
        f"x.{payload}.{signature}",
        f"{header}.{payload[:-4]}.{signature}",
        f"{header}.{payload}=.{signature}",
        f"{header}.bnVsbA.{signature}",
        f"{header}.{payload}",
    ):
        answer = ask("DELETE", f"/v1/packages/{package_id}", headers={"X-Package-Token": token})
        assert answer.status_code == 401
    assert ask.masv.account.losses == ()


@pytest.mark.parametrize("switch", ["listed_tokens", "read_tokens"])
def test_a_token_can_be_for_downloads_only(ask: Asker, switch: str) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(**{switch: "download"})
    shown = {"listed_tokens": record(ask), "read_tokens": ask.read(package_id).json()}
    found = claims(shown[switch]["access_token"])
    assert (found["lvl"], bool(found["lid"])) == ("d", True)
    for kind, each in shown.items():
        sent = {"X-Package-Token": each["access_token"]}
        answer = ask("PUT", f"/v1/packages/{package_id}", headers=sent, json={"name": "x"})
        assert answer.status_code == (403 if kind == switch else 200)


def test_a_listed_record_can_be_without_token(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    ask.masv.switch(listed_tokens="none")
    assert "access_token" not in record(ask)
    assert "access_token" in ask.read(package_id).json()
    ask.masv.switch(listed_keys="bare")
    assert sorted(record(ask)) == ["id", "state"]


def test_reads_and_puts_can_be_without_token(ask: Asker) -> None:
    package_id = ask.masv.account.add_package()
    sent = {"X-Package-Token": record(ask)["access_token"]}
    ask.masv.switch(read_tokens="none", listed_tokens="blank")
    assert "access_token" not in ask.read(package_id).json()
    renamed = ask("PUT", f"/v1/packages/{package_id}", headers=sent, json={"name": "x"}).json()
    assert (renamed["name"], "access_token" in renamed) == ("x", False)
    assert record(ask)["access_token"] == ""


@pytest.mark.parametrize(
    ("shown", "level"), [("none", None), ("download", "d"), ("full", "f"), ("", "f")]
)
def test_one_package_can_be_listed_with_another_token(ask: Asker, shown: Any, level: Any) -> None:
    package_id = ask.masv.account.add_package(shown_token=shown)
    ask.masv.account.add_package(name="other", state="expired")
    listed = ask.listed("status=finalized").json()["records"][0]
    assert (claims(listed["access_token"])["lvl"] if level else None) == level
    assert ("access_token" in listed) == (level is not None)
    assert claims(ask.read(package_id).json()["access_token"])["lvl"] == "f"
    other = ask.listed("status=expired").json()["records"][0]
    assert claims(other["access_token"])["lvl"] == "f"


def test_a_token_that_does_not_exist_cannot_be_shown(ask: Asker) -> None:
    with pytest.raises(ValueError, match="shown_token must be one of full, download, blank, none"):
        ask.masv.account.add_package(shown_token="weak")  # type: ignore[arg-type]
