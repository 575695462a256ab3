# SPDX-License-Identifier: Apache-2.0
"""The reports of the ledger: what was rejected and why, and where the rest went.

Both count since the outbox was made; the ledger knows no days.
"""

from processors.delivery.ledger import Ledger, SinkAccount
from telesift.commands.report.sheet import Bar, Sheet, number, share

_FIGURES = ("accepted", "delivered", "pending", "expired", "undeliverable", "lost")


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


def ledger(found: Ledger) -> Sheet:
    """Report each sink's column, and whether the numbers add up."""
    verdict = "the ledger balances" if found.balanced else "the ledger does not balance"
    return Sheet(
        title="Ledger since the outbox was made",
        headings=("sink", *_FIGURES, "delivered"),
        names=1,
        lines=[
            (
                sink.name if sink.in_use else f"{sink.name} (left)",
                *(number(getattr(sink, name)) for name in _FIGURES),
                Bar(sink.delivered / sink.accepted if sink.accepted else 1),
            )
            for sink in found.sinks
        ],
        columns=("sink", "in_use", *_FIGURES),
        rows=[_row(sink) for sink in found.sinks],
        notes=(*found.explain(), verdict),
    )


def _row(sink: SinkAccount) -> dict[str, object]:
    figures = {name: getattr(sink, name) for name in _FIGURES}
    return {"sink": sink.name, "in_use": sink.in_use} | figures
