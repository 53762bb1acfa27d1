"""A session for tests that need no run around it: nobody else meets it."""

from collections.abc import Mapping
from typing import Any

from pulumi_masv.announcer import PulumiAnnouncer
from pulumi_masv.lifecycle.registry import Registry
from pulumi_masv.lifecycle.session import Session


def session(
    configuration: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    said: list[str] | None = None,
    share: Registry | None = None,
    **more: Any,
) -> Session:
    lines: list[str] = [] if said is None else said
    return Session(
        configuration or {},
        environment or {},
        announcer=PulumiAnnouncer(lambda text, _warning, _urn: lines.append(text), {}),
        registry=lambda: share or Registry(),
        **more,
    )
