import json

from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_masv.simulator import Simulator
from pulumi_masv.simulator.brain import Brain
from pulumi_masv.simulator.messages import Request

TEAM = "01TEAM00000000000000000001"
KEYS = ["page", "limit", "sort", "status", "name", "sender", "tags", "teamspaces", "portal"]
KEYS += ["created_at_start", "created_at_end", "expiry_start", "expiry_end", "extra_storage"]
KEYS += ["expiry", "unlimited_storage", "kind", "at", "advance", "set", "state", "size", "seconds"]
VALUES = ["1", "-1", "50", "-created_at", "new,expired", "true", "2027-01-01T00:00:00.000Z"]
VALUES += ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "%00", "%ff", ",,", "+"]
SUFFIXES = ["packages", "inbox", "archive", "unarchive", "expiry", "inbox/archive", "rename"]
SUFFIXES += ["packages/{id}", "delete", "remove", "set_expiry", "set_unlimited"]
ROOTS = ["/v1/packages/{id}", f"/v1.1/teams/{TEAM}", f"/v1/teams/{TEAM}", "/_simulator"]
ROOTS += ["/_simulator/packages/{id}", ""]
WORDS = ["clock", "state", "journal", "losses", "faults", "switches", "packages"]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=5,
)
paths = st.tuples(
    st.sampled_from(ROOTS), st.just("") | st.sampled_from(SUFFIXES + WORDS) | st.text("/%aA0.é")
).map(lambda parts: "/".join(parts).rstrip("/") or "/")
queries = st.lists(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES) | st.text("01-,:TZ%&=a", max_size=8))
).map(lambda pairs: "&".join(f"{key}={value}" for key, value in pairs))


@settings(max_examples=200, deadline=None)
@given(
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD"]),
    path=paths,
    query=queries,
    body=st.binary() | json_values.map(lambda value: json.dumps(value).encode()),
    credential=st.sampled_from(["key", "token", "both", "none"]),
)
def test_whatever_is_asked_the_answer_is_never_a_failure(method, path, query, body, credential):
    masv = Simulator(packages=3)
    brain = Brain(masv.account)
    package_id = masv.account.packages()[0].id
    headers = {"content-type": "application/json"}
    if credential in ("key", "both"):
        headers["x-api-key"] = masv.api_key
    if credential in ("token", "both"):
        headers["x-package-token"] = masv.account.issue_token(package_id)
    path = path.replace("{id}", package_id)
    for _ in range(2):
        answer = brain.handle(Request(method, path, query, headers, body))
        assert 200 <= answer.status < 500 or answer.cut
        if answer.headers.get("Content-Type") == "application/json":
            json.loads(answer.body)
