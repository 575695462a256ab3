# SPDX-License-Identifier: Apache-2.0
"""What the service is told and what it answers: the one source of its checks and its OpenAPI.

A constrained type's description completes the sentence "expected …" of an error answer.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from service_kit.fields import Day, Identifier, OneSource, Source, Version


class Reason(StrEnum):
    """Why the question must not be put now."""

    FEATURE_DISABLED = "feature_disabled"
    RATED_TODAY = "rated_today"
    DISMISSED_TODAY = "dismissed_today"
    SHOWN_TOO_OFTEN = "shown_too_often"


Stars = Annotated[int, Meta(ge=1, le=5, description="an integer from 1 to 5")]
Note = Annotated[str, Meta(description="a string; what exceeds 280 characters is cut")]

Limit = Annotated[int, Meta(ge=1, le=1000, description="an integer from 1 to 1000")]
Offset = Annotated[int, Meta(ge=0, le=2**31, description="an integer, 0 or more")]


class RatingForm(Struct, frozen=True):
    """A rating as a client sends it."""

    prompt_id: Identifier
    rating: Stars
    source: OneSource
    version: Version | None = None
    note: Note | None = None


class ImpressionForm(Struct, frozen=True):
    """That the question was shown, or shown and dismissed.

    `id` names the impression. A client that sends one may repeat the request without being counted
    twice, and joins the dismissal to it.
    """

    prompt_id: Identifier
    source: OneSource
    version: Version | None = None
    id: Identifier | None = None


class EligibilityQuery(Struct, frozen=True):
    """Which prompt the question would be about."""

    prompt_id: Identifier


class StatisticsQuery(Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """Which ratings to count (both days included), and which part of the groups to give."""

    since: Day | None = None
    until: Day | None = None
    prompt_id: Identifier | None = None
    version: Version | None = None
    source: OneSource | None = None
    limit: Limit = 100
    offset: Offset = 0


class RatingStored(Struct, frozen=True):
    """What became of a rating; the aggregate is null unless FEATURES_PSR_AGGREGATE is on."""

    id: UUID
    avg_rating: float | None
    total_ratings: int | None
    replaced: bool


class ImpressionStored(Struct, frozen=True):
    """Which impression was recorded."""

    id: UUID


class Eligibility(Struct, frozen=True):
    """Whether to put the question now; `next_at` is when to ask again, null if unknown."""

    eligible: bool
    reason: Reason | None
    next_at: datetime | None


class Distribution(Struct, frozen=True):
    """How many ratings gave each number of stars."""

    stars_1: int
    stars_2: int
    stars_3: int
    stars_4: int
    stars_5: int


class VersionSummary(Struct, frozen=True):
    """The caller's ratings of one version; null names the ratings without a version."""

    version: str | None
    count: int
    mean: float


class Summary(Struct, frozen=True):
    """The caller's own ratings of one prompt; the mean of none is null."""

    prompt_id: UUID
    count: int
    mean: float | None
    distribution: Distribution
    versions: list[VersionSummary]


class Statistics(Struct, frozen=True, kw_only=True):
    """One group of ratings, as the views of psr_analytics describe it (docs/psr.md).

    It has the keys of its grouping only. The measures are null where fewer than PSR_MIN_GROUP
    owners stand behind them.
    """

    prompt_id: UUID | UnsetType = UNSET
    version: str | UnsetType | None = UNSET
    day: date | UnsetType = UNSET
    week: date | UnsetType = UNSET
    source: Source | UnsetType = UNSET
    n: int
    owners: int
    suppressed: bool
    mean: float | None
    mean_low: float | None
    mean_high: float | None
    top_box: float | None
    top_box_low: float | None
    top_box_high: float | None
    stars_1: int | None
    stars_2: int | None
    stars_3: int | None
    stars_4: int | None
    stars_5: int | None
    shrunk_mean: float | None
    asked: int
    answered: int | None
    response_rate: float | None


class Page(Struct, frozen=True):
    """Some of the groups, in a stable order; `total` counts them all."""

    items: list[Statistics]
    total: int
    limit: int
    offset: int
