"""MASV's no, and which no it is; the doors turn it into a status."""

from typing import Literal

Refusal = Literal["invalid", "credential", "forbidden", "missing", "method", "transition"]


class Refused(Exception):
    """MASV says no; `kind` says which no, `headers` what else the answer carries."""

    def __init__(self, kind: Refusal, message: str, **headers: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.headers = headers
