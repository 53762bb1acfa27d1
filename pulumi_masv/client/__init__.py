"""One method per endpoint of MASV's package API; nothing else opens a socket.

`api` knows routes, credentials and paging; `transport` knows how one request is sent, repeated,
bounded and how its failure reads.
"""

from pulumi_masv.client.api import Client

__all__ = ["Client"]
