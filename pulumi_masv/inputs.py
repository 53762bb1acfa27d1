"""What a program gives its resources, taken for what it is; all that is wrong is told at once.

Known values are read in the constructor, Outputs when they resolve. What Pulumi cannot carry stops
all resources of the program that are not registered yet, and is told with all else that is wrong;
where nothing is but what it carries, each resource's check tells that, with what its values say.
"""

import asyncio
import inspect
import weakref
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi
from pulumi.runtime import settings as runtime

from pulumi_masv import arguments, engine
from pulumi_masv.arguments import Wrong
from pulumi_masv.text import harmless, visible

_TURNS: Final = 100  # of the event loop, in which all resolves that waits for no resource
_REGISTERS: Final = 0.2  # seconds; gRPC crashes a program that fails before its hook is registered


class Refused(pulumi.RunError):
    """Ends a program with one line and no traceback."""

    def __str__(self) -> str:
        return harmless(super().__str__())


@dataclass(eq=False)
class Subject:
    """A resource.

    Attributes:
        what: its class and name, as lines call it.
        is_checked: whether a check sees its inputs.
        open: what it still waits for.
    """

    what: str
    is_checked: bool = True
    open: list["pulumi.Output[Any]"] = field(default_factory=list)


@dataclass(eq=False)
class Inputs:
    """What the resources of a program are given.

    Attributes:
        waits: whether what is wrong is told with all else that is, before the program's resources
            are registered; else it is refused where it is found.
    """

    waits: bool = False
    _wrong: list[str] = field(default_factory=list)
    _cannot_be_sent: bool = False
    _told: str = ""
    _pause: "asyncio.Future[None] | None" = None

    def take(self, subject: Subject, declared: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a resource as they are sent, without those that are wrong.

        Args:
            subject: the resource.
            declared: name -> value, known or not; what is not given is None.

        Raises:
            Refused: some are wrong, and nobody waits for others.
        """
        taken = {name: self.read(subject, name, name, value) for name, value in declared.items()}
        self.end()
        return taken

    def read(self, subject: Subject, place: str, name: str, value: Any) -> Any:
        """Return one value as an argument of that name is sent; note what is wrong with it."""

        def reader(known: Any, is_shown: bool) -> Any:
            return self.note(subject, place, arguments.read(name, known, is_shown=is_shown))

        return self.later(subject, value, reader)

    def later(self, subject: Subject, value: Any, reader: Callable[[Any, bool], Any]) -> Any:
        """Return what a reader makes of a value, now or once it is known."""
        if inspect.isawaitable(value):
            value = pulumi.Output.from_input(value)
        if not isinstance(value, pulumi.Output):
            return reader(value, True)

        def resolved(known: Any) -> Any:
            made = reader(known, False)
            self.end()
            return made

        return self.expect(subject, value.apply(resolved))

    def expect(self, subject: Subject, made: "pulumi.Output[Any]") -> "pulumi.Output[Any]":
        """Let a resource wait for an Output by which it may turn out wrong."""
        if self.waits:
            subject.open.append(made)
        return made

    def note(self, subject: Subject, place: str, read: Any) -> Any:
        """Return what was read; where it is wrong, note it, and return what a check refuses."""
        if not isinstance(read, Wrong):
            return read
        sent = read.sent if self.waits and subject.is_checked else None
        self.refuse(f"{subject.what}: {place}: {read.reason}", is_sent=sent is not None)
        return sent

    def refuse(self, line: str, *, is_sent: bool = False) -> None:
        """Note that something is wrong; where it is sent all the same, a check refuses it too."""
        self._wrong.append(visible(line))
        self._cannot_be_sent |= not is_sent

    def end(self) -> None:
        """Refuse what is wrong, unless it is to be told with all else that is."""
        if self._wrong and not self.waits:
            wrong, self._wrong = self._wrong, []
            raise Refused("\n".join(wrong))

    async def settle(self, subject: Subject) -> None:
        """Return once a resource may be registered.

        Raises:
            Refused: something is wrong, with it or with another resource.
        """
        while subject.open:
            await value_of(subject.open.pop())
        if self._pause is None:
            self._pause = asyncio.ensure_future(turns())
        await self._pause
        if self._cannot_be_sent and not self._told:
            *others, self._told = dict.fromkeys(self._wrong)
            for line in others:
                pulumi.log.error(line)
        if self._told:
            await asyncio.sleep(_REGISTERS)
            raise Refused(self._told)

    def after(self, subject: Subject, context: Awaitable[Any] | None) -> Awaitable[Any] | None:
        """Return what is awaited before a registration, and then wait as `settle` does."""
        if context is None or not self.waits:
            return context

        async def settled() -> Any:
            known = await context
            await self.settle(subject)
            return known

        return settled()

    def gate(self, subject: Subject, value: Any) -> Any:
        """Return an input of a resource that waits as `settle` does."""
        if not self.waits:
            return value

        async def settled(known: Any) -> Any:
            await self.settle(subject)
            return known

        return pulumi.Output.from_input(value).apply(settled)


_RUNS: "weakref.WeakKeyDictionary[pulumi.Resource, Inputs]" = weakref.WeakKeyDictionary()


def of_this_run() -> Inputs:
    """Return what the resources of the run are given that this program is in."""
    root = runtime.get_root_resource()
    if root is None or engine.address(runtime.get_engine()) is None:
        return Inputs()
    return _RUNS.setdefault(root, Inputs(waits=True))


def named(kind: str, resource_name: Any, opts: Any, *, is_checked: bool = True) -> Subject:
    """Return a resource as lines call it.

    Raises:
        Refused: its name or its options are none.
    """
    if not isinstance(resource_name, str):
        raise Refused(f"{kind}: resource_name: {arguments.text(resource_name).reason}")
    subject = Subject(f"{kind} {resource_name!r}", is_checked)
    if opts is not None and not isinstance(opts, pulumi.ResourceOptions):
        kind_of = arguments.kind_of(opts)
        raise Refused(f"{subject.what}: opts: {kind_of} is not a pulumi.ResourceOptions")
    provider = opts and opts.provider
    if provider is not None and not isinstance(provider, pulumi.ProviderResource):
        kind_of = arguments.kind_of(provider)
        raise Refused(f"{subject.what}: opts.provider: {kind_of} is not a masv.Provider")
    if opts is not None and opts.import_ is not None:
        raise Refused(
            f"{subject.what}: opts.import_ does not work for a dynamic resource: leave it out, a "
            "package is adopted by its id"
        )
    return subject


async def turns() -> None:
    """Return once all has resolved that waits for no resource."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)


async def value_of(output: "pulumi.Output[Any]") -> Any:
    """Return a value once it is known; whether it is refused shows where it is used."""
    try:
        return await output.future()
    except Exception:  # noqa: BLE001 # the resource that has it as an input fails by it
        return None
