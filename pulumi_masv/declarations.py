"""Which resource of a program declares which package: each is declared once.

Runs in the program's process, which alone sees all its resources.
"""

import os
from dataclasses import dataclass, field

import pulumi

from pulumi_masv.inputs import Refused


@dataclass(eq=False)
class Holder:
    """A resource that declares packages.

    Attributes:
        number: tells the resources of a program apart, in the order in which they are made.
        what: its class and name.
        account: of its packages.
        resource: the resource, once it is made.
        retains: whether it leaves the packages alone that it no longer declares.
    """

    number: int
    what: str
    account: str
    resource: pulumi.CustomResource | None = None
    retains: pulumi.Input[bool] | None = None


@dataclass(eq=False)
class Declarations:
    """Which resource declares which package.

    Attributes:
        begins_anew: whether the same program may begin once more, as in the next unit test.
    """

    begins_anew: bool = False
    _number: int = field(default_factory=lambda: os.getpid() << 20)  # apart from a component's
    _holders: dict[str, Holder] = field(default_factory=dict)
    _names: set[tuple[str, str]] = field(default_factory=set)

    def holder(self, what: str, account: str, opts: pulumi.ResourceOptions | None) -> Holder:
        """Return what stands for a resource that declares packages."""
        name = (what, getattr(opts.parent, "_type", "") if opts else "")
        if self.begins_anew and name in self._names:  # no program has two of a name
            self._holders, self._names = {}, set()
        self._names.add(name)
        self._number += 1
        return Holder(self._number, what, account)

    def declare(self, package_id: str, holder: Holder) -> None:
        """Declare a package. Raises Refused where another resource declares it."""
        other = self._holders.setdefault(package_id, holder)
        if other is not holder:
            raise Refused(
                f"package {package_id} is declared twice, by {other.what} and by {holder.what}: "
                f"keep one of them"
            )
