# SPDX-License-Identifier: Apache-2.0
"""What stands around an event's attributes on the OTLP wire."""

from typing import Final

RECORD_UID: Final = "log.record.uid"
"""A record's own id, a UUID: delivery counts and stores an event once by it."""

USER_ID: Final = "user.id"
"""Whom the record is about, as the processor stamped it."""

SESSION_ID: Final = "session.id"
"""The visit that the record belongs to; in JSON and in the database, `session_id`."""

EVENT_NAME: Final = "event.name"
"""Where older SDKs put the event's name."""

SCOPE_TEXT: Final = "[A-Za-z0-9@][A-Za-z0-9@._/:-]{0,127}"
"""What a scope's name and version may look like, as a pattern of the whole text."""

RESOURCE_GROUP: Final = "telesift.resource"
"""The attribute group that lists what survives of an OTLP resource."""
