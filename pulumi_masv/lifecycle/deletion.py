"""What the end of a resource does to its packages: decided in the program, done by the handler.

The program's process knows all that is declared, and permits; the handler's process destroys what
was permitted in this very phase of the run, and nothing else.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pulumi_masv import plan
from pulumi_masv.errors import ChangeRefused, MasvError, NotAsDeclared
from pulumi_masv.formatting import amount, first, quote
from pulumi_masv.lifecycle import bounds
from pulumi_masv.lifecycle.registry import NO_RESOURCE
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.lifecycle.verdicts import Verdict
from pulumi_masv.models import Observed, Stored, StoredFleet
from pulumi_masv.plan import Cause, Plan


@dataclass(frozen=True)
class Deletion:
    """A resource that goes.

    Attributes:
        urn: of the resource.
        entries: package id -> what the state holds of it.
        in_fleet: whether it is a fleet.
        is_retained: whether its packages are left alone.
        leaves: the number of a declared resource that a `destroy` takes away; else NO_RESOURCE.
        is_replaced: whether the program goes on to have the resource.
        is_preview: whether nothing may be written in this phase.
    """

    urn: str
    entries: Mapping[str, Stored]
    in_fleet: bool
    is_retained: bool
    leaves: int
    is_replaced: bool
    is_preview: bool

    @classmethod
    def of(
        cls,
        stored: Stored | StoredFleet,
        *,
        id: str,
        urn: str,
        leaves: int = NO_RESOURCE,
        is_replaced: bool = False,
        is_preview: bool,
    ) -> "Deletion":
        """Return the deletion of what a state holds under Pulumi's id."""
        if isinstance(stored, Stored):
            return cls(urn, {id: stored}, False, False, leaves, is_replaced, is_preview)
        entries, retained = stored.entries(), stored.retain_removed
        return cls(urn, entries, True, retained, leaves, is_replaced, is_preview)


def permit(session: Session, deletion: Deletion) -> None:
    """Decide what a deletion does, announce it, and permit it where nothing is refused.

    Raises:
        ChangeRefused: something is refused; nothing was permitted.
        MasvError: a setting is wrong, or the packages belong to another team.
    """
    for stored in deletion.entries.values():
        session.keep_secret(stored.secrets())
    verdicts: Sequence[Verdict] = list(_decide(session, deletion))
    session.announce(verdicts, deletion.urn)
    refusals = [refusal for verdict in verdicts for refusal in verdict.refusals]
    if refusals:
        raise ChangeRefused(refusals)
    ended = {v.package_id: v.loss is not None for v in verdicts if v.does == "ended"}
    session.registry.permit(session.account, ended)


def still_declared(session: Session, package_ids: Collection[str]) -> set[str]:
    """Return which packages are let go of: those declared that were not permitted to end."""
    left = set(package_ids) - session.registry.permits(session.account).keys()
    return session.registry.declared(session.account, left)


def permitted(session: Session, permits: Mapping[str, bool], result: Plan) -> Plan:
    """Return the end of a package, refused where it destroys what was not permitted."""
    if result.loss is None or permits.get(result.observed.id):
        return result
    refusal = plan.NotPermitted(result.observed, session.registry.why_alone)
    return Plan(result.observed, refusals=(refusal,))


def let_go(session: Session, permits: Mapping[str, bool], gone: Mapping[str, str | None]) -> None:
    """Let packages that are not shown end with their resource, unless files were to be destroyed.

    Args:
        session: of the account.
        permits: package id -> whether the program has permitted to destroy its files.
        gone: package id -> its name as stored.

    Raises:
        NotAsDeclared: files were to be destroyed, and are nowhere to be seen.
        NoLongerShown: the program was not asked, and there are several.
    """
    lost = [f"{i} {quote(name)}" for i, name in gone.items() if permits.get(i)]
    if lost:
        raise NotAsDeclared(
            f"{', '.join(first(lost, 'more'))}: MASV no longer shows what was to be "
            f"destroyed, so nothing was destroyed: run again"
        )
    session.readings.let_go({i: name for i, name in gone.items() if i not in permits})


def _decide(session: Session, deletion: Deletion) -> Iterator[Verdict]:
    entries, registry = deletion.entries, session.registry
    declared = registry.declared(session.account, entries.keys(), apart_from=deletion.leaves)
    for i in sorted(entries if deletion.is_retained else declared):
        yield Verdict(
            package_id=i,
            urn=deletion.urn,
            does="let go" if i in declared else "left alone",
            now=session.clock(),
            observed=entries[i].package(),
        )
    left = set() if deletion.is_retained else entries.keys() - declared
    for i in left:
        session.recall(entries[i])
    awaited = ", ".join(registry.awaited())
    found, why = session.look_or_why(lambda: session.look_all(left))
    observed, failed = found or ({}, {})
    if found is not None:
        gone = left - observed.keys() - failed.keys()
        session.readings.let_go({i: entries[i].name for i in sorted(gone)})
    for i in sorted(left):
        if found is None or i in failed:
            yield _not_looked_at(session, deletion, i, why, failed.get(i))
        elif i in observed:
            cause: Cause = "replaced" if deletion.is_replaced else "deleted"
            verdict = _end(session, deletion, entries[i], observed[i], cause)
            if verdict.refusals or verdict.loss:
                verdict = _unless_declared(verdict, awaited, is_preview=deletion.is_preview)
            yield verdict
        else:
            yield Verdict(package_id=i, urn=deletion.urn, does="ended", now=session.clock())


def _end(
    session: Session, deletion: Deletion, stored: Stored, observed: Observed, cause: Cause
) -> Verdict:
    result = plan.end(
        observed.package,
        force_destroy=stored.force_destroy,
        archive_on_destroy=stored.archive_on_destroy,
        now=observed.now,
        cause=cause,
        in_fleet=deletion.in_fleet,
    )
    result = bounds.kept(session, result, deletion.urn, is_up=deletion.leaves == NO_RESOURCE)
    return Verdict.of(result, urn=deletion.urn, does="ended", now=observed.now)


def _unless_declared(verdict: Verdict, awaited: str, *, is_preview: bool) -> Verdict:
    """Return a verdict as it is where not all that the program declares is known yet."""
    if not awaited or verdict.observed is None:
        return verdict
    undecided = replace(verdict, does="unknown", steps=(), loss=None, refusals=())
    if not is_preview:
        refused = plan.MayBeDeclared(verdict.package_id, awaited)
        return replace(undecided, does="refused", refusals=(refused,))
    may = f"{amount(verdict.observed)} may end now" if verdict.loss else "this may be refused"
    why = f"whether the program still declares it is not known yet ({awaited})"
    return replace(undecided, doubt=f"{may}: {why}")


def _not_looked_at(
    session: Session, deletion: Deletion, package_id: str, why: str, error: MasvError | None
) -> Verdict:
    """Return the verdict on a package that nobody could look at."""
    observed = deletion.entries[package_id].package()
    made = Verdict(package_id, deletion.urn, "unknown", session.clock(), observed)
    if observed is not None and not observed.files_exist:
        return replace(made, does="ended")
    if error is not None:
        refused = plan.CannotLook(package_id, error, "entry" if deletion.in_fleet else "resource")
        return replace(made, does="refused", refusals=(refused,))
    if deletion.is_preview:
        return replace(made, doubt=f"cannot tell what its deletion would destroy: {why}")
    return replace(made, does="refused", refusals=(plan.CannotTell(package_id, why),))
