"""What a run says reaches its user here: lines at the resource, by the engine's own log.

With MASV_VERDICTS=1 each verdict is logged as a record, too, so that it stands in the JSON of a
preview.
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from pulumi_masv import vocabulary
from pulumi_masv.lifecycle.verdicts import MARK, Verdict, recorded
from pulumi_masv.sources import VERDICTS
from pulumi_masv.text import visible
from pulumi_masv.vocabulary import Line

_AT_ONCE: Final = 500  # records in a message
Log = Callable[[str, bool, str], None]
"""Shows a text as a warning or not, at the resource of a urn."""


class PulumiAnnouncer:
    """Says each line once, since a replacement is checked twice.

    Args:
        log: shows a text.
        environment: the process's.
    """

    def __init__(self, log: Log, environment: Mapping[str, str]) -> None:
        self._log = log
        self._records = bool(environment.get(VERDICTS))
        self._lock = threading.Lock()
        self._said: set[tuple[str, str]] = set()

    def note(self, text: str, *, urn: str = "", is_warning: bool = False) -> None:
        """Show one line."""
        self._say(Line(text, is_warning), urn)

    def verdicts(self, several: Sequence[Verdict], *, urn: str = "") -> None:
        """Show what was decided of one package, or of many in one resource."""
        for line in vocabulary.lines(several, urn):
            self._say(line, urn)
        self.record(several)

    def record(self, several: Iterable[Verdict]) -> None:
        """Record what was decided, where records are asked for."""
        if not self._records:
            return
        rest = iter(several)
        while some := list(islice(rest, _AT_ONCE)):
            bags = [recorded(one, map(vocabulary.reason, one.refusals)) for one in some]
            # Pulumi would take "<{%" in a name for a colour.
            text = json.dumps(bags, separators=(",", ":")).replace("<{%", "\\u003c{%")
            self._say(Line(MARK + text), some[0].urn)

    def _say(self, line: Line, urn: str) -> None:
        with self._lock:
            if (urn, line.text) in self._said:
                return
            self._said.add((urn, line.text))
        text = visible(line.text)
        if line.loss:
            # The last one is ours: before it stands a name, which may hold the same word.
            before, _, after = text.rpartition(f": {line.loss} ")
            text = f"{before}: <{{%fg 1%}}>{line.loss}<{{%reset%}}> {after}"
        self._log(text, line.is_warning, urn)


def engine_log(engine: Any) -> Log:
    """Return what shows a text by an engine's log.

    Args:
        engine: a stub of the engine's service.
    """

    def log(text: str, is_warning: bool, urn: str) -> None:
        severity = engine_pb2.WARNING if is_warning else engine_pb2.INFO
        engine.Log(engine_pb2.LogRequest(severity=severity, message=text, urn=urn))

    return log


def engine_at(address: str) -> Any:
    """Return a stub of the engine's service at an address."""
    most = [("grpc.max_send_message_length", -1)]
    return engine_pb2_grpc.EngineStub(grpc.insecure_channel(address, options=most))
