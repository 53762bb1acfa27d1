"""An output that a program reads, asked of the engine only then.

A program pays for each Output that is made, read or not. What the program itself gives is an Output
anyway; the rest is read as Pulumi reads a resource that another one refers to.
"""

from typing import Any, Final

import pulumi
from pulumi.resource import DependencyResource

from pulumi_masv import engine
from pulumi_masv.short import FLAGS

READ_ID: Final = "_read_id"
"""Where a resource that is only read keeps the id that the program gives."""


def output(resource: pulumi.CustomResource, name: str) -> Any:
    """Return an output of a resource, by its Python name.

    Unknown wherever the id or the state is: in the preview of a creation, and where a creation or
    an update failed or was skipped. The id of a package that is only read is the program's, since
    Pulumi does not tell it in a preview.
    """
    kept = resource.__dict__
    # Mocks leave out what they please, so under them what the program gives is as Pulumi has it.
    is_flag = name in FLAGS and not (name in kept and engine.is_mocked())
    read = kept.setdefault("_read", set())
    if name in read or (name in kept and not is_flag):
        return kept[name]
    known = pulumi.Output.all(resource.urn, kept.get(READ_ID, resource.id), kept["state"])
    # In an up, what the state leaves out Pulumi takes to be as the program gives it.
    if name not in kept or (is_flag and not pulumi.runtime.is_dry_run()):
        kept[name] = known.apply(lambda each: _Read(resource, each[0], name).value)
    kept[name] = _flag(kept[name], known) if is_flag else kept[name].apply(whole)
    read.add(name)
    return kept[name]


def whole(value: Any) -> Any:
    """Return what Pulumi hands on without its type: every number of ours is a whole one."""
    # Of a state that somebody wrote by hand, NaN may come.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _flag(read: pulumi.Output[Any], known: pulumi.Output[Any]) -> pulumi.Output[Any]:
    """Return a flag, which is false where a stored package leaves it out.

    In a preview Pulumi calls all unknown that is left out.
    """

    async def value() -> Any:
        return False if await is_left_out() else await read.future(with_unknowns=True)

    async def is_known() -> bool:
        return await read.is_known() or await is_left_out()

    async def is_left_out() -> bool:
        return await read.future(with_unknowns=True) is None and await known.is_known()

    return pulumi.Output(read.resources(), value(), is_known(), read.is_secret())


class _Read(pulumi.CustomResource):
    """A registered resource, as the engine has it.

    The parent keeps the program's transformations away: nothing is registered here.
    """

    def __init__(self, resource: pulumi.CustomResource, urn: str, name: str) -> None:
        self.translate_output_property = resource.translate_output_property  # type: ignore[method-assign]
        options = pulumi.ResourceOptions(urn=urn, parent=DependencyResource(urn), protect=False)
        super().__init__(resource._type, resource._name, {name: None}, options)
        self.value: pulumi.Output[Any] = self.__dict__[name]
