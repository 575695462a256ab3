# SPDX-License-Identifier: Apache-2.0
"""Retention over a real PostgreSQL, with a clock that the test sets: what stays, what goes."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from peewee import OperationalError, PostgresqlDatabase
from structlog.testing import capture_logs

from processors.delivery.leader import Leader, open_jobs
from processors.delivery.sinks.postgres import retention
from processors.delivery.sinks.postgres.retention import DailyRetention, RetentionReceipt
from processors.delivery.sinks.postgres.sink import PostgresSink
from processors.delivery.sinks.sink import SinkName
from service_kit import postgres
from service_kit.clock import utc_now
from tests.delivery.samples import open_outbox
from tests.delivery.table import DAY, DAYS, NOON, batch, names, record, rows, stored_ids, uid_of
from tests.services import wait_until

MIDNIGHT = NOON.replace(hour=0)


def run(database: PostgresqlDatabase, now: datetime = NOON, days: int = DAYS) -> RetentionReceipt:
    """Run retention as of a moment."""
    with database.connection_context():
        return retention.run(database, days, now)


def store(url: str, *times: datetime) -> list[str]:
    """Store an event for each moment; return the ids."""
    made = [record(ts) for ts in times]
    sink = PostgresSink(lambda: postgres.single(url), DAYS, clock=lambda: max(times))
    sink.deliver(batch(made))
    sink.close()
    return [uid_of(one) for one in made]


def yyyymmdd(*days: datetime) -> list[str]:
    return [f"{day:%Y%m%d}" for day in days]


def test_partitions_are_made_through_tomorrow(database: PostgresqlDatabase) -> None:
    """Every event that may come until the next run finds its place."""
    receipt = run(database)
    expected = yyyymmdd(*(NOON + n * DAY for n in range(-DAYS, 2)))
    assert expected == names(database)
    assert [f"telemetry_events_{day}" for day in expected] == receipt.made


def test_a_day_goes_when_its_days_are_over(database: PostgresqlDatabase, migrated_url: str) -> None:
    """An event stays for seven whole days after its own, and not for a microsecond more."""
    tick = timedelta(microseconds=1)
    gone, kept = store(migrated_url, MIDNIGHT - 6 * DAY - tick, MIDNIGHT - 6 * DAY)
    assert sorted((gone, kept)) == stored_ids(database)
    assert [] == run(database, MIDNIGHT + DAY - tick).dropped
    assert sorted((gone, kept)) == stored_ids(database)
    assert ["telemetry_events_20261116"] == run(database, MIDNIGHT + DAY).dropped
    assert [kept] == stored_ids(database)


def test_running_again_changes_nothing(database: PostgresqlDatabase) -> None:
    """By hand, by cron and by the service: the second finds nothing to do, and says so."""
    run(database)
    before = names(database)
    again = run(database)
    assert ([], [], 0) == (again.made, again.dropped, again.older_rows)
    assert before == names(database)


def test_a_long_absence_is_made_up_for(database: PostgresqlDatabase, migrated_url: str) -> None:
    """Whatever is past its time goes at once."""
    store(migrated_url, NOON)
    run(database)
    receipt = run(database, NOON + 100 * DAY)
    assert len(receipt.dropped) == DAYS + 2
    assert [] == stored_ids(database)


def test_a_shorter_retention_counts_at_once(
    database: PostgresqlDatabase, migrated_url: str
) -> None:
    """TELEMETRY_RETENTION_DAYS=1 keeps yesterday and today."""
    _, kept, today = store(migrated_url, NOON - 2 * DAY, NOON - DAY, NOON)
    run(database, days=1)
    assert sorted((kept, today)) == stored_ids(database)
    assert yyyymmdd(NOON - DAY, NOON, NOON + DAY) == names(database)


def test_the_receipt_is_kept(database: PostgresqlDatabase) -> None:
    """It says what was done, what a check found, and when the next is due."""
    run(database, NOON - 2 * DAY)
    receipt = run(database)
    expected = RetentionReceipt(
        at=NOON,
        cutoff=MIDNIGHT - 7 * DAY,
        made=["telemetry_events_20261123", "telemetry_events_20261124"],
        dropped=["telemetry_events_20261114", "telemetry_events_20261115"],
        older_rows=0,
        next_due=MIDNIGHT + DAY,
    )
    assert expected == receipt
    with database.connection_context():
        assert expected == retention.latest(database)
    assert [(2,)] == rows(database, "SELECT count(*) FROM telemetry_retention_receipts")


def test_the_check_finds_what_no_drop_could_reach(database: PostgresqlDatabase) -> None:
    """A partition that was made wider than a day keeps old events: the receipt admits it."""
    with database.connection_context():
        database.execute_sql(
            "CREATE TABLE wide PARTITION OF telemetry_events"
            " FOR VALUES FROM ('2026-11-01Z') TO ('2026-11-20Z')"
        )
        database.execute_sql(
            "INSERT INTO telemetry_events (id, owner_id, event, payload, ts, received_at)"
            " VALUES (gen_random_uuid(), gen_random_uuid(), 'e', '{}', '2026-11-02Z', now()),"
            " (gen_random_uuid(), gen_random_uuid(), 'e', '{}', '2026-11-18Z', now())"
        )
    receipt = run(database)
    assert (1, []) == (receipt.older_rows, receipt.dropped)
    assert "telemetry_events_20261119" not in receipt.made  # the wide one covers it
    later = run(database, NOON + 4 * DAY)
    assert (0, "wide") == (later.older_rows, later.dropped[0])


def test_somebody_who_reads_for_long_puts_it_off(
    database: PostgresqlDatabase, migrated_url: str
) -> None:
    """It gives up rather than have everybody queue behind it; nothing is half done."""
    run(database, NOON - 2 * DAY)
    before = names(database)
    reader = postgres.single(migrated_url)
    with reader.atomic():
        reader.execute_sql("SELECT * FROM telemetry_events")
        with pytest.raises(OperationalError):
            run(database)
    reader.close()
    assert before == names(database)
    assert [(1,)] == rows(database, "SELECT count(*) FROM telemetry_retention_receipts")
    assert 2 == len(run(database).dropped)


@pytest.mark.parametrize(
    ("now", "holds", "overdue"),
    [
        (NOON - DAY, False, False),  # the clock was set back: better once more
        (NOON, True, False),
        (MIDNIGHT + DAY - timedelta(seconds=1), True, False),
        (MIDNIGHT + DAY, False, False),
        (MIDNIGHT + 2 * DAY - timedelta(seconds=1), False, False),
        (MIDNIGHT + 2 * DAY, False, True),
    ],
)
def test_when_it_is_due(
    database: PostgresqlDatabase, now: datetime, holds: bool, overdue: bool
) -> None:
    """Once per UTC day; a day later it is overdue."""
    receipt = run(database)
    assert (holds, overdue) == (receipt.holds(now), receipt.overdue(now))


class Days:
    """A clock that the test moves on."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def daily(open_database: Callable[[], PostgresqlDatabase], clock: Days) -> DailyRetention:
    """Make the service's task, one that looks often."""
    return DailyRetention(
        open_database, DAYS, clock=clock, agrees=lambda *_: True, look_seconds=0.01
    )


