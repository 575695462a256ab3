# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL: where it is, connections to it, an embedded one, migrations."""

from service_kit.postgres.database import (
    CONNECTION_LOST,
    DatabaseUnset,
    as_role,
    database_url,
    fetch,
    pool,
    single,
)

__all__ = [
    "CONNECTION_LOST",
    "DatabaseUnset",
    "as_role",
    "database_url",
    "fetch",
    "pool",
    "single",
]
