"""No input in which a loss stands anywhere is ever said to end no files early."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_masv.errors import PreviewError
from pulumi_masv.report import summary
from tests.report.conftest import destroyed, line, of_name, printed, record, step, told

Way = Callable[[str, str, str], str | bytes]

CALM: dict[str, Any] = {"steps": [], "diagnostics": []}
CALMS = [CALM, json.loads(printed(records=(record("01HZ", "changed"),))), {"steps": []}]
SAID = {"message": '01HA "Day 12": LOSS 12 files\n', "severity": "warning"}
LOSSES = [
    json.loads(of_name("Day 12")),
    json.loads(printed(records=(destroyed("01HA"),))),
    json.loads(printed(step("delete", "a"))),
    json.loads(printed(step("same", "a"), says=(SAID,))),
    json.loads(printed(step("same", "a"), says=(line(destroyed("01HA")),))),
    {"diagnostics": [SAID]},
]
NOISE = ["", " ", "\n", ",", ", ", "garbage", "}", "]", "12:00:01 ", "warning: {old}\n", "\x1b[0m"]
NOISE += ["\x1b]0;", "\r", "\ufeff", "\0", "\u2028", '{"level": "info", "steps": 3}\n', '{"a": 1}']


def interleaved(one: str, other: str, mixed: str) -> str:
    first, second = one.split("\n"), other.split("\n")
    most = max(len(first), len(second))
    rows = ([*first[i : i + 1], *second[i : i + 1]] for i in range(most))
    return "\n".join(part for row in rows for part in row) + mixed


def nested(calm: str, loss: str, key: str) -> str:
    return json.dumps({**json.loads(calm), key: json.loads(loss)})


WAYS: dict[str, Way] = {
    "joined": lambda n, y, x: n + x + y,
    "joined the other way": lambda n, y, x: y + x + n,
    "between": lambda n, y, x: n + x + y + x + n,
    "on lines": lambda n, y, x: f"{x}{n}\n{x}{y}\n",
    "on lines the other way": lambda n, y, x: f"{x}{y}\n{n}{x}\n",
    "in a list": lambda n, y, x: f"[{n},{x}{y}]",
    "in a list on lines": lambda n, y, x: f"[\n{n},\n{y}\n]{x}",
    "in an object": lambda n, y, x: f'{n}\n{{"result": {y}}}{x}',
    "in an object of both": lambda n, y, x: f'{{"a":\n{n}\n, "b": {y}}}{x}',
    "as a text": lambda n, y, x: f"{n}\n{x}{json.dumps(y)}",
    "as a text in an object": lambda n, y, x: json.dumps({"log": y}) + f"\n{n}{x}",
    "interleaved": interleaved,
    "interleaved the other way": lambda n, y, x: interleaved(y, n, x),
    "within": lambda n, y, x: nested(n, y, "preview"),
    "within its configuration": lambda n, y, x: nested(n, y, "config"),
    "its members after": lambda n, y, x: n.rstrip()[:-1] + "," + y.lstrip()[1:] + x,
    "its members before": lambda n, y, x: y.rstrip()[:-1] + "," + n.lstrip()[1:] + x,
    "UTF-16 after UTF-8": lambda n, y, x: (n + x).encode() + y.encode("utf-16"),
    "UTF-8 after UTF-16": lambda n, y, x: (n + x).encode("utf-16") + y.encode(),
    "UTF-16 moved by a byte": lambda n, y, x: n.encode("utf-16") + b"\n" + y.encode("utf-16"),
    "wide": lambda n, y, x: (n + x + y).encode("utf-32"),
    "broken before": lambda n, y, x: y[:-2] + x + "\n" + n,
    "broken after": lambda n, y, x: n + "\n" + x + y[:-2],
    "its lines alone": lambda n, y, x: f"{n}\n{x}{json.loads(y).get('diagnostics')}{y[20:]}",
    "of Python": lambda n, y, x: f"{n}\n{x}{json.loads(y)}\n{y[1:]}",
}


def status(text: str | bytes) -> int:
    try:
        return told(text.encode() if isinstance(text, str) else text).status(summary.Limits())
    except PreviewError as refused:
        assert "\n" not in str(refused)
        return 2


@pytest.mark.parametrize("way", WAYS)
@given(
    calm=st.sampled_from(CALMS),
    loss=st.sampled_from(LOSSES),
    noise=st.lists(st.sampled_from(NOISE), max_size=3).map("".join),
    indents=st.tuples(st.sampled_from([None, 4]), st.sampled_from([None, 4])),
)
def test_a_loss_beside_a_preview_without_one_is_never_0(
    way: str, calm: Any, loss: Any, noise: str, indents: tuple[int | None, int | None]
) -> None:
    spelled = (json.dumps(one, indent=n) for one, n in zip((calm, loss), indents, strict=True))
    without, with_loss = spelled
    assert status(WAYS[way](without, with_loss, noise)) != 0


@given(st.sampled_from(LOSSES), st.sampled_from([None, 4]), st.data())
def test_a_loss_with_noise_between_its_words_is_never_0(
    loss: Any, indent: int | None, data: st.DataObject
) -> None:
    parts = re.findall(r'"(?:[^"\\]|\\.)*"|[^"]', json.dumps(loss, indent=indent))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(parts)))
        parts.insert(place, data.draw(st.sampled_from([*NOISE, json.dumps(CALM)])))
    assert status("".join(parts)) != 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            f"{json.dumps(CALM)} garbage",
            "follows its preview on the same line (garbage)",
        ),
        (f"LOSS 12 files\n{json.dumps(CALM)}", "a loss may stand outside the preview"),
        (f"\x1b]0;LOSS 12\x07\n{json.dumps(CALM)}", "a loss may stand outside the preview"),
        (f"{json.dumps(CALM)}\nmasv-verdicts []", "a record may stand outside the preview"),
        (f'{json.dumps(CALM)}\n[{{"steps": [', "another preview may stand outside the preview"),
        ('{"steps": [], "diagnostics": [], "steps": []}', "'steps' has two values"),
        ('{"steps": [{"op": "delete", "op": "same"}]}', "'op' has two values"),
        ('{"steps": [], "log": ["LOSS"]}', "a loss may stand in its log, which no report reads"),
    ],
)
def test_what_is_not_read_is_said_with_what_it_may_be(text: str, why: str) -> None:
    with pytest.raises(PreviewError, match="`pulumi-masv preview`") as refused:
        told(text.encode())
    assert why in str(refused.value)


def test_a_record_with_two_values_of_one_name_is_refused() -> None:
    twice = json.dumps([destroyed("01HA")])[:-2] + ', "loss": null}]'
    said = {"message": f"masv-verdicts {twice}\n", "severity": "info"}
    assert status(printed(step("same", "a"), says=(said,))) == 2


def test_steps_and_losses_of_others_keep_no_report_from_being_made() -> None:
    inputs = {"steps": [{"run": "LOSS"}], "text": '{"steps": [1]}', "lossless": "LOSSLESS"}
    other = step("create", "b", kind="aws:x/y:Z", newState={"inputs": inputs})
    preview = {**json.loads(printed(other)), "config": {"a:b": '{"steps": [1]} LOSS'}}
    for indent in (None, 4):
        text = json.dumps(preview, indent=indent)
        assert status(f"LOSSLESS {{codec}}\n{text}\ndone\n") == 0
        assert status(text.encode("utf-16")) == 0
