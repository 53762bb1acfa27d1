"""One method per endpoint of MASV's package API; nothing else opens a socket.

`team` knows the routes of the API key and `api` those of a package's token; `pages` makes a
listing whole and `filters` holds it against what was asked, `finding` looks in the listings for
one package, `records` reads what an answer shows. `transport` knows how often one request is sent
and when, `exchange` how it goes out and comes back, `answers` how its failure reads.
"""

from pulumi_masv.client.api import Client
from pulumi_masv.client.finding import BOXES, narrowed
from pulumi_masv.client.pages import PAGE, Page
from pulumi_masv.client.ulids import moment_of

__all__ = ["BOXES", "PAGE", "Client", "Page", "moment_of", "narrowed"]
