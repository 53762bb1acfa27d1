"""What a process does with a package in a resource of its own: check, adopt, change, read, end."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from pulumi_masv import plan
from pulumi_masv.errors import (
    WHOLE_ACCOUNT,
    ChangeRefused,
    MasvError,
    PackageNotFound,
    PackageRefused,
    ServerFailed,
)
from pulumi_masv.formatting import amount, named, quote
from pulumi_masv.lifecycle import deletion
from pulumi_masv.lifecycle.protocol import (
    ApplyRequest,
    CheckRequest,
    EndRequest,
    Outcome,
    ReadRequest,
)
from pulumi_masv.lifecycle.reconcile import Reconciler, early_end
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.lifecycle.verdicts import Verdict
from pulumi_masv.lifecycle.window import contradicted
from pulumi_masv.models import LifecycleInputs, Observed, Stored, archive_is_due
from pulumi_masv.plan import Refusal

Asked = CheckRequest[LifecycleInputs, LifecycleInputs | None]


class PackageController:
    """The verbs of PackageLifecycles, for one process. Every verb may raise MasvError."""

    def __init__(self, session: Session, reconciler: Reconciler) -> None:
        self._session = session
        self._reconciler = reconciler
        self._may_take_another: set[str] = set()

    def declare(self, request: Asked) -> None:
        """Take note of the package, and that the resource may come to take another one."""
        if request.declared_before and "packageId" in request.unknown:
            self._may_take_another.add(request.declared_before.package_id)
        if request.inputs:
            self._session.urns[request.inputs.package_id] = request.urn
            self._session.declare({request.inputs.package_id})

    def may_take_another(self, package_id: str) -> bool:
        """Return whether a resource of this package was checked, and may take another one."""
        return package_id in self._may_take_another

    def foresee(self, request: Asked) -> Sequence[Verdict]:
        """Look at the package, and decide what the change does to it."""
        inputs, declared_before = request.inputs, request.declared_before
        if inputs is None:
            unknown = "cannot look at a package whose package_id is not known yet"
            self._session.announcer.note(unknown, urn=request.urn)
            return [self._unknown(request, "", "its package_id is not known yet")]
        if declared_before and declared_before.package_id != inputs.package_id:
            declared_before = None
        observed, why = self._session.look_or_why(lambda: self._session.look(inputs.package_id))
        if why:
            return [self._unknown(request, inputs.package_id, why)]
        if observed is None:
            refusal = plan.NotFound(inputs.package_id, self._session.masv().team_id)
            return [self._unknown(request, inputs.package_id, "", refusal)]
        if plan.is_about_end(inputs) or "expiry" in request.unknown:
            observed = self._session.settle(observed)
        verdict = self._reconciler.foresee(
            observed, inputs, declared_before, urn=request.urn, unknown=request.unknown
        )
        if observed.package.files_exist and not verdict.refusals:
            self._tell_of_force(request, declared_before, observed)
        return [verdict]

    def contradictions(self, request: Asked) -> Sequence[Refusal]:
        """Return where an ArchiveWindow of the program declares the opposite of the package."""
        return contradicted(self._session, [request.inputs] if request.inputs else [])

    def waits_for_refresh(self, stored: Stored) -> bool:
        """Return whether an archive waits that only a refresh brings about."""
        seen = stored.package_id in self._session.urns
        return seen and archive_is_due(stored, self._session.clock())

    def unchanged(self, package_id: str, stored: Stored) -> None:
        """Record that nothing is done to a package, if a check of this process has seen it."""
        self._session.announcer.record(self._unchanged(package_id, stored))

    def apply(self, request: ApplyRequest[LifecycleInputs, Stored]) -> Outcome[Stored]:
        """Make a package what is declared: adopt it, or change it.

        Raises:
            PackageNotFound: the team has none of that id.
            ChangeRefused: something declared would end files unnamed, or needs files that are gone.
            NotAsDeclared: MASV keeps another value than the one asked for.
            OtherTeam: it was stored under another team.
        """
        inputs, stored = request.inputs, request.stored
        if stored is not None:
            self._session.recall(stored)
            if plan.untouched(inputs, stored.projection()):
                return Outcome(stored.redeclared(inputs))
        of_any_age = bool(self._reconciler.rely_on_looks({inputs.package_id}))
        observed = self._found(
            inputs.package_id, lambda i: self._session.look(i, of_any_age=of_any_age)
        )
        if stored is not None:
            self._note(early_end(observed, stored), inputs.package_id)
        if plan.is_about_end(inputs):
            observed = self._session.settle(observed)
        result = self._reconciler.due(observed, inputs, stored)
        shown = self._reconciler.perform(observed, result)
        if result.steps:
            observed = shown or self._read_back(observed, result)
        self._session.forget(inputs.package_id)
        return Outcome(self._reconciler.record(observed, inputs, stored, result))

    def read(self, request: ReadRequest[Stored]) -> Outcome[Stored]:
        """Return what is observed of a package, stored or only read; None where it is gone.

        Raises:
            OtherTeam: it was stored under another team.
            PackageNotFound: it is only read and not there; or the team has none of that id, and may
                not be the one that it was stored in.
            ChangeRefused: it is only read, and in a state that nobody knows.
            NoLongerShown: it is gone, as others are, and the key may be why.
        """
        stored = request.stored
        if stored.state is None:
            observed = self._found(request.id, self._session.look)
            if not observed.package.is_known:
                raise ChangeRefused([plan.UnknownState(observed.package)])
            asked = Stored(secret_inputs=stored.secret_inputs)  # all that a program tells a read
            return Outcome(self._reconciler.record(observed, stored=asked))
        self._session.recall(stored)
        with self._session.readings.one() as gone:
            try:
                found = self._session.look(request.id)
            except (*WHOLE_ACCOUNT, ServerFailed):  # it may pass, and then drift shows
                raise
            except MasvError as error:
                self._session.masv().first_page(received=False)  # or it is no package's own matter
                self._session.announcer.note(
                    f"{request.id} stays as it is stored: {error}", is_warning=True
                )
                return Outcome(stored)
            if found is None and stored.team_id is None:
                raise self._session.masv().not_found(request.id)
            if found is None:
                gone[request.id] = stored.name
                return Outcome(None)
        self._note(early_end(found, stored), request.id)
        return Outcome(self._reconciler.record(found, stored=stored))

    def end(self, request: EndRequest[Stored]) -> Outcome[Stored]:
        """End a package with its resource, as far as the program has permitted it.

        Raises:
            ChangeRefused: files exist that may not be destroyed.
            OtherTeam: it was stored under another team.
            NotAsDeclared: it was to be destroyed, and is not shown any more.
            NoLongerShown: it is gone, as others are, and the key may be why.
        """
        if deletion.still_declared(self._session, [request.id]):
            return Outcome(None)
        self._session.recall(request.stored)
        permits = self._session.registry.permits(self._session.account)
        try:
            observed = self._session.read(request.id)
        except PackageRefused:
            if request.stored.state not in ("expired", "archived"):
                raise
            return Outcome(None)
        if observed is None:
            deletion.let_go(self._session, permits, {request.id: request.stored.name})
            return Outcome(None)
        result = plan.end(
            observed.package,
            force_destroy=request.stored.force_destroy,
            archive_on_destroy=request.stored.archive_on_destroy,
            now=observed.now,
        )
        with suppress(PackageNotFound):  # gone meanwhile: done
            self._reconciler.perform(observed, deletion.permitted(self._session, permits, result))
        return Outcome(None)

    def _unchanged(self, package_id: str, stored: Stored) -> Iterator[Verdict]:
        urns, now = self._session.urns, self._session.clock()
        if package_id in urns and not self._reconciler.promised(package_id):
            yield Verdict(package_id, urns[package_id], "unchanged", now, stored.package())

    def _unknown(self, request: Asked, package_id: str, why: str, *refusals: Refusal) -> Verdict:
        """Return the verdict on a package that could not be looked at, or is not there."""
        inputs = request.inputs
        may_end = inputs is None or inputs.expiry or request.unknown & {"expiry", "packageId"}
        return Verdict(
            package_id=package_id,
            urn=request.urn,
            does="refused" if refusals else "unknown" if may_end else "changed",
            now=self._session.clock(),
            refusals=refusals,
            doubt=why if may_end else "",
        )

    def _tell_of_force(
        self, request: Asked, declared_before: LifecycleInputs | None, observed: Observed
    ) -> None:
        """Say so where the end of the resource comes to destroy files."""
        now = request.inputs is not None and request.inputs.force_destroy
        maybe = "forceDestroy" in request.unknown
        if maybe or (now and not (declared_before and declared_before.force_destroy)):
            does = "may destroy" if maybe else "destroys"
            held = f"{amount(observed.package)} of {quote(observed.package.name)}"
            self._session.announcer.note(
                f"{named(observed.package)}: from now on removing this resource {does} {held}",
                urn=request.urn,
            )

    def _note(self, line: str | None, package_id: str) -> None:
        if line:
            self._session.remind(line, package_id, is_warning=True)

    def _read_back(self, observed: Observed, result: plan.Plan) -> Observed:
        package_id = observed.package.id
        found, failed = self._reconciler.read_back({package_id: (observed, result.steps)})
        for error in failed.values():
            raise error
        if package_id not in found:
            raise self._session.masv().not_found(package_id)
        return found[package_id]

    def _found(self, package_id: str, look: Callable[[str], Observed | None]) -> Observed:
        observed = look(package_id)
        if observed is None:
            raise self._session.masv().not_found(package_id)
        return observed
