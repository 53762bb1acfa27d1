"""How one package is read, by its state or where nobody has it, and how a listing is cut."""

import math
from collections.abc import Iterator, Mapping
from typing import Final

from pulumi_masv.assumptions import FLAG_SHOWN, MASV_SPEAKS, ONE_REFUSED, PAGES, SERVED_SINGLY
from pulumi_masv.client.answers import Answer
from pulumi_masv.client.filters import NOBODYS
from pulumi_masv.contract.asking import Ask, Listed, package_of, said
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
from pulumi_masv.contract.records import keys_switch, token_switch

_KINDS: Final = ("finalized", "expired", "archived", "received")
_REFUSED: Final = (400, 401, 403)
_LIMIT: Final = 50
_OVER: Final = 100


def judge_reads(ask: Ask, samples: Mapping[str, Record], contract: Contract) -> Iterator[Finding]:
    """Read one package of each kind, one of an id that nobody has, and one of no id at all."""
    served: dict[str, str] = {}
    for kind in _KINDS:
        package = package_of(samples.get(kind, {}))
        if package is None:
            yield untold(SERVED_SINGLY, f"no {kind} package to read")
            continue
        answer = ask.package(package.id)
        record = said(answer) if answer.status == 200 else None
        yield _read(f"one that is {kind}", answer, exists=True)
        if isinstance(record, dict):
            served[kind] = "served"
            yield _record(kind, record, samples[kind], contract)
        elif answer.status == 404:
            served[kind] = "missing"
    contract.play("ended_read", [served[k] for k in ("expired", "archived") if k in served])
    contract.play("inbox_read", [served[k] for k in ("received",) if k in served])
    for what, package_id in (("an id that nobody has", NOBODYS), ("a malformed id", "nobody")):
        answer = ask.package(package_id)
        shape = _shape(answer)
        contract.seen[f"read of {what}"] = {"status": answer.status, "shape": shape}
        yield _read(what, answer, exists=False)
        if shape in ("full", "split", "errors", "error", "text") and answer.status >= 400:
            contract.switches["errors"] = shape
        if package_id == NOBODYS and answer.status in (*_REFUSED, 404):
            contract.switches["foreign_read"] = answer.status
    if "errors" in contract.switches:
        yield expected("errors", f"errors say why in the form {contract.switches['errors']!r}")
    else:
        yield cautious(
            "errors", "their form is unknown", "refusals are shown without MASV's reason"
        )


def _read(what: str, answer: Answer, *, exists: bool) -> Finding:
    status = answer.status
    seen = f"the read of {what} is answered {status}"
    if answer.is_page:
        return (breaks if exists else cautious)(MASV_SPEAKS, f"{seen} with a page")
    if exists and status == 200:
        return expected(SERVED_SINGLY, f"so is {what}")
    if exists and status == 404:
        return cautious(SERVED_SINGLY, f"{what} is not (404)")
    if status not in _REFUSED if exists else status < 300:
        return breaks(ONE_REFUSED, seen)
    return (expected if status == 404 else cautious)(ONE_REFUSED, seen)


def _record(kind: str, record: Record, listed: Record, contract: Contract) -> Finding:
    contract.seen.setdefault("read", {})[kind] = keys_of([record])
    if "read_tokens" not in contract.switches:
        contract.play("read_keys", [keys_switch([record])])
        contract.play("read_tokens", [token_switch(record)])
    flags = [key for key, value in listed.items() if isinstance(value, bool) and key in record]
    if any(record[flag] is not listed[flag] for flag in flags):
        return breaks(FLAG_SHOWN, "flags of one package differ from the listing's")
    if "unlimited_storage" in record:
        return expected(FLAG_SHOWN, f"the read of one that is {kind} has it")
    return cautious(FLAG_SHOWN, f"the read of one that is {kind} leaves unlimited_storage out")


def _shape(answer: Answer) -> str:
    """Return where a refusal says why: as the simulator's `errors` calls it, or html or empty."""
    told = said(answer)
    if answer.is_page:
        return "html"
    if not isinstance(told, dict):
        return "text" if answer.body.strip() else "empty"
    errors = told.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    reason = first.get("msg") if isinstance(first, dict) else None
    if told.get("message"):
        return "split" if reason and reason != told["message"] else "full"
    return "errors" if reason else "error" if told.get("error") else "other"


def judge_pages(ask: Ask, first: Listed, contract: Contract) -> Iterator[Finding]:
    """Ask for the second page, one past the end, and a page that is too long."""
    total, here = first.total or 0, len(first.found)
    hidden = cautious(PAGES, "the total counts packages that no page shows")
    if total > here:
        on_first = {str(one.get("id")) for one in first.found}
        second = [str(one.get("id")) for one in ask.listed({"page": 2}).found]
        new = set(second) - on_first
        if 0 < here < _LIMIT and new:
            contract.switches["page_size"] = here
            seen = f"a page has {here} packages at most, not the {_LIMIT} that are asked for"
            yield cautious(PAGES, seen)
        if here >= _LIMIT and not new:
            yield breaks(PAGES, "the second page shows nothing that the first one does not")
        elif len(new) < min(total - here, max(here, 1)):
            contract.switches["total"] = "all"
            yield hidden
        elif here + len(new) == total:
            contract.switches["total"] = "shown"
            yield expected(PAGES, "two pages show all packages that are counted")
        else:
            yield untold(PAGES, "the last page was not read, so the total was not checked")
    else:
        contract.switches["total"] = "shown"
        yield expected(PAGES, "the first page shows all packages that are counted")
    past = ask.listed({"page": math.ceil((total or 1) / max(here, 1)) + 1})
    status = past.answer.status
    kind = {400: "refused", 404: "missing"}.get(status) if past.records is None else "empty"
    kind = "last" if past.found else kind
    contract.play("past_end", [kind])
    seen = {"empty": "empty", "last": "the last one again"}.get(kind or "", f"answered {status}")
    tell = expected if kind == "empty" else cautious
    yield tell(PAGES, f"a page past the end is {seen}")
    longer = ask.listed({"limit": _OVER})
    subject = f"a limit of {_OVER}"
    if longer.records is None or len(longer.records) > _LIMIT:
        kind = "refused" if longer.records is None else "served"
    else:
        kind = "cut" if total > _LIMIT and "page_size" not in contract.switches else None
    contract.play("over_limit", [kind])
    if kind is None:
        yield untold(subject, "it is not refused; there are too few packages to tell more")
    else:
        yield expected(subject, f"it is {kind}; pulumi_masv asks for {_LIMIT} anyway")
