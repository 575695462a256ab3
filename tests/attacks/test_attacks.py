# SPDX-License-Identifier: Apache-2.0
"""Nobody stops a service without credentials: each attack, on each service, as users run it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import product

import pytest

from tests.attacks import attacks
from tests.attacks.attacks import Attack, Seen
from tests.attacks.target import Target, hanging_host, running

SERVICES = ["processor", "psr", "dashboard"]
LASTING = attacks.PLAIN[:-1]


def named(attack: Attack) -> str:
    """Return an attack's name, for the name of its test."""
    return attack.__name__


Targets = dict[str, Target]
Starved = dict[tuple[str, Attack], Seen]


@pytest.fixture(scope="module")
def targets() -> Iterator[Targets]:
    """Run the services with the settings of a developer."""
    with ExitStack() as stack:
        yield {service: stack.enter_context(running(service)) for service in SERVICES}


@pytest.fixture(scope="module")
def starved(targets: Targets) -> Starved:
    """Attack all services at once by what waits for deadlines."""
    pairs = list(product(SERVICES, attacks.STARVING))
    with ThreadPoolExecutor(len(pairs)) as threads:
        seen = threads.map(lambda pair: pair[1](targets[pair[0]]), pairs)
        return dict(zip(pairs, seen, strict=True))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("attack", attacks.STARVING, ids=named)
def test_who_keeps_a_service_waiting_has_to_go(
    starved: Starved, service: str, attack: Attack
) -> None:
    """Others are answered meanwhile, and no such connection is left in the end."""
    seen = starved[service, attack]
    assert seen.held, seen.what


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("attack", LASTING, ids=named)
def test_attack_is_held(targets: Targets, service: str, attack: Attack) -> None:
    """The answer is the right one, memory stays, and others are answered after it."""
    seen = attack(targets[service])
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
