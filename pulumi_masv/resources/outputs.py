"""An output that a program reads, asked of the engine only then.

A program pays for each Output that is made, read or not: Pulumi waits for all of them each time
that one is known (benchmarks/sdk_wait.py). What the program itself gives is an Output anyway; the
rest is read as Pulumi reads a resource that another one refers to.
"""

from typing import Any

import pulumi
from pulumi.resource import DependencyResource


def output(resource: pulumi.CustomResource, name: str) -> Any:
    """Return an output of a resource, by its Python name.

    Unknown wherever the id or the state is: in the preview of a creation, and where a creation or
    an update failed or was skipped.
    """
    if name not in resource.__dict__:
        known = pulumi.Output.all(resource.urn, resource.id, resource.__dict__["state"])
        read = known.apply(lambda both: _Read(resource, both[0], name).value)
        resource.__dict__[name] = read.apply(whole)
    return resource.__dict__[name]


def whole(value: Any) -> Any:
    """Return what Pulumi hands on without its type: every number of ours is a whole one."""
    return int(value) if isinstance(value, float) else value


class _Read(pulumi.CustomResource):
    """A registered resource, as the engine has it.

    The parent keeps the program's transformations away: nothing is registered here.
    """

    def __init__(self, resource: pulumi.CustomResource, urn: str, name: str) -> None:
        self.translate_output_property = resource.translate_output_property  # type: ignore[method-assign]
        options = pulumi.ResourceOptions(urn=urn, parent=DependencyResource(urn), protect=False)
        super().__init__(resource._type, resource._name, {name: None}, options)
        self.value: pulumi.Output[Any] = self.__dict__[name]
