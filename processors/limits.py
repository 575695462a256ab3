# SPDX-License-Identifier: Apache-2.0
"""Every limit that a client can run into, in one place.

`GET /telemetry/config` serves them, so that a client never has to guess.
"""

from typing import Final

from service_kit.http.limits import REQUEST_BYTES, REQUESTS_PER_MINUTE

__all__ = [
    "EVENTS_PER_REQUEST",
    "EVENT_BYTES",
    "NEWEST_EVENT_SECONDS",
    "NOTE_CHARACTERS",
    "OLDEST_EVENT_SECONDS",
    "REQUESTS_PER_MINUTE",
    "REQUEST_BYTES",
]

EVENTS_PER_REQUEST: Final = 50
"""Events in one request: the story's batch of 1-50."""

EVENT_BYTES: Final = 4096
"""One event, as received and JSON-encoded."""

OLDEST_EVENT_SECONDS: Final = 7 * 24 * 3600
"""How far in the past an event may lie: a laptop that slept for a week still reports."""

NEWEST_EVENT_SECONDS: Final = 5 * 60
"""How far in the future an event may lie: browsers' clocks run ahead."""

NOTE_CHARACTERS: Final = 280
"""A rating's note, in characters as a person counts them; the PSR service clamps longer ones."""
