"""One run of a program: what it declares, and what may end with its resources.

Runs in the program's process, which alone knows all that is declared, by whatever provider,
targeted or not. It hosts the registry of the run, and answers the engine's question before each
deletion, in previews too.
"""

import asyncio
import atexit
import os
import weakref
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi
from pulumi.runtime import settings as runtime

from pulumi_masv import accounts, engine, kinds, mocks
from pulumi_masv.declarations import Declarations, Holder
from pulumi_masv.inputs import Inputs, Refused, of_this_run, turns, value_of
from pulumi_masv.lifecycle.meeting_place import NoMeetingPlace
from pulumi_masv.lifecycle.registry import NO_RESOURCE, Declaration, Registry

HOOK: Final = "masv:before-delete"
"""The name of the delete hook, frozen for ever: states name it."""
_REGISTERED: Final = 0.5  # seconds; what is registered says its id at once
_LONGEST: Final = 600.0  # seconds; then what is not known yet may be any package
_PATIENCE: Final = 5.0  # seconds; what an Output hangs on may itself wait for this very deletion


@dataclass(eq=False)
class Program:
    """One run of a program; a process may have several (Automation API).

    Attributes:
        registry: what the processes of the run know together.
        engine: a stub of the engine's service; None under Pulumi's mocks.
        hook: the delete hook of this run; None under mocks.
        test: whose run it is, under mocks.
        inputs: what its resources are given.
    """

    registry: Registry
    engine: Any = None
    hook: pulumi.ResourceHook | None = None
    test: mocks.Mark | None = None
    inputs: Inputs = field(default_factory=of_this_run)
    _declarations: Declarations = field(init=False)
    _urns: dict[str, Holder] = field(default_factory=dict)
    _made: list[Declaration] = field(default_factory=list)
    _pending: dict[int, "asyncio.Future[Any]"] = field(default_factory=dict)
    _accounts: accounts.Accounts = field(default_factory=accounts.Accounts)

    def __post_init__(self) -> None:
        self._declarations = Declarations(begins_anew=self.test is not None)

    def holder(self, what: str, opts: pulumi.ResourceOptions | None) -> Holder:
        """Return what stands for a resource that declares packages."""
        return self._declarations.holder(what, self._accounts.key(opts), opts)

    def declare(
        self,
        package_id: pulumi.Input[str],
        holder: Holder,
        archived: Any = None,
        expiry: Any = None,
    ) -> pulumi.Input[str]:
        """Declare a package, now or once its id is known; refuse it where another declares it."""

        def take(known: Any) -> Any:
            if not isinstance(known, str):
                return known
            self._declarations.declare(known, holder)
            self._made.append(
                Declaration(
                    known,
                    holder.account,
                    holder.number,
                    archived if isinstance(archived, bool) else None,
                    expiry if isinstance(expiry, str) else None,
                )
            )
            return known

        if not isinstance(package_id, pulumi.Output):
            declared: pulumi.Input[str] = take(package_id)
            return declared
        return self.later(package_id, holder, take)

    def later(
        self, known: pulumi.Output[Any], holder: Holder, take: Callable[[Any], Any]
    ) -> pulumi.Output[Any]:
        """Return what `take` makes of a value once it is known; till then it may be any package."""
        self.registry.await_ids(holder.number, f"the packages of {holder.what}")

        def settle(value: Any) -> Any:
            taken = take(value)
            self._flush()
            self.registry.end_wait(holder.number)
            return taken

        made = known.apply(settle)
        if self.engine is not None:
            task = asyncio.ensure_future(value_of(made))
            self._pending[holder.number] = task
            task.add_done_callback(lambda _: self._pending.pop(holder.number, None))
        return made

    def window(self, bag: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        """Declare an archive window, once all that it is made of is known."""
        account = self._accounts.key(opts)
        declared = {name: value for name, value in bag.items() if value is not None}
        if any(isinstance(value, pulumi.Output) for value in declared.values()):
            pulumi.Output.all(**declared).apply(
                lambda one: self.registry.declare_window(account, one)
            )
        else:
            self.registry.declare_window(account, declared)

    def context(
        self, kind: str, name: str, opts: pulumi.ResourceOptions | None, holder: Holder | None
    ) -> Awaitable[str] | None:
        """Return what gives a check the URN of its resource, once all that it asks for is declared.

        Awaited when the program has run to its end: Pulumi registers nothing before.
        """
        return None if self.engine is None else self._context(kind, name, opts, holder)

    async def _context(
        self, kind: str, name: str, opts: pulumi.ResourceOptions | None, holder: Holder | None
    ) -> str:
        self._watch_the_end()
        # As `pulumi.create_urn` makes it, whose Outputs cost more than all else here.
        parent = opts.parent if opts else None
        prefix = f"urn:pulumi:{runtime.get_stack()}::{runtime.get_project()}::"
        if parent is not None and parent is not runtime.get_root_resource():
            prefix = f"{'::'.join((await parent.urn.future() or '').split('::', 3)[:3])}$"
        urn = f"{prefix}{kinds.token(kind)}::{name}"
        if holder is not None:
            self._urns[urn] = holder
        if holder is not None and kind == kinds.FLEET:
            # What is made before this fleet can wait for it only by an Output made by hand.
            known = range(NO_RESOURCE + 1, holder.number)
            if earlier := [one for number, one in self._pending.items() if number in known]:
                await asyncio.wait(earlier, timeout=_LONGEST)
            await turns()  # and of the rest all that is known already
        self._flush()
        return urn

    async def before_delete(self, args: pulumi.ResourceHookArgs) -> None:
        """Decide, in a preview too, what the deletion of a resource may destroy."""
        try:
            await self._before_delete(args)
        except Exception as error:  # noqa: BLE001 # Pulumi takes one without a text for a success
            from pulumi_masv import vocabulary
            from pulumi_masv.errors import MasvError

            known = isinstance(error, MasvError)
            line = vocabulary.spelled(error) if known else f"{type(error).__name__}: {error}"  # type: ignore[arg-type]
            raise Refused(line) from None

    async def _before_delete(self, args: pulumi.ResourceHookArgs) -> None:
        from pulumi_masv.lifecycle import deletion
        from pulumi_masv.models import Stored, StoredFleet

        bag: Any = await pulumi.Output.from_input(dict(args.old_outputs or {})).future() or {}
        kind = StoredFleet if kinds.kind_of(args.urn) == kinds.FLEET else Stored
        stored = kind.parse(bag)
        self._watch_the_end()
        if self._pending:
            await asyncio.wait(list(self._pending.values()), timeout=_PATIENCE)
        self._flush()
        session = await self._accounts.session(stored.team_id, self.registry, self.engine)
        asked = deletion.Deletion.of(
            stored,
            id=args.id,
            urn=args.urn,
            leaves=await self._leaving(args),
            is_replaced=args.urn in self._urns and self.registry.has_checks(),
            is_preview=pulumi.runtime.is_dry_run(),
        )
        # A check that is asked for a replacement by command is not told what the old one declared.
        if asked.is_replaced and await value_of(
            pulumi.Output.from_input(self._urns[args.urn].retains)
        ):
            session.declare(asked.entries.keys())
        await asyncio.to_thread(deletion.permit, session, asked)

    async def _leaving(self, args: pulumi.ResourceHookArgs) -> int:
        """Return the number of a resource that a `destroy` takes away though it is declared.

        A destroy checks nothing, and deletes only what is registered already, under the same id.
        """
        holder = self._urns.get(args.urn)
        if holder is None or holder.resource is None or self.registry.has_checks():
            return NO_RESOURCE
        known = asyncio.ensure_future(value_of(holder.resource.id))
        done, _ = await asyncio.wait([known], timeout=_REGISTERED)
        return holder.number if done and known.result() == args.id else NO_RESOURCE

    def _flush(self) -> None:
        made, self._made = self._made, []
        self.registry.declare(made)

    def _watch_the_end(self) -> None:
        """Take note of a program that makes resources after it has waited for something."""
        root = runtime.get_root_resource()
        if NO_RESOURCE not in self._pending and not _has_ended(root):
            self.registry.await_ids(NO_RESOURCE, "a program that is still running")

            async def end() -> None:
                while not _has_ended(root):
                    await asyncio.sleep(0.05)
                self._flush()
                self.registry.end_wait(NO_RESOURCE)

            task = asyncio.ensure_future(end())
            self._pending[NO_RESOURCE] = task
            task.add_done_callback(lambda _: self._pending.pop(NO_RESOURCE, None))


_MOCKED: Program | None = None
_PROGRAMS: "weakref.WeakKeyDictionary[pulumi.Resource, Program]" = weakref.WeakKeyDictionary()


def current() -> Program:
    """Return the run that this program is in; outside of one, a run of its own."""
    if engine.is_mocked():
        return _mocked()
    root = runtime.get_root_resource()
    known = _PROGRAMS.get(root) if root is not None else None
    if known is not None:
        return known
    made = _begin()
    if root is not None:
        _PROGRAMS[root] = made
    return made


def begin() -> None:
    """Take part in the run that imports this, so that its last resource of ours can end, too."""
    if runtime.get_root_resource() is not None and runtime.get_monitor() is not None:
        current()


def _mocked() -> Program:
    """Return the run of the test that this is called in: what another test made is not in it."""
    global _MOCKED
    test = mocks.Mark.here()
    if _MOCKED is None or not test.is_of(_MOCKED.test):
        registry = _MOCKED.registry if _MOCKED else _nowhere()
        _MOCKED = Program(registry, test=test)
    return _MOCKED


def options(opts: pulumi.ResourceOptions | None, program: Program) -> pulumi.ResourceOptions | None:
    """Return a resource's options with the delete hook.

    It is not bound where the resource is retained: Pulumi calls it all the same, and does not say.
    """
    if program.hook is None or (opts is not None and opts.retain_on_delete):
        return opts
    binding = pulumi.ResourceHookBinding(before_delete=[program.hook])
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(hooks=binding))


def _nowhere() -> Registry:
    registry = Registry(why_alone="there is no engine")
    atexit.register(registry.close)
    return registry


def _begin() -> Program:
    stub = runtime.get_engine()
    address = engine.address(stub)
    if address is None:
        return Program(_nowhere())
    is_preview = pulumi.runtime.is_dry_run()
    folder = os.getcwd()
    try:
        registry = Registry.host(
            address, stack=engine.stack(), is_preview=is_preview, program=engine.marks(folder)
        )
    except NoMeetingPlace as error:
        engine.warn(f"{error}; until then nothing is destroyed")
        registry = Registry(why_alone=str(error))
    engine.at_the_end(lambda: registry.close(engine.marks(folder)))
    made = Program(registry, stub)
    if runtime.get_root_resource() is None:
        return made  # a component's own process: its program has registered the hook
    made.hook = pulumi.ResourceHook(
        HOOK, made.before_delete, pulumi.ResourceHookOptions(on_dry_run=True)
    )
    return made


def _has_ended(root: Any) -> bool:
    return bool(getattr(root, "_outputs_registered", True))
