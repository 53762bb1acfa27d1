"""What one process knows of a run, which it may be asked before the run's program starts."""

from pulumi_masv.lifecycle.registry import Registry
from tests.sessions import session


def test_a_session_asked_before_the_program_runs_meets_it_later() -> None:
    alone, hosted = Registry(why_alone="not yet"), Registry(is_hosted=True)
    opened = iter([alone, hosted])
    asked = session()
    asked._open_registry = lambda: next(opened)
    assert [asked.registry for _ in range(3)] == [alone, hosted, hosted]


def test_a_session_that_stays_alone_keeps_what_it_knows() -> None:
    asked = session()
    assert asked.registry.is_news("a warning")
    assert not asked.registry.is_news("a warning")


def test_a_misspelt_variable_is_told_once_in_a_run() -> None:
    said: list[str] = []
    run = Registry()
    for _ in range(2):
        process = session(environment={"MASV_REVIEW": "report.json"}, said=said, share=run)
        process.take_part()
        process.take_part()
    assert said == [
        "MASV_REVIEW is not an environment variable of pulumi_masv: did you mean MASV_REVIEWED?"
    ]
