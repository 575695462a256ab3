# SPDX-License-Identifier: Apache-2.0
"""The exposures that triggers record agree with the impressions and the ratings."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from psr_service.connections import Connections
from psr_service.store import Store
from tests.psr_service.conftest import NOON, Clock, impression, rating

OWNERS = [UUID(int=number) for number in range(1, 4)]
PROMPTS = [UUID(int=number) for number in range(101, 104)]

# Written anew, not taken from the migration: what an exposure is.
EXPECTED = """
SELECT owner_id, prompt_id, day,
  (array_agg(i.version ORDER BY i.shown_at, i.id))[1] AS version,
  (array_agg(i.source ORDER BY i.shown_at, i.id))[1] AS source,
  count(i.id) > 0 AS shown,
  coalesce(bool_or(i.dismissed_at IS NOT NULL) FILTER (WHERE i.id IS NOT NULL), false) AS dismissed,
  count(r.id) > 0 AS answered
FROM psr_impressions i FULL JOIN psr_ratings r USING (owner_id, prompt_id, day)
GROUP BY owner_id, prompt_id, day ORDER BY 1, 2, 3
"""
RECORDED = """
SELECT owner_id, prompt_id, day, version, source, shown, dismissed, answered
FROM psr_exposures ORDER BY 1, 2, 3
"""

Rows = list[dict[str, Any]]


@pytest.fixture
def agree(store: Store) -> Callable[[], Rows]:
    """Return a function that returns the exposures, after making sure that they are right."""

    def check() -> Rows:
        recorded: Rows = store.read(RECORDED, {})
        assert store.read(EXPECTED, {}) == recorded
        return recorded

    return check


@pytest.fixture
def history(store: Store, clock: Clock) -> Iterator[None]:
    """Record what three people did, asked about three prompts on three days."""
    chance = random.Random(7)
    for second in range(300):
        clock.now = NOON + timedelta(days=chance.randrange(3), seconds=second)
        owner, prompt = chance.choice(OWNERS), chance.choice(PROMPTS)
        version = chance.choice(["v1", "v2"])
        deed = chance.choice([store.show, store.dismiss, store.rate])
        if deed == store.rate:
            store.rate(owner, rating(prompt, 4, version=version), None, aggregate=False)
        else:
            deed(owner, impression(prompt, version=version))
    yield


@pytest.mark.usefixtures("history")
def test_exposures_are_what_was_shown_and_answered(agree: Callable[[], Rows]) -> None:
    """Through impressions, dismissals and ratings in any order."""
    exposures = agree()
    assert 27 == len(exposures)
    assert {True, False} == {row["dismissed"] for row in exposures}


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("table", ["psr_ratings", "psr_impressions"])
@pytest.mark.parametrize("statement", ["DELETE FROM {} WHERE owner_id = %(owner)s", "TRUNCATE {}"])
def test_what_is_erased_is_forgotten(
    database: Connections, agree: Callable[[], Rows], table: str, statement: str
) -> None:
    """Deleting a rating or an impression corrects the exposures with it."""
    before = agree()
    with database.connection_context():
        database.execute_sql(statement.format(table), {"owner": OWNERS[0]})
    assert before != agree()


@pytest.mark.usefixtures("history")
def test_an_erased_person_has_no_exposures(
    database: Connections, agree: Callable[[], Rows]
) -> None:
    """No row says any more that they were ever asked."""
    with database.connection_context(), database.atomic():
        for table in ("psr_ratings", "psr_impressions"):
            database.execute_sql(f"DELETE FROM {table} WHERE owner_id = %s", (OWNERS[0],))
    assert set(OWNERS[1:]) == {row["owner_id"] for row in agree()}


def test_rating_and_impression_at_once_meet(store: Store, agree: Callable[[], Rows]) -> None:
    """Neither sees the other before it is committed, and yet the exposure is answered."""

    def rate(prompt: UUID) -> None:
        store.rate(OWNERS[0], rating(prompt), None, aggregate=False)

    def show(prompt: UUID) -> None:
        store.show(OWNERS[0], impression(prompt))

    prompts = [UUID(int=number) for number in range(200, 240)]
    with ThreadPoolExecutor(8) as threads:
        for prompt in prompts:
            threads.submit(rate, prompt)
            threads.submit(show, prompt)
    assert [(True, True)] * len(prompts) == [(row["shown"], row["answered"]) for row in agree()]
