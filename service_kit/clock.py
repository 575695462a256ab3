# SPDX-License-Identifier: Apache-2.0
"""The time in UTC: the default of every `clock` that a test may replace."""

from datetime import UTC, date, datetime


def utc_now() -> datetime:
    """Return the current moment."""
    return datetime.now(UTC)


def utc_today() -> date:
    """Return the current UTC day."""
    return utc_now().date()
