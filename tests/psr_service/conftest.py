# SPDX-License-Identifier: Apache-2.0
"""A migrated database, and a store whose clock the test sets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from falcon import testing

from psr_service.app import create_app
from psr_service.connections import Connections, connect
from psr_service.messages import ImpressionForm, RatingForm, Source
from psr_service.migrations import HISTORY
from psr_service.settings import PsrSettings
from psr_service.store import Store
from service_kit import postgres
from service_kit.postgres import migrations
from service_kit.settings import read

OWNER, OTHER, ANALYST = (str(UUID(int=number)) for number in (1, 2, 3))
TOKENS = f"owner:{OWNER}:user,other:{OTHER}:user,analyst:{ANALYST}:analyst"
OWNER_HEADERS = {"Authorization": "Bearer owner"}

MakeClient = Callable[..., testing.TestClient]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday


@dataclass
class Clock:
    """Says what the test sets it to."""

    now: datetime = field(default=NOON)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def migrated(database_url: str) -> Iterator[Connections]:
    """Return a pool on a database with the service's schema."""
    migrations.up(postgres.single(database_url), [HISTORY])
    pool = connect(database_url, 80)
    yield pool
    pool.close_all()


@pytest.fixture
def database(migrated: Connections) -> Connections:
    """Return the module's database without any ratings or impressions."""
    with migrated.connection_context():
        migrated.execute_sql("TRUNCATE psr_ratings, psr_impressions")
    return migrated


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands at noon, UTC, on a Monday."""
    return Clock()


@pytest.fixture
def store(database: Connections, clock: Clock) -> Store:
    """Return a store on the emptied database."""
    return Store(database, min_group=5, clock=clock)


def rating(prompt_id: UUID, stars: int = 4, **others: object) -> RatingForm:
    """Return a rating form."""
    return RatingForm(**{"prompt_id": prompt_id, "rating": stars, "source": Source.COPY, **others})


def impression(prompt_id: UUID, **others: object) -> ImpressionForm:
    """Return an impression form."""
    return ImpressionForm(**{"prompt_id": prompt_id, "source": Source.COPY, **others})


@pytest.fixture
def rate(store: Store) -> Callable[..., None]:
    """Return a function that rates a prompt, by a new owner unless one is named."""

    def rate(prompt_id: UUID, *stars: int, owner_id: UUID | None = None, **others: object) -> None:
        for number in stars:
            store.rate(
                owner_id or uuid4(), rating(prompt_id, number, **others), None, aggregate=False
            )

    return rate


@pytest.fixture
def make_client(database: Connections, database_url: str, clock: Clock) -> MakeClient:
    """Return a function that starts the service with settings of the test's choice."""

    def make(**environ: str) -> testing.TestClient:
        defaults = {
            "DATABASE_URL": database_url,
            "AUTH_MODE": "dev",
            "AUTH_DEV_TOKENS": TOKENS,
            "TELESIFT_RATE_LIMIT": "100000",
        }
        app = create_app(read(PsrSettings, defaults | environ), clock=clock)
        return testing.TestClient(app, headers=OWNER_HEADERS)

    return make


@pytest.fixture
def client(make_client: MakeClient) -> testing.TestClient:
    """Return the service as it is in development."""
    return make_client()


def headers(token: str) -> dict[str, str]:
    """Return another caller's headers."""
    return {"Authorization": f"Bearer {token}"}
