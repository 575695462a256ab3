# SPDX-License-Identifier: Apache-2.0
"""The shipped catalog, compiled, and a context that stands still."""

import pytest

from processors.catalog.load import load
from processors.catalog.model import Catalog
from processors.pipeline.envelope import Envelope
from processors.pipeline.judge import Context
from processors.pipeline.otlp import JSON
from processors.pipeline.whitelist import Whitelist, compile_whitelist
from tests.pipeline.batches import NOW_NS, identity


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """Load the catalog that ships."""
    return load()


@pytest.fixture(scope="session")
def whitelist(catalog: Catalog) -> Whitelist:
    """Compile it with a key that only tests know."""
    return compile_whitelist(catalog, secret=b"a key for tests")


@pytest.fixture(scope="session")
def envelope(catalog: Catalog) -> Envelope:
    """Compile its resource attributes."""
    return Envelope(catalog, JSON)


@pytest.fixture(scope="session")
def context() -> Context:
    """Return the context of an ordinary user with a session, at a fixed moment."""
    return Context(NOW_NS, identity())
