# SPDX-License-Identifier: Apache-2.0
"""What a request adds to the ledger."""

from collections import Counter

import pytest

from processors.delivery.outbox.ledger import Tally


def test_a_tally_that_leaves_an_event_unexplained_is_refused() -> None:
    """The ledger balances because each of its entries does."""
    with pytest.raises(ValueError, match="explain every event"):
        Tally(received=3, accepted={"tags.added": 1}, duplicate=1)


def test_counts_name_kind_event_and_reason() -> None:
    """Every number of a tally has its own line in the ledger."""
    tally = Tally(
        received=5,
        accepted={"tags.added": 2},
        duplicate=1,
        rejected={("tags.added", "attribute_type"): 1, ("", "event_unknown"): 1},
        client_dropped=7,
        envelope_dropped=8,
    )
    counts: Counter[tuple[str, str, str]] = Counter()
    tally.add_to(counts)
    expected = {
        ("received", "", ""): 5,
        ("accepted", "tags.added", ""): 2,
        ("duplicate", "", ""): 1,
        ("rejected", "tags.added", "attribute_type"): 1,
        ("rejected", "", "event_unknown"): 1,
        ("client_dropped", "", ""): 7,
        ("envelope_dropped", "", ""): 8,
    }
    assert expected == dict(counts)


def test_a_client_cannot_make_its_own_losses_overflow_the_ledger() -> None:
    """The claim comes from outside, and its sum has 64 bits."""
    counts: Counter[tuple[str, str, str]] = Counter()
    Tally(received=0, client_dropped=2**63 - 1).add_to(counts)
    assert counts["client_dropped", "", ""] == 1_000_000_000
