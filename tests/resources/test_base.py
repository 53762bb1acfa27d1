"""What registering a resource leaves of its process as it was."""

import sys
import threading

from pulumi_masv.resources.base import _short_stack


def test_resources_made_in_threads_leave_tracebacks_as_they_were() -> None:
    begun, left = threading.Event(), threading.Event()

    def other() -> None:
        begun.set()
        with _short_stack():
            left.wait(5)

    thread = threading.Thread(target=other)
    with _short_stack():
        thread.start()
        begun.wait(5)
        assert hasattr(sys, "tracebacklimit")
    left.set()
    thread.join(5)
    assert not hasattr(sys, "tracebacklimit")
