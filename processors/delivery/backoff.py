# SPDX-License-Identifier: Apache-2.0
"""How long to wait before the next try."""

import random
from collections.abc import Callable
from typing import Final

FIRST_SECONDS: Final = 0.5
MOST_SECONDS: Final = 30.0
# A longer Retry-After is more likely a mistake than a plan; asking again is cheap.
_MOST_ASKED_SECONDS: Final = 300.0
_MOST_DOUBLINGS: Final = 10


class Backoff:
    """Exponential back-off with full jitter, so that many senders do not return in step.

    Source: AWS Architecture Blog, "Exponential Backoff And Jitter"; OTLP asks for both.
    """

    def __init__(self, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._uniform = uniform
        self.failures = 0
        """How many tries in a row went wrong."""

    def failed(self, after_seconds: float | None = None) -> float:
        """Count a failure and give the seconds to wait; never less than the other side asked."""
        ceiling = min(MOST_SECONDS, FIRST_SECONDS * 2 ** min(self.failures, _MOST_DOUBLINGS))
        self.failures += 1
        asked = min(after_seconds or 0.0, _MOST_ASKED_SECONDS)
        return asked + self._uniform(0.0, ceiling)

    def succeeded(self) -> None:
        """Start again from the shortest wait."""
        self.failures = 0
