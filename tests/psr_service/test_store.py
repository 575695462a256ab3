# SPDX-License-Identifier: Apache-2.0
"""Ratings and impressions are kept once, decided by PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest

from psr_service.connections import Connections
from psr_service.messages import RatingStored
from psr_service.ratings import DayActivity
from psr_service.store import Store
from tests.psr_service.conftest import NOON, Clock, impression, rating

OWNER, PROMPT = uuid4(), uuid4()


def rows(database: Connections, select: str) -> list[tuple[object, ...]]:
    with database.connection_context():
        return list(database.execute_sql(select).fetchall())


def test_second_rating_of_the_day_replaces_the_first(
    store: Store, database: Connections, clock: Clock
) -> None:
    """Stars, note, version, source and trace change; id, created_at and the count of rows stay."""
    first = store.rate(OWNER, rating(PROMPT, 2, note="meh"), "a" * 32, aggregate=True)
    clock.now += timedelta(hours=1)
    form = rating(PROMPT, 5, note="now good", version="v2", source="manual")
    second = store.rate(OWNER, form, "b" * 32, aggregate=True)

    assert RatingStored(first.id, 2.0, 1, replaced=False) == first
    assert RatingStored(first.id, 5.0, 1, replaced=True) == second
    columns = "id, rating, note, version, source, trace_id, created_at, updated_at, day"
    expected = (
        first.id, 5, "now good", "v2", "manual", "b" * 32, NOON, clock.now, NOON.date()
    )  # fmt: skip
    assert [expected] == rows(database, f"SELECT {columns} FROM psr_ratings")


AUCKLAND = timezone(timedelta(hours=13))


@pytest.mark.parametrize(
    ("first", "second", "same_day"),
    [
        (datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC), False),
        (  # one calendar day in Auckland
            datetime(2026, 11, 24, 12, 59, tzinfo=AUCKLAND),
            datetime(2026, 11, 24, 13, 0, tzinfo=AUCKLAND),
            False,
        ),
    ],
)
def test_the_day_is_utc(
    store: Store, clock: Clock, first: datetime, second: datetime, same_day: bool
) -> None:
    """Midnight UTC, wherever the caller is, begins a new day and a new rating."""
    clock.now = first
    kept = store.rate(OWNER, rating(PROMPT), None, aggregate=False)
    clock.now = second
    again = store.rate(OWNER, rating(PROMPT), None, aggregate=False)
    assert same_day == again.replaced
    assert same_day == (again.id == kept.id)


def test_concurrent_submissions_leave_one_row(store: Store, database: Connections) -> None:
    """64 at once: one row, one id in all answers, exactly one of them the first."""
    with ThreadPoolExecutor(64) as threads:
        answers = list(
            threads.map(
                lambda stars: store.rate(OWNER, rating(PROMPT, stars), None, aggregate=False),
                [1 + number % 5 for number in range(64)],
            )
        )
    assert [(1,)] == rows(database, "SELECT count(*) FROM psr_ratings")
    assert 1 == len({answer.id for answer in answers})
    assert 1 == sum(not answer.replaced for answer in answers)


def test_aggregate_is_of_all_owners(store: Store) -> None:
    """Two people's ratings of a prompt make its average, those of another prompt do not."""
    store.rate(uuid4(), rating(uuid4(), 1), None, aggregate=True)
    store.rate(uuid4(), rating(PROMPT, 5), None, aggregate=True)
    answer = store.rate(uuid4(), rating(PROMPT, 2), None, aggregate=True)
    assert (3.5, 2) == (answer.avg_rating, answer.total_ratings)


def test_aggregate_is_null_unless_asked_for(store: Store) -> None:
    """Where analytics are for analysts only, the answer holds no other person's opinion."""
    answer = store.rate(OWNER, rating(PROMPT), None, aggregate=False)
    assert (None, None) == (answer.avg_rating, answer.total_ratings)


