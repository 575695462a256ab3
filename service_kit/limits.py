# SPDX-License-Identifier: Apache-2.0
"""Every limit that a caller can run into, in one place.

`GET /telemetry/config` serves them, so that a client never has to guess.
Source: DESIGN section 2, "Limits".
"""

from typing import Final

EVENTS_PER_REQUEST: Final = 50
"""Events in one request: the story's batch of 1-50."""

EVENT_BYTES: Final = 4096
"""One event, as received and JSON-encoded."""

REQUEST_BYTES: Final = 256 * 1024
"""One request body, as it arrives and again after decompression."""

REQUESTS_PER_MINUTE: Final = 120
"""Requests a user may make in a minute, unless TELESIFT_RATE_LIMIT says otherwise."""

OLDEST_EVENT_SECONDS: Final = 7 * 24 * 3600
"""How far in the past an event may lie: a laptop that slept for a week still reports."""

NEWEST_EVENT_SECONDS: Final = 5 * 60
"""How far in the future an event may lie: browsers' clocks run ahead."""

NOTE_CHARACTERS: Final = 280
"""A rating's note, in characters as a person counts them; longer notes are clamped."""
