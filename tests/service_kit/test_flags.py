# SPDX-License-Identifier: Apache-2.0
"""Flags: stable, independent shares of the owners."""

import uuid

import pytest

from service_kit import flags
from service_kit.flags import Flag

OWNERS = [str(uuid.UUID(int=(number << 64) + 0x4000_8000)) for number in range(10_000)]


def chosen(flag: Flag) -> set[str]:
    """Return the owners for whom a flag is on."""
    return {owner for owner in OWNERS if flag.enabled_for(owner)}


@pytest.mark.parametrize(
    ("text", "buckets"),
    [
        ("true", 10_000),
        ("false", 0),
        ("0%", 0),
        ("25%", 2_500),
        ("100%", 10_000),
        ("0.5%", 50),
        ("99.99%", 9_999),
    ],
)
def test_a_flag_is_a_word_or_a_percentage(text: str, buckets: int) -> None:
    """Percentages go down to a hundredth."""
    assert Flag("F", buckets) == flags.parse("F", text)


@pytest.mark.parametrize(
    "text", ["", "True", "yes", "25", "25 %", "-1%", "100.01%", "101%", "1.234%", "٢٥%", "25%\n"]
)
def test_anything_else_is_refused_unquoted(text: str) -> None:
    """The error's text is the same for every wrong one."""
    with pytest.raises(ValueError, match=r"^a flag is true, false or a percentage$"):
        flags.parse("F", text)


def test_a_quarter_is_a_quarter() -> None:
    """25 % of 10,000 owners, within two percent."""
    assert 2_300 <= len(chosen(flags.parse("FEATURES_PSR", "25%"))) <= 2_700


def test_raising_a_share_switches_nobody_off() -> None:
    """Whoever is in at 5 % is in at 25 %, and everybody at 100 %."""
    shares = [chosen(flags.parse("F", text)) for text in ("0%", "5%", "25%", "100%")]
    assert set() == shares[0] < shares[1] < shares[2] < shares[3] == set(OWNERS)


def test_two_flags_pick_different_owners() -> None:
    """Shares are independent: of two quarters, a sixteenth has both."""
    both = chosen(flags.parse("A", "25%")) & chosen(flags.parse("B", "25%"))
    assert 500 <= len(both) <= 750


def test_an_owners_bucket_never_changes() -> None:
    """Fixed by example, because other processes and later versions must agree."""
    flag = flags.parse("FEATURES_PSR", "50%")
    assert not flag.enabled_for("11111111-1111-4111-8111-111111111111")
    assert flag.enabled_for("22222222-2222-4222-8222-222222222222")
