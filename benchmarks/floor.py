"""What a script without Pulumi does for the same packages: the least that the requests cost.

python floor.py THREADS      beside a packages.json, with MASV's three settings in the environment

It lists all pages, then sends one PUT for each name that differs. It keeps no state, so it lists
each time; it proves nothing, tries nothing again, and tells nobody what it will do.
"""

import json
import math
import os
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import requests

PAGE: Final = 50  # packages
TIMEOUT: Final = 30  # seconds
TEAM: Final = f"/v1.1/teams/{os.environ.get('MASV_TEAM_ID')}/packages"
_own: Final = threading.local()


def send(method: str, route: str, headers: Mapping[str, str], **given: Any) -> Any:
    """Send one request on this thread's own connection; what the answer says."""
    if not hasattr(_own, "session"):
        _own.session = requests.Session()
        _own.session.trust_env = False  # reads no ~/.netrc and no proxies at every request
    url = os.environ["MASV_BASE_URL"] + route
    answer = _own.session.request(method, url, headers=headers, timeout=TIMEOUT, **given)
    answer.raise_for_status()
    return answer.json()


def page(number: int) -> Any:
    asked = {"limit": PAGE, "page": number}
    return send("GET", TEAM, {"X-API-KEY": os.environ["MASV_API_KEY"]}, params=asked)


def rename(package: Mapping[str, Any], name: str) -> None:
    token = {"X-Package-Token": package["access_token"]}
    send("PUT", f"/v1/packages/{package['id']}", token, json={"name": name})


def main(threads: int, declared: Mapping[str, Mapping[str, Any]]) -> None:
    with ThreadPoolExecutor(threads) as pool:
        first = page(1)
        others = range(2, math.ceil(first["metadata"]["total"] / PAGE) + 1)
        listed = [
            package for each in (first, *pool.map(page, others)) for package in each["records"]
        ]
        due = [
            (package, declared[package["id"]]["name"])
            for package in listed
            if declared.get(package["id"], package)["name"] != package["name"]
        ]
        list(pool.map(lambda one: rename(*one), due))  # raises what a thread raised


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(Path(__file__).with_name("packages.json").read_text()))
