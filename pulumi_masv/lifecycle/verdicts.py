"""What a run says of a package, decided once.

The lines that a person reads and the record are both rendered from it; nothing else says more.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from pydantic import ConfigDict

from pulumi_masv import plan
from pulumi_masv.lifecycle.previews import LATER
from pulumi_masv.models import SECRET, Instant, Never, Package, format_instant, is_secret
from pulumi_masv.models.declared import Wire
from pulumi_masv.plan import Loss, Plan, Refusal, Step, Why

Does = Literal[
    "adopted", "changed", "ended", "let go", "left alone", "refused", "unchanged", "unknown"
]
Spelled = Instant | Literal["never", "[secret]"] | None
MARK: Final = "masv-verdicts "
"""How a line of records begins; a JSON array of them follows."""


@dataclass(frozen=True)
class Verdict:
    """What was decided of one package.

    Attributes:
        package_id: empty where a preview does not know it yet.
        urn: of the resource that asks for it.
        does: what happens to it.
        now: MASV's clock, a UTC instant.
        observed: the package now; None where nobody could look.
        steps: what will be done to it.
        loss: what ends earlier by it, if anything does.
        refusals: why nothing will be done.
        doubt: why it cannot be told whether files end early; empty where it can.
        waits: whether an archive is declared that comes once the files have ended.
    """

    package_id: str
    urn: str
    does: Does
    now: datetime
    observed: Package | None = None
    steps: tuple[Step, ...] = ()
    loss: Loss | None = None
    refusals: tuple[Refusal, ...] = ()
    doubt: str = ""
    waits: bool = False

    @property
    def may_end(self) -> str:
        """When files end that a loss or a doubt is about, as `Named` has it where it is open."""
        return LATER if self.does in ("adopted", "changed") else ""

    @classmethod
    def of(cls, result: Plan, *, urn: str, does: Does, now: datetime, **more: Any) -> "Verdict":
        """Return the verdict that a plan comes to: nothing but its refusals, where it has some."""
        if result.refusals:
            does, more = "refused", {}
        return cls(
            package_id=result.observed.id,
            urn=urn,
            does=does,
            now=now,
            observed=result.observed,
            steps=() if result.refusals else result.steps,
            loss=None if result.refusals else result.loss,
            refusals=result.refusals,
            **more,
        )


class Announcer(Protocol):
    """Shows the user what was decided, at the resource that it is about."""

    def note(self, text: str, *, urn: str = "", is_warning: bool = False) -> None:
        """Show one line."""

    def verdicts(self, several: Sequence[Verdict], *, urn: str = "") -> None:
        """Show what was decided of one package, or of many in one resource."""

    def record(self, several: Iterable[Verdict]) -> None:
        """Record what was decided, without a line that anybody reads."""


class Change(Wire):
    """One property of a package, and its value before and after."""

    property: str
    before: Any = None
    after: Any = None


class RecordedLoss(Wire):
    """Files that end earlier than planned: when, when they were to, why, and whether at once."""

    ends: Instant | Literal["[secret]"]
    planned: Spelled
    why: Why
    at_once: bool


class Record(Wire):
    """A verdict as it stands in a preview's JSON; what it does not say is left out.

    Attributes:
        id: empty where the preview does not know the package yet.
        form: whether a form response ends with the files.
        now: MASV's clock.
        end_before: when its files end now, as MASV says.
        end_after: when they end after the run, where that can be told.
        files_after: whether there are files after the run.
        refusals: why nothing will be done, a line each.
        doubt: why it cannot be told whether files end early.
    """

    model_config = ConfigDict(extra="ignore")

    urn: str = ""
    id: str
    does: Does
    now: Instant
    name: str | None = None
    state: str | None = None
    files: int | None = None
    bytes: int | None = None
    form: bool = False
    end_before: Spelled = None
    end_after: Spelled = None
    files_after: bool = False
    changes: tuple[Change, ...] = ()
    loss: RecordedLoss | None = None
    refusals: tuple[str, ...] = ()
    doubt: str = ""


def recorded(verdict: Verdict, refusals: Iterable[str]) -> dict[str, Any]:
    """Return a verdict as the bag that `Record` reads.

    Args:
        verdict: what was decided.
        refusals: its refusals, as the front end spells them.
    """
    bag: dict[str, Any] = {
        "urn": verdict.urn or None,
        "id": verdict.package_id,
        "does": verdict.does,
        "now": _plain(verdict.now),
        "changes": list(_changes(verdict)) or None,
        "refusals": list(refusals) or None,
        "doubt": verdict.doubt or None,
    }
    observed = verdict.observed
    if observed is not None:
        later = plan.after(observed, verdict.steps)
        known = not verdict.doubt and later.files_exist
        bag |= {
            "name": _plain(observed.name),
            "state": observed.state,
            "files": observed.total_files,
            "bytes": observed.size,
            "form": bool(observed.custom_metadata_id),
            "endBefore": _plain(observed.end),
            "endAfter": _plain(later.end) if known else None,
            "filesAfter": later.files_exist,
        }
    if verdict.loss is not None:
        loss = verdict.loss
        bag["endAfter"] = _plain(loss.ends)
        bag["loss"] = {
            "ends": _plain(loss.ends),
            "planned": _plain(loss.planned),
            "why": loss.why,
            "atOnce": loss.at_once,
        }
    return {name: value for name, value in bag.items() if value is not None and value is not False}


def _changes(verdict: Verdict) -> Iterator[dict[str, Any]]:
    for step in verdict.steps:
        assert verdict.observed is not None  # noqa: S101 # a step is planned for what was observed
        match step:
            case plan.Destroy():
                yield {"property": "files", "before": "kept", "after": "destroyed"}
            case plan.SetUnlimited():
                before = _plain(verdict.observed.end)
                yield {"property": "expiry", "before": before, "after": "never"}
            case _:
                before = _plain(plan.found(step, verdict.observed))
                yield {"property": step.field, "before": before, "after": _plain(step.wanted)}
    if verdict.waits:
        yield {"property": "archived", "before": False, "after": "once the files have ended"}


def _plain(value: Any) -> Any:
    if is_secret(value):
        return SECRET
    if isinstance(value, datetime):
        return format_instant(value)
    return value.value if isinstance(value, Never) else value
