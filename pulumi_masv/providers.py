"""The names under which Pulumi calls the handlers, frozen for ever; they hold nothing.

The state of every resource names its provider by module and class. A program imports this file
to write that name down, so what serves a run is loaded only where a run is configured.
"""

import base64
import functools
import gc
import os
import pickle
import select
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pulumi.dynamic import (
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from pulumi_masv.sources import DEBUG

if TYPE_CHECKING:
    from pulumi_masv.lifecycle.session import Session

_COLLECTED: Final = 50_000  # objects more, of which a collector of cycles takes notice


class _Provider(ResourceProvider):
    # Nothing secret is pickled, and an encrypted blob would differ at every up.
    serialize_as_secret_always = False

    handler: ClassVar[str]

    def __getstate__(self) -> None:
        return None

    def configure(self, req: ConfigureRequest) -> None:
        """Take the configuration; nothing is refused before something needs it."""
        # What is read of many packages are trees, which the collector walks again and again.
        gc.set_threshold(_COLLECTED)
        from pulumi_masv import settings

        if not os.environ.get(DEBUG):
            sys.tracebacklimit = 0  # Pulumi shows a traceback whole; its last line says it all
        given = tuple((key, req.config.get(key)) for key in settings.KEYS)
        self._handler = _handler_for(self.handler, given)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        result: CheckResult = self._handler.check(_olds, news)
        return result

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        result: DiffResult = self._handler.diff(_id, _olds, _news)
        return result

    def create(self, props: dict[str, Any]) -> CreateResult:
        result: CreateResult = self._handler.create(props)
        return result

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        result: ReadResult = self._handler.read(id_, props)
        return result

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        result: UpdateResult = self._handler.update(_id, _olds, _news)
        return result

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        self._handler.delete(_id, _props)


class PackageLifecycleProvider(_Provider):
    """Serves `pulumi-python:dynamic/masv:PackageLifecycle`."""

    handler = "PackageLifecycleHandler"


class ArchiveWindowProvider(_Provider):
    """Serves `pulumi-python:dynamic/masv:ArchiveWindow`."""

    handler = "ArchiveWindowHandler"


class PackageFleetProvider(_Provider):
    """Serves `pulumi-python:dynamic/masv:PackageFleet`."""

    handler = "PackageFleetHandler"


@functools.cache
def pickled(kind: Callable[[], ResourceProvider]) -> str:
    """Return what the state of every resource keeps of its handler.

    In the shortest of pickle's protocols, the same for every interpreter.
    """
    return base64.b64encode(pickle.dumps(kind(), protocol=2)).decode()


@functools.cache
def _handler_for(name: str, configuration: tuple[tuple[str, Any], ...]) -> Any:
    """Return the one handler of a process, also where states of several interpreters name it."""
    from pulumi_masv import handlers

    return getattr(handlers, name)(_session_for(configuration))


@functools.cache
def _session_for(configuration: tuple[tuple[str, Any], ...]) -> "Session":
    """Return what one process knows, for all its resources, whichever of them is asked first."""
    from pulumi_masv.announcer import PulumiAnnouncer, engine_at, engine_log
    from pulumi_masv.client import Client
    from pulumi_masv.lifecycle.meeting_place import NoMeetingPlace
    from pulumi_masv.lifecycle.registry import Registry
    from pulumi_masv.lifecycle.session import Session

    address = sys.argv[-1]  # of the engine; flags may stand before it

    def registry() -> Registry:
        try:
            return Registry.join(address)
        except NoMeetingPlace as error:
            return Registry(why_alone=str(error))

    return Session(
        dict(configuration),
        os.environ,
        announcer=PulumiAnnouncer(engine_log(engine_at(address)), os.environ),
        registry=registry,
        connect=lambda settings: Client(settings, cancelled=_is_unread),
    )


def _is_unread() -> bool:
    """Return whether nobody reads this process's output.

    A killed engine leaves its handler behind, at work, and this is all there is to see of it.
    """
    if sys.platform == "win32":
        return False
    output = select.poll()
    output.register(1, 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in output.poll(0))
