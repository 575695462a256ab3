# SPDX-License-Identifier: Apache-2.0
"""The `db` sink over a real PostgreSQL: each event once, in its day, whatever the database does."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from peewee import PostgresqlDatabase

from processors.delivery.outbox.batch import Batch, Receipt, Row
from processors.delivery.outbox.frames import compress
from processors.delivery.sinks.postgres import retention
from processors.delivery.sinks.postgres.sink import PostgresSink
from processors.delivery.sinks.sink import Retry
from service_kit import postgres
from tests.delivery.samples import USER
from tests.delivery.table import (
    DAY,
    DAYS,
    NOON,
    batch,
    names,
    record,
    rows,
    stored_ids,
    uid_of,
)

MakeSink = Callable[..., PostgresSink]


@pytest.fixture
def make_sink(migrated_url: str, database: PostgresqlDatabase) -> Iterator[MakeSink]:
    """Return a function that makes a sink on the emptied table, whose clock stands at noon."""
    made: list[PostgresSink] = []

    def make(clock: Callable[[], datetime] = lambda: NOON) -> PostgresSink:
        made.append(PostgresSink(lambda: postgres.single(migrated_url), DAYS, clock=clock))
        return made[-1]

    yield make
    for sink in made:
        sink.close()


@pytest.fixture
def sink(make_sink: MakeSink) -> PostgresSink:
    """Return one such sink."""
    return make_sink()


def test_an_event_is_a_row_in_the_storys_columns(
    sink: PostgresSink, database: PostgresqlDatabase
) -> None:
    """The payload is what has no column of its own; `received_at` is when the outbox had it."""
    uid = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
    ts = NOON + timedelta(microseconds=123_456)
    late = NOON + timedelta(seconds=2)
    assert Receipt(1) == sink.deliver(batch([record(ts, uid)], stored_at=late))
    columns = "id::text, owner_id::text, event, payload, ts, received_at, trace_id, session_id"
    assert [
        (
            uid,
            USER,
            "tags.added",
            {"count": 3, "service.name": "vault"},
            ts,
            late,
            "4bf92f3577b34da6a3ce929d0e0e4736",
            "s-1",
        )
    ] == rows(database, f"SELECT {columns} FROM telemetry_events")


def test_ids_that_an_event_does_not_have_are_null(
    sink: PostgresSink, database: PostgresqlDatabase
) -> None:
    """An empty text would be somebody's session."""
    sink.deliver(batch([record(session_id="") | {"traceId": ""}]))
    assert [(None, None)] == rows(database, "SELECT trace_id, session_id FROM telemetry_events")


def test_a_batch_that_comes_again_is_stored_once(
    sink: PostgresSink, make_sink: MakeSink, database: PostgresqlDatabase
) -> None:
    """After a crash the relay offers a batch again, and more with it; a client repeats itself."""
    first, second, third = (record() for _ in range(3))
    sink.deliver(batch([first, second]))
    assert Receipt(4) == make_sink().deliver(batch([first, second], [third, third]))
    assert sorted(map(uid_of, (first, second, third))) == stored_ids(database)


def test_events_of_many_days_find_their_partitions(
    sink: PostgresSink, database: PostgresqlDatabase
) -> None:
    """Partitions that are missing are made, for the days that have events and no others."""
    midnight = NOON.replace(hour=0)
    tick = timedelta(microseconds=1)
    times = (midnight - 7 * DAY, midnight - tick, midnight, midnight + DAY - tick, midnight + DAY)
    made = [record(ts) for ts in times]
    assert Receipt(5) == sink.deliver(batch(made[:2], made[2:]))
    assert sorted(map(uid_of, made)) == stored_ids(database)
    assert ["20261116", "20261122", "20261123", "20261124"] == names(database)
    parts = "SELECT tableoid::regclass::text, count(*) FROM telemetry_events GROUP BY 1 ORDER BY 1"
    counts = {name[-8:]: count for name, count in rows(database, parts)}
    assert {"20261116": 1, "20261122": 1, "20261123": 2, "20261124": 1} == counts


