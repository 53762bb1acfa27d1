"""The adapters: Pulumi's bags into requests, outcomes into Pulumi's results. They decide nothing.

One class per resource; `providers` names them to Pulumi and loads this file only in the process
that serves a run.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from pulumi import Output
from pulumi.dynamic import (
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)
from pulumi.output import Unknown

from pulumi_masv import vocabulary
from pulumi_masv.bags import Bags, known_in, old_entries, old_inputs, own, sealed, unknown_in
from pulumi_masv.errors import MasvError
from pulumi_masv.lifecycle import protocol
from pulumi_masv.lifecycle.fleet import FleetController
from pulumi_masv.lifecycle.package import PackageController
from pulumi_masv.lifecycle.protocol import (
    ApplyRequest,
    CheckOutcome,
    CheckRequest,
    EndRequest,
    ReadRequest,
)
from pulumi_masv.lifecycle.reconcile import Reconciler
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.lifecycle.window import WindowController
from pulumi_masv.models import (
    AnyStored,
    FleetInputs,
    Inputs,
    LifecycleInputs,
    Stored,
    StoredFleet,
    StoredWindow,
    WindowInputs,
)
from pulumi_masv.models.declared import Wire

Kind = TypeVar("Kind", bound=Inputs)
State = TypeVar("State", Stored, StoredFleet, StoredWindow)
Model = TypeVar("Model", bound=Wire)


@contextmanager
def in_words() -> Iterator[None]:
    """Let a MasvError leave with its line as Pulumi's users are told it."""
    try:
        yield
    except MasvError as error:
        error.args = (vocabulary.spelled(error),)
        raise error from None  # Pulumi shows what it came from as well, and that says the same