def receipts(database: PostgresqlDatabase) -> list[datetime]:
    """List when retention ran."""
    found = rows(database, "SELECT at FROM telemetry_retention_receipts ORDER BY id")
    return [at for (at,) in found]


def test_the_service_runs_it_once_a_day(database: PostgresqlDatabase, migrated_url: str) -> None:
    """Two processors on one database, three days: one receipt per day."""
    clock = Days()
    tasks = [daily(lambda: postgres.single(migrated_url), clock) for _ in range(2)]
    for task in tasks:
        task.start()
    for day in range(1, 4):
        wait_until(lambda day=day: len(receipts(database)) == day, 20, "the day's receipt")
        clock.now += DAY
    wait_until(lambda: len(receipts(database)) == 4, 20, "the last day's receipt")
    for task in tasks:
        task.stop()
        task.join(20)
        assert not task.is_alive()
    assert [NOON + n * DAY for n in range(4)] == receipts(database)


def test_the_service_tries_until_it_worked(database: PostgresqlDatabase, migrated_url: str) -> None:
    """A database that is away, or anything else, costs a line in the log."""
    troubles: list[Exception] = [OperationalError("host=secret"), RuntimeError("a value")]
    tried = threading.Event()

    def open_database() -> PostgresqlDatabase:
        if troubles:
            raise troubles.pop()
        tried.set()
        return postgres.single(migrated_url)

    with capture_logs() as logs:
        task = daily(open_database, Days())
        assert NOON == task.due()
        task.start()
        assert tried.wait(20)
        wait_until(lambda: receipts(database), 20, "a receipt")
        task.stop()
        task.join(20)
    assert MIDNIGHT + DAY == task.due()
    failed = [line["reason"] for line in logs if line["event"] == "retention.failed"]
    assert ["RuntimeError", "database_away"] == failed
    assert "retention.ran" in [line["event"] for line in logs]


def test_several_at_once_do_it_once(database: PostgresqlDatabase, migrated_url: str) -> None:
    """Eight that begin together leave one receipt, and none fails."""

    def run_if_due(_: int) -> RetentionReceipt:
        own = postgres.single(migrated_url)
        with own.connection_context():
            return retention.run_if_due(own, DAYS, NOON)

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(run_if_due, range(8)))
    assert [NOON] == receipts(database)
    assert [found[0]] * 8 == found


def test_the_worker_that_leads_runs_it(
    database: PostgresqlDatabase, migrated_url: str, tmp_path: Path
) -> None:
    """Only where the database sink is in use, and only while the worker runs."""
    open_database = partial(postgres.single, migrated_url)
    assert [] == open_jobs([SinkName.LOGS, SinkName.OTLP], open_database, 7)
    (job,) = open_jobs([SinkName.LOGS, SinkName.DB], open_database, 7)
    outbox = open_outbox(tmp_path, ["db"])
    leader = Leader(tmp_path, [], jobs=[job], max_age_seconds=3600)
    leader.start()
    wait_until(lambda: receipts(database), 20, "a receipt")
    leader.stop(10)
    outbox.close()
    assert isinstance(job, DailyRetention)
    job.join(20)
    assert not job.is_alive()


def test_a_clock_that_the_database_contradicts_drops_nothing(
    database: PostgresqlDatabase, migrated_url: str
) -> None:
    """A machine whose clock jumped a week ahead would call everything old."""
    run(database, NOON - 2 * DAY)
    before = names(database)
    retention = DailyRetention(
        partial(postgres.single, migrated_url),
        DAYS,
        clock=lambda: utc_now() + 8 * DAY,
        look_seconds=0.01,
    )
    with capture_logs() as logs:
        retention.start()
        wait_until(lambda: logs, 20, "the refusal")
        retention.stop()
        retention.join(20)
    assert {("retention.failed", "clock_disagrees")} == {
        (entry["event"], entry["reason"]) for entry in logs
    }
    assert before == names(database)
