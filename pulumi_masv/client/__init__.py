"""One method per endpoint of MASV's package API; nothing else opens a socket.

`api` knows routes and credentials, `pages` makes a listing whole, `transport` knows how one request
is sent, repeated, bounded and how its failure reads.
"""

from pulumi_masv.client.api import Client
from pulumi_masv.client.pages import PAGE, Page

__all__ = ["PAGE", "Client", "Page"]
