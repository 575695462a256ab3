# SPDX-License-Identifier: Apache-2.0
"""Single ratings reach an analyst under a pseudonym, and only in groups that are large enough."""

import hashlib
import hmac
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from peewee import ProgrammingError

from psr_service.connections import Connections
from psr_service.store import Row, Store

Rate = Callable[..., None]


def single_ratings(store: Store) -> list[Row]:
    """Read what an analyst reads."""
    return store.read("SELECT * FROM psr_analytics.ratings", {})


def test_pseudonym_is_a_keyed_hash(store: Store, rate: Rate) -> None:
    """HMAC-SHA-256 of the owner's 16 bytes, as Python computes it with the database's key."""
    prompt_id, owners = uuid4(), [uuid4() for _ in range(5)]
    for owner_id in owners:
        rate(prompt_id, 4, owner_id=owner_id)
    (key,) = store.read("SELECT pseudonym_inner FROM psr_settings", {})
    secret = bytes(byte ^ 0x36 for byte in bytes(key["pseudonym_inner"]))
    expected = {hmac.new(secret, o.bytes, hashlib.sha256).hexdigest()[:32] for o in owners}
    assert expected == {row["pseudonym"] for row in single_ratings(store)}


def test_pseudonym_is_one_persons_everywhere(store: Store, rate: Rate) -> None:
    """The same owner's ratings of two prompts can be told to be one person's."""
    owners = [uuid4() for _ in range(5)]
    for prompt_id in (uuid4(), uuid4()):
        for owner_id in owners:
            rate(prompt_id, 3, owner_id=owner_id)
    rows = single_ratings(store)
    assert (10, 5) == (len(rows), len({row["pseudonym"] for row in rows}))


def test_no_owner_and_no_trace_is_told(store: Store, rate: Rate) -> None:
    """A trace id leads to spans, and they to the user: it stays out, as the owner does."""
    rate(uuid4(), 1, 2, 3, 4, 5, note="same for all")
    columns = {"pseudonym", "prompt_id", "version", "rating", "note", "source", "day"}
    assert {frozenset(columns)} == {frozenset(row) for row in single_ratings(store)}


def test_small_groups_show_no_rating_and_no_note(store: Store, rate: Rate) -> None:
    """A prompt of four owners is absent, one of five is there."""
    few, enough = UUID(int=1), UUID(int=2)
    rate(few, 1, 1, 1, 1, note="who could this be")
    rate(enough, 2, 2, 2, 2, 2, note="one of several")
    assert [enough] * 5 == [row["prompt_id"] for row in single_ratings(store)]


def test_a_cheap_function_of_the_analyst_sees_no_hidden_row(
    store: Store, rate: Rate, database: Connections
) -> None:
    """A planner that ran it before the view's own condition would leak the small groups."""
    rate(uuid4(), 1, 1, note="hidden note")
    with database.connection_context():
        database.execute_sql("SET ROLE psr_analyst")
        try:
            database.execute_sql(
                "CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 "
                "AS $$ BEGIN RAISE EXCEPTION 'leaked'; END $$"
            )
            select = "SELECT * FROM psr_analytics.ratings WHERE pg_temp.leak(note)"
            assert [] == database.execute_sql(select).fetchall()
        finally:
            database.execute_sql("RESET ROLE")


def test_analyst_cannot_make_a_pseudonym(store: Store, database: Connections) -> None:
    """Without the key, trying out known owners leads nowhere: the key is not for the analyst."""
    with database.connection_context():
        database.execute_sql("SET ROLE psr_analyst")
        try:
            with pytest.raises(ProgrammingError, match="permission denied"):
                database.execute_sql("SELECT pseudonym_outer FROM psr_settings")
        finally:
            database.execute_sql("RESET ROLE")
