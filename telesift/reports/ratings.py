# SPDX-License-Identifier: Apache-2.0
"""The report of the ratings: how good, how sure, how many answered."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Final

from peewee import PostgresqlDatabase

from psr_service import analytics
from psr_service.analytics import Grouping
from psr_service.messages import Statistics, StatisticsQuery
from service_kit.postgres import fetch
from telesift.reports.sheet import NOTHING, Bar, Cell, Sheet, Spark, number, share, text

ALL: Final = 2**31
SHOWN: Final = 40  # what a person reads; programs get every group
_MEASURES: Final = ("ratings", "mean (95 %)", "", "1-5", "top box (95 %)", "answered")


class By(StrEnum):
    """What ratings are counted together by."""

    PROMPT = "prompt"
    VERSION = "version"
    DAY = "day"
    WEEK = "week"
    SOURCE = "source"


_IN_TIME: Final = frozenset({By.DAY, By.WEEK})
"""What is read from its end."""

_GROUPINGS: Final = dict(zip(By, Grouping, strict=True))


def ratings(database: PostgresqlDatabase, by: By, since: date | None) -> Sheet:
    """Read the statistics as an analyst may."""
    grouping = _GROUPINGS[by]
    query = StatisticsQuery(since=since, limit=ALL)
    groups = analytics.statistics(partial(fetch, database), grouping, query).items
    keys, columns = analytics.KEYS[grouping], analytics.columns(grouping)
    shown = groups[-SHOWN:] if by in _IN_TIME else groups[:SHOWN]
    return Sheet(
        title=f"Ratings by {by}",
        headings=(*keys, *_MEASURES),
        names=len(keys),
        lines=[
            (*(text(getattr(group, key)) for key in keys), *_measures(group)) for group in shown
        ],
        columns=columns,
        rows=[{name: getattr(group, name) for name in columns} for group in groups],
        notes=tuple(_notes(shown, len(groups) - len(shown))),
    )


def _measures(group: Statistics) -> tuple[Cell, ...]:
    answered = share(group.response_rate)
    if group.mean is None:
        return number(group.n), NOTHING, "", "", NOTHING, answered
    stars = [getattr(group, f"stars_{star}") for star in range(1, 6)]
    return (
        number(group.n),
        f"{group.mean:.2f} ({group.mean_low:.2f}-{group.mean_high:.2f})",
        Bar((group.mean - 1) / 4),
        Spark(stars),
        f"{group.top_box:.0%} ({group.top_box_low:.0%}-{group.top_box_high:.0%})",
        answered,
    )


def _notes(shown: list[Statistics], more: int) -> Iterator[str]:
    if more:
        yield f"... and {more:,} more; all with --format csv"
    if any(group.suppressed for group in shown):
        yield f"{NOTHING}: rated by too few people to tell (PSR_MIN_GROUP)"
