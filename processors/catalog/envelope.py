# SPDX-License-Identifier: Apache-2.0
"""What is allowed around an event's attributes on the OTLP wire; both walls are built from it.

Source: DESIGN section 2, "Deny by default".
"""

from typing import Final

RECORD_UID: Final = "log.record.uid"
"""A record's own id, a UUID: delivery counts and stores an event once by it."""

USER_ID: Final = "user.id"
"""Whom the record is about, as the processor stamped it."""

EVENT_NAME: Final = "event.name"
"""Where older SDKs put the event's name."""

RESOURCE_NAMES: Final = (
    "service.name",
    "service.version",
    "deployment.environment.name",
    "telemetry.sdk.name",
    "telemetry.sdk.language",
    "telemetry.sdk.version",
)
"""Resource attributes that survive when their value is a plain name."""

PLAIN_NAME: Final = "[A-Za-z0-9@][A-Za-z0-9@._/:-]{0,127}"
"""What such a name looks like, and a scope's name and version: a pattern of the whole text."""

CLIENT_DROPPED: Final = "telesift.client.dropped"
"""A resource attribute: how many events the client itself gave up."""

CLIENT_DROPPED_MAX: Final = 1_000_000_000
"""More than that is no count but a number that says something else."""
