# SPDX-License-Identifier: Apache-2.0
"""The schema goes up, down and up again, and the analyst's role sees the views alone."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from peewee import IntegrityError, OperationalError, PostgresqlDatabase, ProgrammingError

from psr_service.migrations import HISTORY
from service_kit import postgres
from service_kit.postgres import migrations

NAMES = ["0001_tables", "0002_analytics"]

# Everything but the table that remembers the migrations, which playhouse makes and keeps.
OBJECTS = """
SELECT pg_describe_object(classid, objid, 0) FROM (
  SELECT 'pg_namespace'::regclass, oid FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
  UNION ALL
  SELECT 'pg_class'::regclass, oid FROM pg_class
  WHERE relnamespace::regnamespace::text IN ('public', 'psr_analytics')
    AND relname !~ '^psr_migrations'
  UNION ALL
  SELECT 'pg_proc'::regclass, oid FROM pg_proc
  WHERE pronamespace::regnamespace::text IN ('public', 'psr_analytics')
  UNION ALL
  SELECT 'pg_trigger'::regclass, oid FROM pg_trigger WHERE NOT tgisinternal
) AS objects (classid, objid)
"""


@pytest.fixture
def database(new_database: Callable[[], str]) -> Iterator[PostgresqlDatabase]:
    """Return an empty database."""
    database = postgres.single(new_database())
    yield database
    database.close()


@pytest.fixture(scope="module")
def migrated_url(database_url: str) -> str:
    """Return a database with the service's schema."""
    migrations.up(postgres.single(database_url), [HISTORY])
    return database_url


@pytest.fixture
def migrated(migrated_url: str) -> Iterator[PostgresqlDatabase]:
    """Return a connection of its own to that database."""
    database = postgres.single(migrated_url)
    with database.connection_context():
        yield database


def objects(database: PostgresqlDatabase) -> set[str]:
    with database.connection_context():
        return {name for (name,) in database.execute_sql(OBJECTS).fetchall()}


def test_up_down_up(database: PostgresqlDatabase) -> None:
    """Down leaves nothing behind, so that up works again; status tells what is applied."""
    empty = objects(database)
    assert [None] * len(NAMES) == [s.applied for s in migrations.status(database, [HISTORY])]
    assert NAMES == migrations.up(database, [HISTORY])
    created = objects(database)
    assert {"table psr_exposures", "view psr_analytics.prompts"} < created - empty
    assert all(step.applied for step in migrations.status(database, [HISTORY]))
    assert NAMES[::-1] == migrations.down(database, HISTORY, NAMES[0])
    assert empty == objects(database)
    assert NAMES == migrations.up(database, [HISTORY])
    assert created == objects(database)


def test_analytics_alone_go_down_and_up(database: PostgresqlDatabase) -> None:
    """The tables stay as they are, and the analytics come back as they were."""
    migrations.up(database, [HISTORY])
    created = objects(database)
    assert NAMES[1:] == migrations.down(database, HISTORY)
    assert not [name for name in objects(database) if "psr_analytics" in name]
    assert NAMES[1:] == migrations.up(database, [HISTORY])
    assert created == objects(database)


def test_new_pseudonyms_keep_the_smallest_group(database: PostgresqlDatabase) -> None:
    """Reverting and repeating the analytics replaces the key and shows no smaller group."""
    migrations.up(database, [HISTORY])
    select = "SELECT min_group, pseudonym_inner, pseudonym_outer FROM psr_settings"
    with database.connection_context():
        database.execute_sql("UPDATE psr_settings SET min_group = 7")
        ((_, *before),) = database.execute_sql(select).fetchall()
    migrations.down(database, HISTORY)
    migrations.up(database, [HISTORY])
    with database.connection_context():
        ((min_group, *after),) = database.execute_sql(select).fetchall()
    assert 7 == min_group
    assert not {bytes(pad) for pad in before} & {bytes(pad) for pad in after}


def test_up_twice_is_up_once(migrated_url: str) -> None:
    """A deployment may run it every time."""
    assert [] == migrations.up(postgres.single(migrated_url), [HISTORY])


def test_replicas_that_start_together_migrate_once(new_database: Callable[[], str]) -> None:
    """Eight at once: each script is applied by one of them, and none fails."""
    url = new_database()
    with ThreadPoolExecutor(8) as threads:
        applied = list(
            threads.map(lambda _: migrations.up(postgres.single(url), [HISTORY]), range(8))
        )
    assert sorted(NAMES) == sorted(name for names in applied for name in names)


