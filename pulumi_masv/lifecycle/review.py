"""What somebody has reviewed: the losses of a report, which bind the run that follows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from pulumi_masv.errors import SettingsError
from pulumi_masv.models import NEVER, SECRET, Instant, Package, earlier, problems_of
from pulumi_masv.plan import Loss
from pulumi_masv.sources import REVIEWED

_ANY: Final = (SECRET, str(NEVER.value))
"""Planned ends than which none is later, as far as a report tells."""


class _Reviewed(BaseModel):
    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, populate_by_name=True)

    id: str | None
    files: int | None
    bytes: int | None
    ends: Annotated[Instant | None, BeforeValidator(lambda ends: None if ends == SECRET else ends)]
    planned: Annotated[
        Instant | None, BeforeValidator(lambda end: None if end in _ANY else end)
    ] = None
    at_once: bool
    form: bool = False


class _Report(BaseModel):
    model_config = ConfigDict(extra="ignore")

    version: int = Field(ge=1, le=1)
    losses: list[_Reviewed]


@dataclass(frozen=True)
class Review:
    """The losses that were reviewed, by package id; None where no review binds this run."""

    losses: Mapping[str | None, _Reviewed] | None = None

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Review":
        """Return the review that the environment names.

        Raises:
            SettingsError: the file that it names is no report as JSON.
        """
        name = environment.get(REVIEWED)
        if not name:
            return cls()
        try:
            report = _Report.model_validate(json.loads(Path(name).read_bytes()))
        except OSError as error:
            raise SettingsError(f"{REVIEWED}: {name}: {error.strerror}") from None
        except ValidationError as error:
            problem = problems_of(error)[0]
            why = f"{problem.property}: {problem.reason}".strip(": ")
            raise SettingsError(f"{REVIEWED}: {name} is not a report as JSON ({why})") from None
        except (ValueError, RecursionError):
            raise SettingsError(f"{REVIEWED}: {name} is not a report as JSON") from None
        return cls({loss.id: loss for loss in report.losses})

    def allows(self, observed: Package, loss: Loss) -> bool:
        """Return whether a loss was reviewed, no smaller, later or shorter than it is now."""
        if self.losses is None:
            return True
        reviewed = self.losses.get(observed.id)
        return (
            reviewed is not None
            and _at_most(observed.total_files, reviewed.files)
            and _at_most(observed.size, reviewed.bytes)
            and (reviewed.form or not observed.custom_metadata_id)
            and _no_earlier(loss, reviewed)
        )


def _at_most(now: int | None, reviewed: int | None) -> bool:
    # Whoever allowed an unknown number allowed any; a known one says nothing of an unknown one.
    return reviewed is None or (now is not None and now <= reviewed)


def _no_earlier(loss: Loss, reviewed: _Reviewed) -> bool:
    if reviewed.at_once or loss.at_once:
        return reviewed.at_once
    ends: Any = reviewed.ends
    return isinstance(ends, datetime) and loss.ends >= ends and _no_longer(loss, reviewed)


def _no_longer(loss: Loss, reviewed: _Reviewed) -> bool:
    # Whoever extended it since the review needs its files for longer.
    planned: Any = reviewed.planned
    return not (isinstance(planned, datetime) and earlier(planned, loss.planned))