@pytest.mark.parametrize(
    ("ts", "reason"),
    [
        (NOON.replace(hour=0) - 7 * DAY - timedelta(microseconds=1), "past_retention"),
        (NOON - 4000 * DAY, "past_retention"),
        (NOON.replace(hour=0) + 8 * DAY, "far_future"),
        (NOON + 4000 * DAY, "far_future"),
    ],
)
def test_what_retention_would_not_keep_is_not_stored(
    sink: PostgresSink, database: PostgresqlDatabase, ts: datetime, reason: str
) -> None:
    """It waited too long for this sink, or for a clock that was wrong; it is counted, by name."""
    kept = record()
    receipt = sink.deliver(batch([record(ts), kept]))
    assert Receipt(1, {("tags.added", reason): 1}) == receipt
    assert [uid_of(kept)] == stored_ids(database)


def test_nothing_is_connected_for_nothing(sink: PostgresSink, database: PostgresqlDatabase) -> None:
    """A batch of which nothing can be stored makes no partition."""
    assert Receipt(0, {("tags.added", "past_retention"): 1}) == sink.deliver(
        batch([record(NOON - 9 * DAY)])
    )
    assert [] == names(database)


def test_an_unreadable_row_is_set_aside(sink: PostgresSink, database: PostgresqlDatabase) -> None:
    """Its neighbours are stored."""
    kept = record()
    whole = batch([kept]).rows[0]
    damaged = [Row(2, 3, compress(b"{}")[:-1]), Row(3, 2, compress(b'{"no": "event"}'))]
    receipt = sink.deliver(Batch(0, [damaged[0], whole, damaged[1]]))
    assert Receipt(1, {("", "frame_unreadable"): 5}) == receipt
    assert [uid_of(kept)] == stored_ids(database)


@pytest.mark.parametrize(
    "culprit",
    [
        {"session_id": "a\0b"},  # a host's session ids are the host's: JSON allows it, SQL does not
        {"user_id": "not a uuid"},
        {"uid": "not a uuid"},
    ],
)
@pytest.mark.parametrize("place", [0, 41, 99])
def test_a_row_that_can_never_be_stored_is_found_and_set_aside_alone(
    sink: PostgresSink, database: PostgresqlDatabase, culprit: dict[str, str], place: int
) -> None:
    """One bad row neither condemns its batch nor blocks the queue."""
    good = [record() for _ in range(99)]
    everything = [*good[:place], record(**culprit), *good[place:]]
    receipt = sink.deliver(batch(everything[:50], everything[50:]))
    assert Receipt(99, {("tags.added", "row_refused"): 1}) == receipt
    assert sorted(map(uid_of, good)) == stored_ids(database)


RAISE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a value' USING ERRCODE = '{code}'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON telemetry_events FOR EACH ROW EXECUTE FUNCTION refuse();
"""


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("23502", "constraint_violated"),  # a column that others added
        ("40001", "database_contended"),
        ("40P01", "database_contended"),
        ("42501", "permission_denied"),
        ("53100", "database_full"),
        ("53200", "database_overloaded"),
        ("57014", "database_slow"),
        ("57P01", "database_away"),
        ("58030", "database_error"),
        ("XX001", "database_error"),
        ("P0001", "database_error"),
    ],
)
def test_what_may_pass_is_tried_again(
    sink: PostgresSink, database: PostgresqlDatabase, code: str, reason: str
) -> None:
    """A fault that is not the row's own loses nothing; it has a reason of ours, without values."""
    given = batch([record(), record()])
    with database.connection_context():
        database.execute_sql(RAISE.format(code=code))
    try:
        with pytest.raises(Retry) as caught:
            sink.deliver(given)
    finally:
        with database.connection_context():
            database.execute_sql("DROP FUNCTION refuse CASCADE")
    assert (reason, None) == (caught.value.reason, caught.value.__cause__)
    assert [] == stored_ids(database)
    assert Receipt(2) == sink.deliver(given)


