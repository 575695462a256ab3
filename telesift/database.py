# SPDX-License-Identifier: Apache-2.0
"""The database as the command line finds it: its address, and what every service keeps in it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import typer
from peewee import OperationalError, PeeweeException, PostgresqlDatabase
from playhouse.migrations import MigrationError

from processors.delivery.sinks.postgres.migrations import HISTORY as PROCESSOR
from processors.gateway.settings import ProcessorSettings
from psr_service.migrations import HISTORY as PSR
from service_kit import postgres
from service_kit.postgres.embedded import EmbeddedPostgresFailed
from service_kit.postgres.migrations import History
from service_kit.settings import SettingsError
from telesift.settings import read

HISTORIES: Final[tuple[History, ...]] = (PSR, PROCESSOR)
"""Whose migrations `telesift db` runs, in this order."""


@contextmanager
def connecting() -> Iterator[PostgresqlDatabase]:
    """Yield the database of DATABASE_URL, or the embedded one, not yet connected.

    What stands in the way becomes one line on stderr and exit code 1.
    """
    try:
        settings = read(ProcessorSettings, serving=False)
        yield postgres.single(postgres.database_url(settings))
    except (SettingsError, postgres.DatabaseUnset, EmbeddedPostgresFailed) as error:
        _fail(str(error))
    except MigrationError as error:  # of ours alone: the names of services and scripts
        _fail(str(error))
    except OperationalError as error:
        # Without a code of the server's it is the driver that speaks: of hosts, never of values.
        why = type(error).__name__ if postgres.sqlstate(error) else str(error).split("\n")[0]
        _fail(f"the database cannot be used: {why}; see DATABASE_URL")
    except PeeweeException as error:
        # a database's own message may hold a value, and an address its password
        _fail(f"the database refused ({type(error).__name__}); is it up, and migrated?")


def _fail(message: str) -> None:
    print(f"telesift: {message}", file=sys.stderr)
    raise typer.Exit(1)
