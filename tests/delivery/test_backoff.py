# SPDX-License-Identifier: Apache-2.0
"""Waiting longer after each failure, at random, and never less than asked."""

from hypothesis import given
from hypothesis import strategies as st

from processors.delivery.relay import Backoff


def test_the_ceiling_doubles_up_to_the_longest_wait() -> None:
    """A sink that stays away is asked less and less often, and at least twice a minute."""
    backoff = Backoff(uniform=lambda low, high: high)
    assert [0.5, 1, 2, 4, 8, 16, 30, 30] == [backoff.failed() for _ in range(8)]


def test_the_wait_is_anything_up_to_the_ceiling() -> None:
    """Full jitter: senders that failed together do not come back together."""
    asked: list[tuple[float, float]] = []
    backoff = Backoff(uniform=lambda low, high: asked.append((low, high)) or low)  # type: ignore[func-returns-value]
    backoff.failed()
    backoff.failed()
    assert [(0.0, 0.5), (0.0, 1.0)] == asked


@given(st.floats(0, 300), st.integers(0, 20))
def test_the_wait_is_never_shorter_than_retry_after(asked: float, failures: int) -> None:
    """The other side knows best when it will be ready."""
    backoff = Backoff()
    for _ in range(failures):
        backoff.failed()
    assert asked <= backoff.failed(asked) <= asked + 30


def test_an_absurd_retry_after_is_not_obeyed() -> None:
    """A day's wait over a misconfigured header would cost the events their age limit."""
    assert 300 == Backoff(uniform=lambda low, high: low).failed(after_seconds=86_400)


def test_success_starts_over() -> None:
    """One good delivery, and the next failure is met with the shortest wait."""
    backoff = Backoff(uniform=lambda low, high: high)
    backoff.failed()
    backoff.failed()
    backoff.succeeded()
    assert (0, 0.5) == (backoff.failures, backoff.failed())
