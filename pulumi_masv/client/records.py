"""What an answer shows: one package, or a page of them, as far as it can be read."""

import base64
import json
from typing import Annotated, Any, Final

from pydantic import Field, SecretStr, TypeAdapter, ValidationError

from pulumi_masv.assumptions import PAGES, RECORD_WHOLE, Contradictions
from pulumi_masv.client.answers import Answer, clean
from pulumi_masv.client.pages import PAGE, Page
from pulumi_masv.errors import UnexpectedAnswer
from pulumi_masv.models import Observed, Package, Query, problems_of

_TOTAL: Final = TypeAdapter(Annotated[int, Field(ge=0, le=10**9)])
_EVERY_FIELD: Final = set(Package.model_fields)


def observed_in(answer: Answer) -> Observed:
    """Return the package that an answer shows.

    Raises:
        UnexpectedAnswer: it is none.
    """
    record = answer.json()
    try:
        return _observed(record, answer, None)
    except ValidationError as error:
        problem = problems_of(error)[0]
        what = clean(f"{problem.property or 'package'}: {problem.reason}")
        raise UnexpectedAnswer(
            f"{answer.request} answered with a package that this version cannot read ({what})"
        ) from None


def page_in(answer: Answer, query: Query, contradictions: Contradictions) -> Page:
    """Return the page that an answer shows; what is not a package is counted and left out.

    Raises:
        UnexpectedAnswer: it is none.
    """
    try:
        listing = answer.json()
        total = _TOTAL.validate_python(listing["metadata"]["total"])
        shown = [] if listing["records"] is None else listing["records"]
        if not isinstance(shown, list):
            raise TypeError
    except (KeyError, TypeError, ValueError):
        raise UnexpectedAnswer(
            f"{answer.request} did not answer with a listing: check masv:baseUrl (or MASV_BASE_URL)"
        ) from None
    records = []
    for one in shown:
        try:
            observed = _observed(one, answer, query)
        except ValidationError as error:
            problem = problems_of(error)[0]
            what = f"a listed package cannot be read ({problem.property}: {problem.reason})"
            contradictions.meet(RECORD_WHOLE, clean(what))
            continue
        records.append(observed)
        if observed.token is None:
            what = f"the listed package {observed.package.id} has no token"
            contradictions.meet(RECORD_WHOLE, what)
        if not observed.package.is_known:
            state = (
                "no state"
                if observed.package.state is None
                else f"state '{observed.package.state}'"
            )
            what = f"the listed package {observed.package.id} has {state}"
            contradictions.meet(RECORD_WHOLE, clean(what))
    page = Page(total, records, answer.now, len(shown) - len(records))
    is_first = (answer.request.query or {}).get("page") == "1"
    if is_first and not min(total, PAGE) <= page.shown <= total:
        contradictions.meet(PAGES, f"the first page of {total} packages shows {page.shown}")
    return page


def shown_in(answer: Answer, observed: Observed) -> Observed | None:
    """Return the package as the answer of a write to it shows it; None where it does not."""
    try:
        shown = _observed(json.loads(answer.body), answer, None)
    except (ValueError, RecursionError):
        return None
    if shown.package.id != observed.package.id:
        return None
    return Observed(shown.package, shown.token, shown.now, observed.received)


def claims_of(token: object) -> dict[str, Any]:
    """Return what a package token tells of itself; a hint, since nobody vouches for it."""
    try:
        claims = str(token).split(".")[1]
        told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    except (ValueError, LookupError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _observed(record: Any, answer: Answer, listed: Query | None) -> Observed:
    received = None if listed is None else listed.received
    told = {"received": received, "tags": None, "portal": None}
    package = Package.model_validate(record).model_copy(update=told)
    # Nobody asks which were set, and a set for each package is a third of its bytes.
    object.__setattr__(package, "__pydantic_fields_set__", _EVERY_FIELD)
    token = record.get("access_token")
    usable = isinstance(token, str) and token.isascii() and token.isprintable() and token
    secret = SecretStr(token) if usable and " " not in token else None
    return Observed(package, secret, answer.now, bool(received))