class _Handler(Generic[Kind, State]):
    """The verbs that are alike for all kinds of resources.

    Args:
        session: of the account.
        controller: what the verbs are done by.
        inputs: what a program declares.
        state: what the state holds.
    """

    def __init__(
        self, session: Session, controller: Any, inputs: type[Kind], state: type[State]
    ) -> None:
        self._session = session
        self._controller = controller
        self._inputs = inputs
        self._state: type[State] = state

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Adopt, or make as declared."""
        inputs = self._known(self._inputs.model_validate(own(props)))
        return CreateResult(self._new_id(inputs), self._apply(ApplyRequest(inputs)))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return what is observed, projected on what was declared; or a package only read."""
        with in_words():
            stored = self._known(self._state.parse(props))
            read = self._controller.read(ReadRequest(id_, stored)).stored
        if read is None:
            return ReadResult("", {})
        return ReadResult(id_, sealed(read.wire(props)), sealed(read.projection().wire()))

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Make it what is declared now."""
        with in_words():
            stored = self._known(self._state.parse(olds))
        inputs = self._known(self._inputs.model_validate(own(news)))
        return UpdateResult(self._apply(ApplyRequest(inputs, stored), olds))

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """End it with its resource."""
        with in_words():
            self._controller.end(EndRequest(id_, self._known(self._state.parse(props))))

    def _of_this_team(self, stored: AnyStored) -> None:
        """Refuse in a diff what goes to another team, where nothing else shows it."""
        with in_words():
            self._session.same_team(stored)

    def _known(self, model: Model) -> Model:
        """Take note of what of a resource the program keeps secret."""
        self._session.keep_secret(model.secrets())
        return model

    def _outcome(self, bags: Bags[Kind], request: CheckRequest[Kind, Any]) -> CheckOutcome:
        self._session.keep_secret(bags.secrets())
        with in_words():
            return protocol.check(self._session, self._controller, request)

    def _apply(
        self, request: ApplyRequest[Kind, State], before: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        with in_words():
            return sealed(self._controller.apply(request).stored.wire(before))

    def _new_id(self, _inputs: Kind) -> str:
        raise NotImplementedError


class PackageLifecycleHandler(_Handler[LifecycleInputs, Stored]):
    """The verbs of a PackageLifecycle."""

    def __init__(self, session: Session) -> None:
        self._packages = PackageController(session, Reconciler(session))
        super().__init__(session, self._packages, LifecycleInputs, Stored)

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuse what can be refused now, and say what the change will do and lose."""
        bags = Bags(LifecycleInputs, olds, news)
        declared_before = old_inputs(bags.declared_before) if bags.changed else None
        outcome = self._outcome(bags, bags.request(declared_before))
        return bags.result(outcome, [vocabulary.problem(one) for one in outcome.refusals])

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Say only what replaces; the engine finds the changed properties itself."""
        declared = own(news)
        asked = declared.get("packageId", id_)
        # The engine also asks before any check, with an unknown id, whether to delete this first
        # because it depends on something that is deleted first. What it is to take is known later.
        is_told = not isinstance(asked, (Unknown, Output)) or self._packages.may_take_another(id_)
        replaces = ["packageId"] if asked != id_ and is_told else []
        try:
            stored = Stored.parse(olds)
        except MasvError:  # written by hand; a diff that raises would break a refresh
            return DiffResult(replaces=replaces, delete_before_replace=True)
        if not replaces:
            self._of_this_team(stored)
            self._packages.unchanged(id_, stored)
            if self._packages.waits_for_refresh(stored):
                self._session.remind(vocabulary.archive_waits(stored), id_)
        same = declared == stored.projection().wire()
        return DiffResult(False if same else None, replaces, delete_before_replace=True)

    def _new_id(self, inputs: LifecycleInputs) -> str:
        return inputs.package_id


class ArchiveWindowHandler(_Handler[WindowInputs, StoredWindow]):
    """The verbs of an ArchiveWindow."""

    def __init__(self, session: Session) -> None:
        self._windows = WindowController(session)
        super().__init__(session, self._windows, WindowInputs, StoredWindow)

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuse what can be refused now, and say how many packages the change will turn."""
        bags = Bags(WindowInputs, olds, news)
        if bags.unknown - {"unarchiveOnDestroy"}:
            bags.inputs = None
        declared_before, _ = WindowInputs.parse(bags.declared_before)
        outcome = self._outcome(bags, bags.request(declared_before))
        return bags.result(outcome, [vocabulary.problem(one) for one in outcome.refusals])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Say only whether nothing changes; the engine finds the changed properties itself."""
        try:
            stored = StoredWindow.parse(olds)
        except MasvError:  # written by hand; a diff that raises would break a refresh
            return DiffResult()
        self._of_this_team(stored)
        declared = own(news)
        if declared != stored.projection().wire():
            return DiffResult(None)
        if declared["archived"] is stored.archived:
            return DiffResult(False)
        # The program now says what a refresh wrote into the inputs, so the engine sees no change.
        if line := self._windows.reminder(stored):
            self._session.remind(line, stored.projection())
        return DiffResult(True)

    def _new_id(self, _inputs: WindowInputs) -> str:
        return f"window-{secrets.token_hex(8)}"


class PackageFleetHandler(_Handler[FleetInputs, StoredFleet]):
    """The verbs of a PackageFleet."""

    def __init__(self, session: Session) -> None:
        self._fleets = FleetController(session, Reconciler(session))
        super().__init__(session, self._fleets, FleetInputs, StoredFleet)

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuse what can be refused now, and say what the change will do and lose."""
        bag = own(news)
        entries = bag.get("packages")
        entries = entries if isinstance(entries, Mapping) else {}
        unknown = {i: names for i, entry in entries.items() if (names := unknown_in(entry))}
        if unknown:
            bag["packages"] = {i: known_in(entry) for i, entry in entries.items()}
        bags = Bags(FleetInputs, olds, bag)
        if bags.inputs:
            for i in unknown:
                whole = not isinstance(entries[i], Mapping)
                canonical = bags.canonical["packages"]
                canonical[i] = entries[i] if whole else {**entries[i], **canonical[i]}
        declared_before = old_entries(bags.declared_before) if bags.changed else {}
        outcome = self._outcome(bags, bags.request(declared_before, unknown_of=unknown))
        return bags.result(outcome, vocabulary.problems_of_entries(outcome.refusals))

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Say only whether nothing changes; the engine finds the changed properties itself."""
        declared = own(news)
        if isinstance(team := olds.get("teamId"), str):  # it may be written by hand, too
            self._of_this_team(StoredFleet.made(team_id=team))
        try:
            if StoredFleet.plainly_holds(olds, declared):
                self._fleets.unchanged(lambda: StoredFleet.parse(olds))
                return DiffResult(False)
            stored = StoredFleet.parse(olds)
        except MasvError:  # written by hand; a diff that raises would break a refresh
            return DiffResult()
        self._fleets.unchanged(lambda: stored)
        for entry in self._fleets.waiting_for_refresh(stored):
            self._session.remind(vocabulary.archive_waits(entry), entry.package_id or "")
        return DiffResult(False if declared == stored.projection().wire() else None)

    def _new_id(self, _inputs: FleetInputs) -> str:
        return f"fleet-{secrets.token_hex(8)}"
