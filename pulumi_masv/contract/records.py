"""What listed records have: keys, flags, tokens, states, ids, instants, names. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pulumi_masv import assumptions as known
from pulumi_masv.client.answers import http_date
from pulumi_masv.client.records import claims_of
from pulumi_masv.client.ulids import moment_of
from pulumi_masv.contract.asking import Listed, package_of
from pulumi_masv.contract.findings import (
    Contract,
    Finding,
    Record,
    breaks,
    cautious,
    expected,
    keys_of,
    untold,
)
from pulumi_masv.formatting import span
from pulumi_masv.models import MOMENT, Package

_ESSENTIAL: Final = {"id", "state", "access_token"}
_DOCUMENTED: Final = _ESSENTIAL | {
    *("access_limit", "contains_virus", "created_at", "description", "expiry", "name"),
    *("sender", "size", "total_files"),
}
_FLAGS: Final = ("contains_virus", "custom_expiry", "unlimited_storage")
_INSTANTS: Final = ("created_at", "updated_at", "expiry")
_ZONE: Final = re.compile(r"(?:([Zz])|[+-]\d\d:?\d\d)$")
_MINUTE: Final = timedelta(minutes=1)


def judge(
    by_state: Mapping[str, Sequence[Record]], page: Listed, contract: Contract
) -> Iterator[Finding]:
    """Look at records of the sent listing, by state; "" stands for those nobody knows."""
    records = [record for several in by_state.values() for record in several]
    contract.seen["sent"] = {s or "another state": keys_of(them) for s, them in by_state.items()}
    if not records:
        yield untold(known.RECORD_WHOLE, "there is no package to look at")
        return
    contract.play("listed_keys", [keys_switch(records)])
    contract.play("listed_tokens", map(token_switch, records))
    packages = [package for one in records if (package := package_of(one))]
    odd = sum(package.state is None for package in packages) + len(records) - len(packages)
    if odd:
        yield breaks(known.RECORD_WHOLE, f"no id or state in {odd} of {len(records)}")
    lacking = sorted(set().union(*(_DOCUMENTED - one.keys() for one in records)))
    if lacking:
        done = "what a record leaves out is unknown, never a change"
        yield cautious("documented keys", f"missing in some records: {', '.join(lacking)}", done)
    else:
        yield expected("documented keys", "each record has all those of the documented sample")
    yield _flag([package for package in packages if package.files_exist and package.is_known])
    bare = [token_switch(one) in ("blank", "none") for one in records]
    yield _each(known.RECORD_WHOLE, bare, "no token", "each record has a token")
    yield _tokens(records, http_date(page.answer.headers.get("Date")), contract)
    strange = [not package.is_known for package in packages]
    yield _each(known.RECORD_WHOLE, strange, "an unknown state", "each has a known state")
    yield _each(known.ID_TELLS_TIME, [
        (told := moment_of(one.id)) is None or abs(told - one.created_at) > MOMENT
        for one in packages if one.created_at
    ], "the id does not tell it", "all ids do")  # fmt: skip
    yield _instants(records, contract)
    yield _names([str(one["name"]) for one in records if one.get("name")], contract)
    yield _unlimited([one for one in records if one.get("unlimited_storage") is True], contract)


def keys_switch(records: Sequence[Record]) -> str | None:
    """Return which set of keys records have: all, sample, flags or bare; None if no such set."""
    keys = set().union(*(record.keys() for record in records))
    if keys <= _DOCUMENTED:
        return "bare" if keys <= _ESSENTIAL else "sample"
    shown = [record.get(flag) for record in records for flag in _FLAGS]
    return "all" if None not in shown else "flags" if False not in shown else None


def token_switch(record: Record) -> str:
    """Return which token a record has: full, download, blank or none."""
    if "access_token" not in record:
        return "none"
    token = record["access_token"]
    if not isinstance(token, str) or not token:
        return "blank"
    return "download" if claims_of(token).get("lvl") == "d" else "full"


def _each(subject: known.Assumption, odd: Sequence[bool], seen: str, fine: str) -> Finding:
    if not odd:
        return untold(subject, "no record shows it")
    if any(odd):
        return cautious(subject, f"{seen} in {sum(odd)} of {len(odd)}")
    return expected(subject, fine)


def _flag(packages: Sequence[Package]) -> Finding:
    flags = {package.unlimited_storage for package in packages}
    if not flags:
        return untold(known.FLAG_SHOWN, "there is no package with files to look at")
    if None not in flags:
        return expected(
            known.FLAG_SHOWN, "unlimited_storage is in each record of a package with files"
        )
    when = {True: "is in a record only if it is true", False: "is in no record"}[True in flags]
    if False in flags:
        when = "is in some records and not in others"
    return cautious(known.FLAG_SHOWN, f"unlimited_storage {when}")


def _tokens(records: Sequence[Record], now: datetime | None, contract: Contract) -> Finding:
    """Tell how long tokens live, to the minute, and whether they are good for a write."""
    claims = [told for one in records if (told := claims_of(one.get("access_token")))]
    if not claims:
        return untold("package tokens", "no record has a JWT that can be read")
    if any(told.get("lvl") == "d" for told in claims):
        seen = "some are of level d, which allows downloads only"
        return cautious("package tokens", seen, "a token is fetched separately before a write")
    lives = set()
    for told in claims:
        exp = told.get("exp")
        if now and type(exp) is int and abs(exp) < 1 << 33:
            lives.add(round((exp - now.timestamp()) / 60) * _MINUTE)
    life = lives.pop() if len(lives) == 1 else timedelta()
    if life <= timedelta():
        return untold("package tokens", "they are JWTs, and do not show how long they are valid")
    if life != timedelta(days=7):
        contract.switches["token_lifetime"] = life.total_seconds()
    return expected("package tokens", f"JWTs that are valid for {span(life)}")


def _instants(records: Sequence[Record], contract: Contract) -> Finding:
    texts = [str(one[key]) for one in records for key in _INSTANTS if one.get(key)]
    zones = [_ZONE.search(text) for text in texts if not text.startswith("0001-")]
    if not zones:
        return untold("instants", "no record has one")
    kinds = {"none" if zone is None else "utc" if zone[1] else "offset" for zone in zones}
    if "none" in kinds:
        return cautious("instants", "some have no zone", "such an instant is unknown")
    contract.play("instants", kinds)
    says = "they have an offset" if "offset" in kinds else "they are in UTC (Z)"
    return expected("instants", says)


def _names(names: Sequence[str], contract: Contract) -> Finding:
    forms = {unicodedata.is_normalized("NFC", name) for name in names if not name.isascii()}
    if False not in forms:
        seen = "each name is in NFC; only a write shows whether other forms are kept"
        return untold(known.NAMES_KEPT, seen)
    if True in forms:
        contract.switches["names"] = "as given"
    return cautious(known.NAMES_KEPT, "some are in a form other than NFC")


def _unlimited(endless: Sequence[Record], contract: Contract) -> Finding:
    if not endless:
        return untold("expiry of unlimited storage", "no package has unlimited storage")
    found = set()
    for one in endless:
        zero = str(one.get("expiry")).startswith("0001-")
        found.add("absent" if "expiry" not in one else "zero" if zero else "stale")
    contract.play("expiry_while_unlimited", found)
    return expected("expiry of unlimited storage", f"{' or '.join(sorted(found))}; it is not read")