def test_down_keeps_a_role_that_another_database_uses(
    migrated: PostgresqlDatabase, database: PostgresqlDatabase
) -> None:
    """Roles belong to the server: reverting one database must not blind another's analysts."""
    migrations.up(database, [HISTORY])
    migrations.down(database, HISTORY, NAMES[0])
    migrated.execute_sql("SET ROLE psr_analyst")
    assert [] == migrated.execute_sql("SELECT * FROM psr_analytics.prompts LIMIT 0").fetchall()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("rating", "0"),
        ("rating", "6"),
        ("source", "'elsewhere'"),
        ("note", "repeat('x', 281)"),
        ("note", "repeat('é', 281 * 16)"),
        ("trace_id", "'not a trace id'"),
        ("version", "repeat('x', 65)"),
    ],
)
def test_the_table_itself_refuses(migrated: PostgresqlDatabase, column: str, value: str) -> None:
    """Whatever a writer believes, the checks of the table hold."""
    columns = {
        "id": "gen_random_uuid()", "owner_id": "gen_random_uuid()",
        "prompt_id": "gen_random_uuid()", "rating": "3", "source": "'copy'",
    }  # fmt: skip
    insert = "INSERT INTO psr_ratings ({}) VALUES ({})"
    migrated.execute_sql(insert.format(", ".join(columns), ", ".join(columns.values())))
    columns[column] = value
    with pytest.raises(IntegrityError):
        migrated.execute_sql(insert.format(", ".join(columns), ", ".join(columns.values())))


def test_the_table_takes_280_families(migrated: PostgresqlDatabase) -> None:
    """280 characters as a person counts them are more than 280 code points."""
    migrated.execute_sql(
        "INSERT INTO psr_ratings (id, owner_id, prompt_id, rating, source, note) "
        "VALUES (%s, %s, %s, 3, 'copy', %s)",
        (uuid4(), uuid4(), uuid4(), "👨‍👩‍👧‍👦" * 280),
    )


VIEWS = ("prompts", "versions", "daily", "weekly", "sources", "ratings", "responses")


@pytest.mark.parametrize("view", VIEWS)
def test_analyst_reads_the_views(migrated: PostgresqlDatabase, view: str) -> None:
    """Each view is there for the role that the migration makes."""
    migrated.execute_sql("SET ROLE psr_analyst")
    assert [] == migrated.execute_sql(f"SELECT * FROM psr_analytics.{view} LIMIT 0").fetchall()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM psr_ratings",
        "SELECT count(*) FROM psr_impressions",
        "SELECT * FROM psr_settings",
        "SELECT * FROM psr_migrations",
        "UPDATE psr_settings SET min_group = 1",
        "DELETE FROM psr_analytics.ratings",
        "CREATE TABLE psr_analytics.mine (x int)",
        "CREATE TABLE mine (x int)",
        "CREATE OR REPLACE VIEW psr_analytics.prompts AS SELECT 1",
    ],
)
def test_analyst_does_nothing_else(migrated: PostgresqlDatabase, statement: str) -> None:
    """No base table, no pseudonym key, no setting, no writing."""
    migrated.execute_sql("SET ROLE psr_analyst")
    refusal = r"permission denied|must be owner|cannot delete from view"
    with pytest.raises((ProgrammingError, OperationalError), match=refusal):
        migrated.execute_sql(statement)


def test_analyst_has_no_other_grant(migrated: PostgresqlDatabase) -> None:
    """Whatever is granted to the role, in any schema, is SELECT on a view of psr_analytics."""
    grants = migrated.execute_sql(
        "SELECT DISTINCT table_schema, table_name, privilege_type "
        "FROM information_schema.role_table_grants WHERE grantee = 'psr_analyst'"
    ).fetchall()
    assert {("psr_analytics", view, "SELECT") for view in VIEWS} == set(grants)


def test_owners_functions_search_pg_catalog_alone(migrated: PostgresqlDatabase) -> None:
    """A function that runs as its owner finds nothing by a name that others may have made."""
    found = migrated.execute_sql(
        "SELECT oid::regproc::text, proconfig FROM pg_proc WHERE prosecdef"
        " AND pronamespace::regnamespace::text IN ('public', 'psr_analytics')"
    ).fetchall()
    assert 6 == len(found)
    assert [] == [name for name, config in found if "search_path=pg_catalog, pg_temp" not in config]


# An exact match for `n + 2.5` in the statistics, where pg_catalog's own operator needs a cast.
TRAP = """
CREATE FUNCTION public.trap(bigint, numeric) RETURNS numeric LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'it ran'; END $$;
CREATE OPERATOR public.+ (FUNCTION = public.trap, LEFTARG = bigint, RIGHTARG = numeric);
"""


def test_analysts_operator_does_not_run_as_the_owner(database: PostgresqlDatabase) -> None:
    """In a cluster that was upgraded from PostgreSQL 14, an analyst may create in public."""
    migrations.up(database, [HISTORY])
    with database.connection_context():
        database.execute_sql("GRANT CREATE ON SCHEMA public TO PUBLIC")
        database.execute_sql(
            "INSERT INTO psr_ratings (id, owner_id, prompt_id, rating, source)"
            " VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 3, 'copy')"
        )
        database.execute_sql("SET ROLE psr_analyst")
        database.execute_sql(TRAP)
        assert [(1,)] == database.execute_sql("SELECT n FROM psr_analytics.prompts").fetchall()
        database.execute_sql("RESET ROLE")
