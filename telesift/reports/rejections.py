# SPDX-License-Identifier: Apache-2.0
"""The report of the rejections since the outbox was made; the ledger knows no days."""

from processors.delivery.outbox.ledger import Ledger
from telesift.reports.sheet import Bar, Sheet, number, share


def rejections(found: Ledger) -> Sheet:
    """Report each reason for which an event was turned away."""
    lines = sorted(found.rejected, key=lambda line: (-line.count, line.event, line.reason))
    total = sum(line.count for line in lines)
    return Sheet(
        title="Rejections since the outbox was made",
        headings=("event", "reason", "events", "of all rejected", ""),
        names=2,
        lines=[
            (
                line.event or "(not in the catalog)",
                line.reason,
                number(line.count),
                share(line.count / total),
                Bar(line.count / lines[0].count),
            )
            for line in lines
        ],
        columns=("event", "reason", "n"),
        rows=[{"event": line.event, "reason": line.reason, "n": line.count} for line in lines],
        notes=(f"{number(total)} rejected of {number(found.received)} received",),
    )
