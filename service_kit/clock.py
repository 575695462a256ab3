# SPDX-License-Identifier: Apache-2.0
"""The time in UTC: the default of every `clock` that a test may replace."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

_STEP_SECONDS: Final = 5.0  # more than a clock that is disciplined is ever moved at once
_CONFIRM_SECONDS: Final = 900.0


def utc_now() -> datetime:
    """Return the current moment."""
    return datetime.now(UTC)


def utc_today() -> date:
    """Return the current UTC day."""
    return utc_now().date()


def _since_boot() -> float:
    """Return the seconds since the machine started, those included in which it slept."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SteadyClock:
    """The wall clock without its jumps, for what must not be undone by one.

    A step counts once it has stayed for a quarter of an hour; until then time goes on as before.
    In the first quarter of an hour nothing is known yet: the wall clock is followed as it is, and
    `is_confirmed` says so.
    """

    def __init__(
        self,
        *,
        wall: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = _since_boot,
        confirm_seconds: float = _CONFIRM_SECONDS,
    ) -> None:
        self._wall = wall
        self._elapsed = elapsed
        self._confirm_seconds = confirm_seconds
        self._lock = threading.Lock()
        self._offset = self._seen = wall() - elapsed()
        self._seen_since = elapsed()
        self._is_confirmed = False

    def time(self) -> float:
        """Return the seconds since 1970."""
        with self._lock:
            elapsed = self._elapsed()
            self._look(elapsed)
            return elapsed + self._offset

    @property
    def is_confirmed(self) -> bool:
        """Return whether the wall clock once stayed in step for long enough to be believed."""
        self.time()
        return self._is_confirmed

    def _look(self, elapsed: float) -> None:
        offset = self._wall() - elapsed
        if abs(offset - self._seen) > _STEP_SECONDS:
            self._seen_since = elapsed
        self._seen = offset
        has_stayed = elapsed - self._seen_since >= self._confirm_seconds
        self._is_confirmed = self._is_confirmed or has_stayed
        is_drift = abs(offset - self._offset) <= _STEP_SECONDS
        if is_drift or has_stayed or not self._is_confirmed:
            self._offset = offset


STEADY: Final = SteadyClock()
"""This process's."""


def steady_time() -> float:
    """Return the seconds since 1970 by a clock that does not jump."""
    return STEADY.time()


def steady_time_ns() -> int:
    """Return the nanoseconds since 1970 by a clock that does not jump."""
    return int(STEADY.time() * 1_000_000_000)