def test_a_read_only_database_is_waited_for(
    sink: PostgresSink, database: PostgresqlDatabase
) -> None:
    """So a failed-over or protected one behaves."""
    given = batch([record()])
    with database.connection_context():
        ((name,),) = database.execute_sql("SELECT current_database()").fetchall()
        database.execute_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(Retry, match="database_read_only"):
        sink.deliver(given)
    with database.connection_context():
        database.execute_sql("SET default_transaction_read_only = off")
        database.execute_sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert Receipt(1) == sink.deliver(given)


def test_a_database_without_the_schema_is_waited_for(new_database: Callable[[], str]) -> None:
    """The deployment migrates when it gets to it."""
    url = new_database()
    sink = PostgresSink(lambda: postgres.single(url), DAYS, clock=lambda: NOON)
    with pytest.raises(Retry, match="schema_missing"):
        sink.deliver(batch([record()]))
    sink.close()


def test_a_connection_that_was_cut_is_opened_again(
    sink: PostgresSink, database: PostgresqlDatabase
) -> None:
    """A proxy or an administrator may end it at any time."""
    sink.deliver(batch([record()]))
    with database.connection_context():
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        database.execute_sql(
            f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}"
        )
    given = batch([record()])
    with pytest.raises(Retry, match="database_away"):
        sink.deliver(given)
    assert Receipt(1) == sink.deliver(given)
    assert 2 == len(stored_ids(database))


def test_a_partition_that_went_meanwhile_is_made_again(
    sink: PostgresSink, database: PostgresqlDatabase
) -> None:
    """What the sink remembers of partitions is a memory, not a promise."""
    sink.deliver(batch([record()]))
    with database.connection_context():
        database.execute_sql("DROP TABLE telemetry_events_20261123")
    given = batch([record()])
    with pytest.raises(Retry, match="partition_missing"):
        sink.deliver(given)
    assert Receipt(1) == sink.deliver(given)


def test_retention_that_passes_between_two_looks_at_the_clock_wins(
    make_sink: MakeSink, database: PostgresqlDatabase
) -> None:
    """A batch read just before midnight brings back no partition that midnight took."""
    before, after = NOON.replace(hour=23, minute=59), NOON.replace(hour=0) + DAY
    looks = iter([before, after, after])
    sink = make_sink(lambda: next(looks))
    with database.connection_context():
        retention.run(database, DAYS, after)
    given = batch([record(before - 7 * DAY)])
    with pytest.raises(Retry, match="partition_missing"):
        sink.deliver(given)
    assert Receipt(0, {("tags.added", "past_retention"): 1}) == sink.deliver(given)
    assert "20261116" not in names(database)


def test_sinks_that_meet_new_days_together_store_everything_once(
    make_sink: MakeSink, database: PostgresqlDatabase
) -> None:
    """Four processors, the same events, no partition yet: none fails, nothing doubles."""
    days = [NOON - n * DAY for n in range(DAYS)]
    shared = [record(day) for day in days]
    own = [[record(day) for day in days] for _ in range(4)]
    barrier = Barrier(4)

    def deliver(mine: list[dict[str, object]]) -> Receipt:
        sink = make_sink()
        barrier.wait()
        try:
            return sink.deliver(batch(mine, shared))
        finally:
            sink.close()

    with ThreadPoolExecutor(4) as threads:
        assert [Receipt(2 * DAYS)] * 4 == list(threads.map(deliver, own))
    expected = sorted(uid_of(made) for made in [*shared, *(one for mine in own for one in mine)])
    assert expected == stored_ids(database)
    assert DAYS == len(names(database))


def test_a_whole_batch_of_ten_thousand_goes_in_at_once(
    sink: PostgresSink, database: PostgresqlDatabase
) -> None:
    """More than a relay ever hands over."""
    made = [record() for _ in range(10_000)]
    assert Receipt(10_000) == sink.deliver(batch(*(made[n : n + 50] for n in range(0, 10_000, 50))))
    assert [(10_000,)] == rows(database, "SELECT count(DISTINCT id) FROM telemetry_events")
