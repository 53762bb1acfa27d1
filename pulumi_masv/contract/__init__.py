"""What this MASV is like, told by reads alone, before the first write.

`probe` asks, in a fixed order and at most 40 times; `records`, `packages` and `filters` judge what
comes back; `findings` are the values that a person reads; `Contract` is what
`pulumi-masv simulator --contract` plays. Only types and presence leave this room: no value of any
package does.
"""

from pulumi_masv.contract.findings import Contract, Finding
from pulumi_masv.contract.probe import MOST, Probe, key_and_team

__all__ = ["MOST", "Contract", "Finding", "Probe", "key_and_team"]
