# SPDX-License-Identifier: Apache-2.0
"""Where events go: one module per sink, one row per sink below.

A new sink is a module beside this one with a class that satisfies `Sink`, a member of `SinkName`
and a row in `_OPEN`.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from peewee import PostgresqlDatabase

from processors.delivery.sinks.sink import Sink, SinkName

OpenDatabase = Callable[[], PostgresqlDatabase]


def open_sinks(
    names: Sequence[SinkName], open_database: OpenDatabase, retention_days: int
) -> list[Sink]:
    """Make the sinks that TELEMETRY_SINK lists; each connects when it first delivers."""
    return [_OPEN[name](open_database, retention_days) for name in names]


# A sink's libraries are only imported where it is used.


def _logs(_: OpenDatabase, __: int) -> Sink:
    from processors.delivery.sinks.log import LogSink

    return LogSink()


def _otlp(_: OpenDatabase, __: int) -> Sink:
    from processors.delivery.sinks.otlp import OtlpSink, read_target

    return OtlpSink(read_target(os.environ))


def _db(open_database: OpenDatabase, retention_days: int) -> Sink:
    from processors.delivery.sinks.postgres.sink import PostgresSink

    return PostgresSink(open_database, retention_days)


_OPEN: Final[Mapping[SinkName, Callable[[OpenDatabase, int], Sink]]] = {
    SinkName.LOGS: _logs,
    SinkName.DB: _db,
    SinkName.OTLP: _otlp,
}
