"""What can be asked, all of it by GET: a page of a listing, one package, the teams."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from pydantic import ValidationError

from pulumi_masv.client.answers import Answer
from pulumi_masv.contract.findings import Record
from pulumi_masv.models import STATES, Package


class Get(Protocol):
    """Whatever sends a GET; there is no way to have it send anything else."""

    def get(self, route: str, query: Mapping[str, str] | None = None) -> Answer:
        """Return what is answered, a refusal too."""
        ...


@dataclass(frozen=True)
class Listed:
    """A page of a listing; without records where the answer is none."""

    answer: Answer
    total: int | None = None
    records: Sequence[Record] | None = None

    @property
    def found(self) -> Sequence[Record]:
        """The records that it shows; none where it was refused."""
        return self.records or ()

    @cached_property
    def packages(self) -> list[Package | None]:
        """The packages that they are read as; None for one that cannot be read."""
        return [package_of(one) for one in self.found]


class Ask:
    """Asks for one team."""

    def __init__(self, reads: Get, team: str) -> None:
        self._reads = reads
        self._routes = f"/v1.1/teams/{team}"
        self.dated: list[bool] = []

    def teams(self) -> Answer:
        """Ask for the teams of the key. `GET /v1/teams`."""
        return self._get("/v1/teams")

    def package(self, package_id: str) -> Answer:
        """Ask for one package. `GET /v1.1/teams/{team}/packages/{id}`."""
        return self._get(f"{self._routes}/packages/{package_id}")

    def listed(
        self, parameters: Mapping[str, object] | None = None, *, received: bool = False
    ) -> Listed:
        """Return the page of a listing that these parameters ask for; by default, the first one."""
        asked = {"status": ",".join(STATES), "sort": "created_at", "limit": 50, "page": 1}
        query = {name: str(value) for name, value in {**asked, **(parameters or {})}.items()}
        answer = self._get(f"{self._routes}/{'inbox' if received else 'packages'}", query)
        told: Any = said(answer) if answer.status < 300 else None
        try:
            total, records = told["metadata"]["total"], told["records"]
            records = [] if records is None and total == 0 else list(records)
            if type(total) is int and all(isinstance(one, dict) for one in records):
                return Listed(answer, total, records)
        except (KeyError, TypeError):
            pass
        return Listed(answer)

    def _get(self, route: str, query: Mapping[str, str] | None = None) -> Answer:
        answer = self._reads.get(route, query)
        self.dated.append("Date" in answer.headers)
        return answer


def said(answer: Answer) -> Any:
    """Return a body as JSON; None where it is none."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def package_of(record: Record) -> Package | None:
    """Return what a record shows of its package; None where it has no id that can be asked for."""
    try:
        return Package.model_validate(record)
    except ValidationError:
        return None
