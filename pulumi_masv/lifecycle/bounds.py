"""What binds a run: what was reviewed, what its preview named, and who is there to permit it.

Every loss that a check or a deletion decides on passes here, and is refused where it goes beyond.
"""

from collections.abc import Callable
from dataclasses import replace

from pulumi_masv import plan
from pulumi_masv.lifecycle.previews import LATER, Named
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.models import End, earlier, parse_instant
from pulumi_masv.plan import Loss, Plan, Refusal


def kept(session: Session, result: Plan, urn: str, *, is_up: bool = True) -> Plan:
    """Return a plan, with a refusal in it where its loss goes beyond what binds this run.

    Args:
        session: of the account.
        result: what is to be done to a package.
        urn: of the resource that asks for it.
        is_up: whether the last preview binds it; a `destroy` of what is declared has its own.
    """
    if result.loss is None or result.refusals:
        return result
    refusal = _refusal(session, result, result.loss, urn, is_up=is_up)
    if refusal is None:
        return result
    session.registry.refuse()
    return replace(result, refusals=(refusal,))


def _refusal(
    session: Session, result: Plan, loss: Loss, urn: str, *, is_up: bool
) -> Refusal | None:
    package, registry = result.observed, session.registry
    if not session.review.allows(package, loss):
        return plan.NotReviewed(package, loss)
    named = registry.named(session.account, package.id, urn, is_up=is_up)
    if named is not None and not any(_covers(one, loss, session.seal) for one in named):
        return plan.NotPreviewed(package, loss)
    if loss.at_once and not registry.is_hosted:
        return plan.NotPermitted(package, registry.why_alone)
    return None


def _covers(named: Named, loss: Loss, seal: Callable[[End], str]) -> bool:
    """Return whether what a preview has named says as much as a loss, or that it may be any."""
    if not named.ends or (named.ends, named.planned) == (seal(loss.ends), seal(loss.planned)):
        return True
    if named.ends == LATER:
        return not loss.at_once
    try:
        if loss.at_once or loss.ends < parse_instant(named.ends):
            return False
    except ValueError:  # sealed, and another one
        return False
    if named.planned == seal(loss.planned):
        return True
    try:
        return not earlier(parse_instant(named.planned), loss.planned)
    except ValueError:  # it was never to end, or nobody knew
        return named.planned in ("never", "unknown")
