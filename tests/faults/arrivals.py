# SPDX-License-Identifier: Apache-2.0
"""What came out: the events in each kind of sink, by id, with the content that makes them whole."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from service_kit import postgres
from tests.faults.oracle import EVENT

Arrivals: TypeAlias = Mapping[str, int]


def of_otlp(records: Iterable[Mapping[str, Any]]) -> Arrivals:
    """Read OTLP/JSON log records, of the collector's file or of the flaky endpoint."""
    arrived = {}
    for record in records:
        pairs = record["attributes"]
        values = {pair["key"]: next(iter(pair["value"].values())) for pair in pairs}
        assert EVENT == record["eventName"]
        arrived[str(values["log.record.uid"])] = int(values["result_count"])
    return arrived


def of_log(lines: Iterable[Mapping[str, Any]]) -> Arrivals:
    """Read the lines of the `logs` sink."""
    return {line["id"]: line["result_count"] for line in lines}


def of_database(url: str) -> Arrivals:
    """Read the rows of the `db` sink, which must hold each event once."""
    database = postgres.single(url)
    with database.connection_context():
        query = "SELECT id::text, (payload->>'result_count')::int FROM telemetry_events"
        rows = database.execute_sql(query).fetchall()
    arrived = dict(rows)
    assert len(rows) == len(arrived)
    return arrived
