# SPDX-License-Identifier: Apache-2.0
"""A clock that does not jump: steps count once they stay, and drift is followed."""

from service_kit.clock import SteadyClock, steady_time, steady_time_ns, utc_now

QUARTER = 900.0
DAY = 86_400.0


class Machine:
    """A machine whose wall clock can be set."""

    def __init__(self) -> None:
        self.elapsed, self.offset = 100.0, 1_000_000.0
        self.clock = SteadyClock(wall=lambda: self.elapsed + self.offset, elapsed=self.boot)

    def boot(self) -> float:
        """Return the seconds since the start."""
        return self.elapsed

    def passes(self, seconds: float, looks: int = 1) -> float:
        """Let time pass, looking at the clock now and then; return what it then says."""
        for _ in range(looks):
            self.elapsed += seconds / looks
            self.clock.time()
        return self.clock.time()

    def true_time(self, offset: float = 1_000_000.0) -> float:
        """Return the time had the clock never been set."""
        return self.elapsed + offset


def test_a_jump_of_days_for_seconds_is_never_seen() -> None:
    """The outbox would otherwise be empty when the clock is put right."""
    machine = Machine()
    machine.passes(QUARTER, looks=10)
    assert machine.clock.is_confirmed
    machine.offset += 8 * DAY
    assert machine.true_time() + 10 == machine.passes(10)
    machine.offset -= 8 * DAY
    assert machine.true_time() + 10 == machine.passes(10)


def test_a_step_that_stays_is_adopted() -> None:
    """An operator who puts a wrong clock right is believed after a quarter of an hour."""
    machine = Machine()
    machine.passes(QUARTER, looks=10)
    machine.offset += DAY
    assert machine.true_time() + 800 == machine.passes(800, looks=8)
    assert machine.true_time(1_000_000 + DAY) + 200 == machine.passes(200)


def test_in_the_beginning_the_wall_clock_is_followed_and_not_believed() -> None:
    """A machine that starts with a wrong clock is put right within its first minutes."""
    machine = Machine()
    machine.offset += DAY
    assert machine.true_time(1_000_000 + DAY) + 60 == machine.passes(60)
    assert not machine.clock.is_confirmed
    machine.passes(QUARTER, looks=2)
    assert machine.clock.is_confirmed


def test_drift_is_followed() -> None:
    """A clock that is disciplined by a second now and then is right."""
    machine = Machine()
    machine.passes(QUARTER, looks=10)
    for _ in range(30):
        machine.offset += 1
        machine.passes(60)
    assert machine.true_time(1_000_030) == machine.clock.time()


def test_this_process_has_one() -> None:
    """On a machine whose clock is right all agree."""
    assert abs(steady_time() - utc_now().timestamp()) < 1
    assert abs(steady_time_ns() / 1e9 - steady_time()) < 1
