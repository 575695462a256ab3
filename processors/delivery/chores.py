# SPDX-License-Identifier: Apache-2.0
"""What must be done besides delivering, in one of the workers alone."""

from datetime import datetime
from functools import partial
from typing import Protocol

from service_kit.settings import Settings, Sink


class Chore(Protocol):
    """Runs beside the couriers; a thread, as a rule."""

    name: str

    def start(self) -> None:
        """Begin; called once, when this worker leads."""

    def stop(self) -> None:
        """Begin nothing new; must not block, and be harmless before `start`."""

    def due(self) -> datetime:
        """Say when it has to be done again; in the past for as long as that does not work."""


def open_chores(settings: Settings) -> list[Chore]:
    """Make the chores that the sinks in TELEMETRY_SINK bring with them."""
    if Sink.DB not in settings.telemetry_sink:
        return []
    from processors.delivery.events_table.daily import DailyRetention
    from processors.delivery.events_table.opening import open_database

    return [DailyRetention(partial(open_database, settings), settings.telemetry_retention_days)]
