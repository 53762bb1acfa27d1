"""A MASV that answers what a recorded one answered, and 404 where nothing was recorded.

An answer is found by method, route and query; where several were recorded for one request they
come in their order, and the last one stays. A value that the recording replaced (`text`) stands
for any. Package tokens are made anew, and the clock is that of the recorded answer. Who asks is
not looked at: the credentials were never recorded.
"""

from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, unquote

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from pulumi_masv.simulator.account import API_KEY, TEAM_ID, Account
from pulumi_masv.simulator.dispatch import Dispatcher
from pulumi_masv.simulator.messages import Answer, Request, json_answer, text_answer
from pulumi_masv.simulator.problems import STRICT
from pulumi_masv.simulator.simulator import Simulator

_ANY: Final = "text"  # what a recording writes in a value's place
_PAGE: Final = "<!doctype html><title>A recorded page</title>"


@dataclass(frozen=True, config=STRICT)
class Recorded:
    """One line of a recording."""

    at: AwareDatetime
    date: AwareDatetime | None
    method: str
    route: str
    query: Mapping[str, str]
    status: Annotated[int, Field(ge=200, le=599)]
    type: str
    kind: str
    body: Any

    def answers(self, method: str, route: str, query: Mapping[str, str]) -> bool:
        """Return whether it was recorded as the answer to such a request."""
        return (
            (self.method, self.route) == (method, route)
            and self.query.keys() == query.keys()
            and all(value in (query[name], _ANY) for name, value in self.query.items())
        )


def read(folder: Path) -> list[Recorded]:
    """Return all that the processes of a run recorded, oldest first.

    Raises:
        ValueError: one line that says what cannot be read.

    """
    found = []
    try:
        for file in sorted(folder.glob("*.jsonl")):
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                try:
                    found.append(TypeAdapter(Recorded).validate_json(line))
                except ValidationError:
                    raise ValueError(f"{file}: line {number} is not a recorded exchange") from None
    except (OSError, UnicodeError) as error:
        raise ValueError(f"{folder}: {getattr(error, 'strerror', None) or error}") from None
    if not found:
        raise ValueError(f"{folder}: there is no recording in it")
    return sorted(found, key=attrgetter("at"))


class Player(Simulator):
    """A `Simulator` that plays a recording.

    Args:
        folder: what `MASV_RECORD` wrote.
        port: of the loopback socket; 0 for a free one.

    Raises:
        ValueError: one line that says what cannot be read.

    """

    def __init__(self, folder: str | Path, port: int = 0) -> None:
        recorded = read(Path(folder))
        teams = [one.route.split("/teams/")[1] for one in recorded if "/teams/" in one.route]
        team = teams[0].partition("/")[0] if teams else TEAM_ID
        account = Account(now=recorded[0].at, teams={team: API_KEY})
        super().__init__(account=account, port=port)
        self._dispatcher = Playback(account, recorded)


class Playback(Dispatcher):
    """Recorded answers in the account's place; faults and the journal are as ever."""

    def __init__(self, account: Account, recorded: list[Recorded]) -> None:
        super().__init__(account)
        self._waiting = recorded

    def handle(self, request: Request) -> Answer:
        """Answer a request by what was recorded."""
        answer = super().handle(request)
        return replace(answer, headers={k: v for k, v in answer.headers.items() if v})

    def _respond(self, request: Request) -> Answer:
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        route = unquote(request.path)
        found = [one for one in self._waiting if one.answers(request.method, route, query)]
        if not found:
            return json_answer(404, {"message": f"{request.method} {route}: not recorded so"})
        if len(found) > 1:
            self._waiting = [one for one in self._waiting if one is not found[0]]
        return self._played(found[0])

    def _played(self, one: Recorded) -> Answer:
        if one.date is not None:
            self.account.set_now(one.date)
        if one.kind == "json":
            answer = json_answer(one.status, self._with_tokens(one.body))
        elif one.kind == "empty":
            answer = Answer(one.status)
        elif one.kind == "html":
            answer = text_answer(one.status, _PAGE, "text/html")
        else:
            answer = text_answer(one.status, _ANY)
        dateless = {"Date": ""} if one.date is None else {}
        return replace(answer, headers={**answer.headers, **dateless})

    def _with_tokens(self, body: Any) -> Any:
        if isinstance(body, list):
            return [self._with_tokens(each) for each in body]
        if not isinstance(body, dict):
            return body
        shown = {key: self._with_tokens(each) for key, each in body.items()}
        if shown.get("access_token"):
            shown["access_token"] = self.account.issue_token(str(shown.get("id")))
        return shown
