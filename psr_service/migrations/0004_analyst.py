# SPDX-License-Identifier: Apache-2.0
"""The role that reads the analytics schema and nothing else.

It cannot log in: an operator grants it to the analysts' and the dashboard's own logins.
"""

from typing import Any

from peewee import PostgresqlDatabase

UP = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'psr_analyst') THEN
    CREATE ROLE psr_analyst NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL;  -- roles belong to the whole server: another database's migration was quicker
END $$;
GRANT USAGE ON SCHEMA psr_analytics TO psr_analyst;
GRANT SELECT ON ALL TABLES IN SCHEMA psr_analytics TO psr_analyst;
GRANT EXECUTE ON FUNCTION psr_analytics.statistics TO psr_analyst;
"""

DOWN = """
REVOKE EXECUTE ON FUNCTION psr_analytics.statistics FROM psr_analyst;
REVOKE SELECT ON ALL TABLES IN SCHEMA psr_analytics FROM psr_analyst;
REVOKE USAGE ON SCHEMA psr_analytics FROM psr_analyst;
DO $$ BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_auth_members
    WHERE roleid = 'psr_analyst'::regrole AND member <> current_user::regrole
  ) THEN
    DROP ROLE psr_analyst;
  END IF;
EXCEPTION WHEN dependent_objects_still_exist OR undefined_object THEN
  NULL;  -- another database of this server still grants it something
END $$;
"""


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create the role where it is missing, and grant it the schema."""
    db.execute_sql(UP)


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Take the grants back, and drop the role unless somebody still uses it."""
    db.execute_sql(DOWN)
