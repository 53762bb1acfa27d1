"""What is done to one package, in a resource of its own or in a fleet: foresee, plan, do, record.

Whoever asks has looked before; nothing here decides when to look.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from pulumi_masv import plan
from pulumi_masv.errors import ChangeRefused, NotAsDeclared, RequestRefused
from pulumi_masv.lifecycle.view import View
from pulumi_masv.models import LifecycleInputs, Problem, Seen, Stored
from pulumi_masv.plan import Plan, Step, amount, quote


@dataclass(frozen=True)
class Foresight:
    """What a preview says of one package.

    Attributes:
        does: one line for all that will be done, if anything is.
        losses: one line for each thing that ends earlier than now planned.
        refusals: why nothing may be done at all; then nothing else is said.
    """

    does: str | None = None
    losses: tuple[str, ...] = ()
    refusals: tuple[Problem, ...] = ()


class Packages:
    """What one process does to packages, for all its resources."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._announced: dict[str, set[str]] = {}

    def foresee(
        self,
        seen: Seen,
        inputs: LifecycleInputs,
        stored: LifecycleInputs | None,
        unknown: AbstractSet[str] = frozenset(),
    ) -> Foresight:
        """What making it as declared would do; from then on nothing else may be done to it."""
        planned = inputs
        if "expiry" in unknown:  # it may be the one that unlimited_storage=False needs
            planned = inputs.model_copy(update={"unlimited_storage": None})
        foresight = self.foreseen(seen, plan.converge(seen.package, planned, stored, seen.now))
        if foresight.refusals or "expiry" not in unknown or not seen.package.files_exist:
            return foresight
        loss = f"LOSS {amount(seen.package)} may end earlier: its new expiry is not known yet"
        return replace(foresight, losses=(*foresight.losses, told(seen, loss)))

    def foreseen(self, seen: Seen, result: Plan) -> Foresight:
        """What a plan would do; remembered as announced."""
        self._announced[seen.package.id] = {step.verb for step in result.steps}
        if result.refusals:
            return Foresight(refusals=result.refusals)
        does = "; ".join(step.does for step in result.steps)
        losses = tuple(told(seen, loss) for loss in result.losses)
        return Foresight(told(seen, does) if does else None, losses)

    def announced(self, package_id: str, verb: str) -> bool:
        """Whether a check of this process has said that it would be done."""
        return verb in self._announced.get(package_id, ())

    def plan(self, seen: Seen, inputs: LifecycleInputs, stored: Stored | None) -> Plan:
        """What makes it as declared now, of that which its check has said."""
        if stored is None:
            return plan.converge(seen.package, inputs, None, seen.now)
        result = plan.converge(
            seen.package,
            inputs,
            stored.managed(),
            seen.now,
            declared_before=stored.projection(),
        )
        announced = self._announced.get(seen.package.id)
        if announced is None:
            return result
        # The state may know less than the inputs do (an import), and then would plan more.
        return replace(result, steps=tuple(s for s in result.steps if s.verb in announced))

    def do(self, seen: Seen, result: Plan) -> None:
        """Refuse before the first write, and take each step."""
        if result.refusals:
            raise ChangeRefused("; ".join(refusal.reason for refusal in result.refusals))
        for step in result.steps:
            self._take(seen, step)

    def record(
        self,
        seen: Seen,
        inputs: LifecycleInputs | None = None,
        stored: Stored | None = None,
        done: Plan | None = None,
    ) -> Stored:
        """What to store of it.

        Raises:
            NotAsDeclared: MASV keeps another value than the one that a plan asked for.
        """
        done = done or Plan()
        short = [line for step in done.steps if (line := step.shortfall(seen.package))]
        if short:
            raise NotAsDeclared(
                f"{seen.package.id} {quote(seen.package.name)}: {'; '.join(short)}: "
                f"declare a value that MASV keeps"
            )
        return Stored.record(
            seen.package,
            team_id=self._view.masv().team_id,
            received=seen.received,
            inputs=inputs,
            stored=stored,
            kept=done.kept,
        )

    def _take(self, seen: Seen, step: Step) -> None:
        """Do one step; a refusal of what an earlier, interrupted try has done is no failure."""
        try:
            getattr(self._view.masv(), step.verb)(seen, *step.arguments)
        except RequestRefused:
            now = self._view.read(seen.package.id)
            if now is None:
                raise self._view.masv().not_found(seen.package.id) from None
            if step.kept(now.package) != step.wanted:
                raise


def told(seen: Seen, what: str) -> str:
    """A line about one package."""
    return f"{seen.package.id} {quote(seen.package.name)}: {what}"


def early_end(seen: Seen, stored: Stored) -> str | None:
    """The line for files that are gone before the end that was stored."""
    if stored.state not in ("new", "finalized") or seen.package.files_exist:
        return None
    early = plan.ended_early(stored.unlimited_storage, stored.expiry, seen.now)
    return told(seen, early) if early else None
