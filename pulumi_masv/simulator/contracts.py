"""Whole MASVs: which switches stand together, by name or from a file.

A contract is a JSON document, `{"contract": 1, "switches": {…}}`; what else it holds, such as what
was seen of a real MASV, is not read.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pulumi_masv.simulator.problems import Mistaken, read_file
from pulumi_masv.simulator.switches import Switches

_NASTIEST: Final = Switches(
    errors="split",
    instants="offset",
    listed_keys="sample",
    read_keys="sample",
    foreign_read=403,
    ended_read="missing",
    inbox_read="missing",
    page_size=25,
    past_end="missing",
    total="shown",
    ignored_filters="sender,tags,teamspaces,extra_storage",
    zoneless="refused",
    portal_match="substring",
    names="NFC",
    refused_transition=422,
    repeated_transition="refused",
    put_answer="empty",
    done_answer="text",
    write_delay=2,
    date_alone="unlimited stays",
    expiry_rounding="second",
    expiry_while_unlimited="stale",
    expiry_after_delete="moment",
    token_uses=1,
    bulk_body="text",
    bulk_delay=2,
)
CONTRACTS: Final[Mapping[str, Switches]] = MappingProxyType(
    {
        # What the documentation shows of version 1.1, and nothing more.
        "as documented": Switches(listed_keys="sample", read_keys="sample"),
        # What MASV's own client was seen to rely on.
        "the vendor's client": Switches(over_limit="served", zoneless="utc", done_answer="empty"),
        "flags only when true": Switches(listed_keys="flags", read_keys="flags"),
        # Everything at once that still lets the work be done. Ended and received packages are not
        # read singly, so their listed tokens are all there is; the next one turns this round.
        "the nastiest": _NASTIEST,
        "the nastiest, with no token listed": replace(
            _NASTIEST, listed_tokens="none", ended_read="served", inbox_read="served"
        ),
    }
)


def load(path: str | Path) -> Switches:
    """Return the switches of a contract, by its name or from its file.

    Args:
        path: the name of one of `CONTRACTS`, or the file's path.

    Raises:
        ValueError: there is neither, which the line says with all names; or a line for each mistake
            in the file.

    """
    known = CONTRACTS.get(str(path))
    if known is not None:
        return known
    names = "; ".join(CONTRACTS)
    missing = f"no such file; give one, or one of these names: {names}"
    found = read_file(path, "contract", missing)
    switches = found.get("switches") if isinstance(found, dict) else None
    if not isinstance(switches, dict) or found.get("contract") != 1:
        raise ValueError(f'contract {path}: it must say {{"contract": 1, "switches": {{…}}}}')
    try:
        return Switches().with_json(switches)
    except Mistaken as mistaken:
        raise Mistaken(f"contract {path}: {line}" for line in mistaken.lines) from None
