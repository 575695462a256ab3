# SPDX-License-Identifier: Apache-2.0
"""100,000 short connections: memory levels off. `make soak` runs it; pytest does not collect it."""

import pytest

from tests.attacks import attacks
from tests.attacks.target import running

CONNECTIONS = 100_000


@pytest.mark.parametrize("service", ["processor", "psr", "dashboard"])
def test_memory_levels_off(service: str) -> None:
    """A server that keeps 1 KB per connection would be 100 MB larger at the end."""
    with running(service) as target:
        seen = attacks.short_connections(target, CONNECTIONS)
    assert seen.held, seen.what
