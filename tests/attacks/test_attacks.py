# SPDX-License-Identifier: Apache-2.0
"""Nobody stops a service without credentials: each attack, on each service, as users run it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.attacks import attacks
from tests.attacks.attacks import Attack
from tests.attacks.target import Target, hanging_host, running

SERVICES = ["processor", "psr", "dashboard"]
LASTING = attacks.PLAIN[:-1]


def named(attack: Attack) -> str:
    """Return an attack's name, for the name of its test."""
    return attack.__name__


@pytest.fixture(scope="module", params=SERVICES)
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """Run a service with the settings of a developer."""
    with running(request.param) as one:
        yield one


@pytest.mark.parametrize("attack", LASTING, ids=named)
def test_attack_is_held(target: Target, attack: Attack) -> None:
    """Others are answered meanwhile, what the attack holds ends, and memory stays."""
    seen = attack(target)
    assert seen.held, seen.what


@pytest.mark.parametrize("service", SERVICES)
def test_connections_stay_below_the_descriptors(service: str) -> None:
    """Past the bound others are answered, and SQLite and PostgreSQL still open their files."""
    with running(service, descriptors=256) as target:
        seen = attacks.descriptors(target)
    assert seen.held, seen.what


@pytest.mark.parametrize("service", SERVICES)
def test_a_hanging_host_stops_nobody(service: str) -> None:
    """`/livez` answers at once, and no body is kept for a caller whom nobody knows yet."""
    with ExitStack() as stack:
        environ = stack.enter_context(hanging_host())
        target = stack.enter_context(running(service, env=environ))
        for attack in attacks.HANGING:
            seen = attack(target)
            assert seen.held, seen.what


@pytest.mark.parametrize("service", SERVICES)
def test_a_request_under_way_is_answered_before_the_end(service: str) -> None:
    """SIGTERM closes what idles, and waits for what does not."""
    with running(service) as target:
        seen = attacks.drain(target)
        assert 0 == target.process.wait(30)
    assert seen.held, seen.what
