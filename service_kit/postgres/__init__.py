# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL: where it is, connections to it, an embedded one, migrations."""

from service_kit.postgres.database import (
    CONNECTION_LOST,
    Database,
    DatabaseUnset,
    Pool,
    database_url,
    fetch,
    is_outdated,
    is_read_only,
    pool,
    single,
    sqlstate,
)

__all__ = [
    "CONNECTION_LOST",
    "Database",
    "DatabaseUnset",
    "Pool",
    "database_url",
    "fetch",
    "is_outdated",
    "is_read_only",
    "pool",
    "single",
    "sqlstate",
]