def test_activity_counts_today_only(store: Store, clock: Clock) -> None:
    """What was rated, shown or dismissed yesterday does not bear on today."""
    store.rate(OWNER, rating(PROMPT), None, aggregate=False)
    store.dismiss(OWNER, impression(PROMPT))
    assert DayActivity(
        clock.now, rated=True, dismissed=True, shown_in_all=1
    ) == store.activity_today(OWNER, PROMPT)
    clock.now += timedelta(days=1)
    assert DayActivity(
        clock.now, rated=False, dismissed=False, shown_in_all=0
    ) == store.activity_today(OWNER, PROMPT)


def test_activity_is_of_one_owner_and_prompt(store: Store, clock: Clock) -> None:
    """Others' ratings do not count; impressions of the owner's other prompts do, dismissals not."""
    store.rate(uuid4(), rating(PROMPT), None, aggregate=False)
    store.dismiss(uuid4(), impression(PROMPT))
    store.dismiss(OWNER, impression(uuid4()))
    assert DayActivity(
        clock.now, rated=False, dismissed=False, shown_in_all=1
    ) == store.activity_today(OWNER, PROMPT)


def test_dismissal_after_midnight_counts_for_the_new_day(store: Store, clock: Clock) -> None:
    """Shown at 23:59 and closed at 00:01: the new day is the one on which not to ask again."""
    clock.now = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)
    impression_id = store.show(OWNER, impression(PROMPT))
    clock.now += timedelta(minutes=2)
    store.dismiss(OWNER, impression(PROMPT, id=impression_id))
    assert DayActivity(
        clock.now, rated=False, dismissed=True, shown_in_all=0
    ) == store.activity_today(OWNER, PROMPT)


@pytest.mark.parametrize("named", [True, False])
def test_dismissal_joins_its_impression(store: Store, database: Connections, named: bool) -> None:
    """Shown, then dismissed, then dismissed again by a retry: one impression, dismissed."""
    impression_id = store.show(OWNER, impression(PROMPT))
    form = impression(PROMPT, id=impression_id if named else None)
    assert [impression_id] * 2 == [store.dismiss(OWNER, form) for _ in range(2)]
    select = "SELECT id, shown_at, dismissed_at FROM psr_impressions"
    assert [(impression_id, NOON, NOON)] == rows(database, select)


def test_repeated_impression_counts_once(store: Store, database: Connections) -> None:
    """A client that names its impression may send it again, also after the dismissal."""
    form = impression(PROMPT, id=uuid4())
    for tell in (store.show, store.dismiss, store.show):
        assert form.id == tell(OWNER, form)
    assert [(1, 1)] == rows(database, "SELECT count(*), count(dismissed_at) FROM psr_impressions")


def test_made_up_ids_fill_no_table(store: Store, database: Connections) -> None:
    """A prompt, a person and a day have one impression, also of eight requests at once."""
    forms = [impression(PROMPT, id=uuid4()) for _ in range(24)]
    with ThreadPoolExecutor(8) as threads:
        ids = set(threads.map(lambda form: store.show(OWNER, form), forms))
    assert 1 == len(ids)
    assert {store.dismiss(OWNER, forms[0])} == ids
    assert [(*ids, NOON)] == rows(database, "SELECT id, dismissed_at FROM psr_impressions")


def test_a_dismissal_reaches_only_ones_own_impressions(store: Store, database: Connections) -> None:
    """Naming another person's impression does not change it."""
    theirs: UUID = store.show(uuid4(), impression(PROMPT))
    store.dismiss(OWNER, impression(PROMPT, id=theirs))
    assert [(theirs, None)] == rows(database, "SELECT id, dismissed_at FROM psr_impressions")


def test_min_group_reaches_the_views(database: Connections, clock: Clock) -> None:
    """The service's PSR_MIN_GROUP is what the database's views go by."""
    for min_group in (7, 5):
        Store(database, min_group, clock=clock).activity_today(OWNER, PROMPT)
        assert [(min_group,)] == rows(database, "SELECT min_group FROM psr_settings")
