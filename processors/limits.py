# SPDX-License-Identifier: Apache-2.0
"""Every limit that a client can run into, in one place.

`GET /telemetry/config` serves them, so that a client never has to guess.
"""

from typing import Final

from service_kit.http.limits import REQUEST_BYTES, REQUESTS_PER_MINUTE

__all__ = [
    "ATTRIBUTES_PER_RECORD",
    "CLOCK_SKEW_SECONDS",
    "EVENTS_PER_REQUEST",
    "EVENT_BYTES",
    "GROUPS_PER_REQUEST",
    "NEWEST_EVENT_SECONDS",
    "NOTE_CHARACTERS",
    "OLDEST_EVENT_SECONDS",
    "RECORDS_PER_REQUEST",
    "REQUESTS_PER_MINUTE",
    "REQUEST_BYTES",
]

EVENTS_PER_REQUEST: Final = 50
"""Events in one request: the story's batch of 1-50."""

RECORDS_PER_REQUEST: Final = 512
"""Records in one OTLP request: the batch that stock SDKs send by default."""

GROUPS_PER_REQUEST: Final = 512
"""Resources in one OTLP request, and scopes in all of them: as many as it has records."""

ATTRIBUTES_PER_RECORD: Final = 128
"""Attributes of a record or a resource: as many as the SDKs' own limit."""

EVENT_BYTES: Final = 4096
"""One event, in the encoding in which it was received."""

OLDEST_EVENT_SECONDS: Final = 7 * 24 * 3600
"""How far in the past an event may lie: a laptop that slept for a week still reports."""

NEWEST_EVENT_SECONDS: Final = 5 * 60
"""How far in the future an event may lie: browsers' clocks run ahead."""

CLOCK_SKEW_SECONDS: Final = 60
"""How far a client's clock may be off before its times are corrected by what it says it is."""

NOTE_CHARACTERS: Final = 280
"""A rating's note, in characters as a person counts them; the PSR service clamps longer ones."""
