# SPDX-License-Identifier: Apache-2.0
"""What the service answers, one class per path; the rules are in `ratings`, the SQL in `store`."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import msgspec
from falcon import MEDIA_JSON, Request, Response

from psr_service import analytics
from psr_service.analytics import Grouping
from psr_service.messages import (
    Distribution,
    Eligibility,
    EligibilityQuery,
    ImpressionForm,
    ImpressionStored,
    RatingForm,
    Reason,
    StatisticsQuery,
    Summary,
    VersionSummary,
)
from psr_service.ownership import Ownership
from psr_service.ratings import clean_note, eligibility, refuse_content
from psr_service.store import Store
from service_kit.auth import Role
from service_kit.flags import Flag
from service_kit.http.body import require_json
from service_kit.http.forms import Form, parse_form, parse_object, parse_query, refuse_unknown
from service_kit.http.problem import NotFound
from service_kit.tables import MEDIA_CSV, Row
from service_kit.telemetry import current_trace_id


@dataclass(frozen=True, slots=True)
class RatingsResource:
    """`POST /psr`."""

    store: Store
    ownership: Ownership
    flag: Flag
    aggregate: Flag

    def on_post(self, req: Request, resp: Response) -> None:
        """Store the caller's rating of a prompt for today."""
        owner_id = _owner(req)
        form = _read(req, RatingForm)
        self.ownership.check(req, form.prompt_id)
        form = msgspec.structs.replace(form, note=clean_note(form.note))
        aggregate = self.aggregate.enabled_for(str(owner_id))
        _answer(resp, self.store.rate(owner_id, form, current_trace_id(), aggregate=aggregate))


@dataclass(frozen=True, slots=True)
class ImpressionsResource:
    """`POST /psr/impressions` and `POST /psr/dismissals`, which `record` differently."""

    record: Callable[[UUID, ImpressionForm], UUID]
    ownership: Ownership
    flag: Flag

    def on_post(self, req: Request, resp: Response) -> None:
        """Record that the question was shown to the caller, or closed without an answer."""
        owner_id = _owner(req)
        form = _read(req, ImpressionForm)
        self.ownership.check(req, form.prompt_id)
        _answer(resp, ImpressionStored(self.record(owner_id, form)))


@dataclass(frozen=True, slots=True)
class EligibilityResource:
    """`GET /psr/eligibility`.

    Whom the feature is off for is answered, not refused: so `psr` is no `flag` of the middleware.
    """

    store: Store
    ownership: Ownership
    psr: Flag
    shown_at_most: int

    def on_get(self, req: Request, resp: Response) -> None:
        """Answer whether to put the question to the caller now."""
        prompt_id = parse_query(req.params, EligibilityQuery).prompt_id
        user_id = req.context.caller.user_id
        if not self.psr.enabled_for(user_id):
            _answer(resp, Eligibility(False, Reason.FEATURE_DISABLED, None))
            return
        self.ownership.check(req, prompt_id)
        activity = self.store.activity_today(UUID(user_id), prompt_id)
        _answer(resp, eligibility(activity, self.shown_at_most))


@dataclass(frozen=True, slots=True)
class SummaryResource:
    """`GET /psr/prompts/{prompt_id}/summary`."""

    store: Store
    ownership: Ownership
    flag: Flag

    def on_get(self, req: Request, resp: Response, prompt_id: str) -> None:
        """Answer with a summary of the caller's own ratings of a prompt."""
        owner_id = _owner(req)
        known_id = parse_query({"prompt_id": prompt_id}, EligibilityQuery).prompt_id
        self.ownership.check(req, known_id)
        _answer(resp, _summary(known_id, self.store.own_ratings(owner_id, known_id)))


@dataclass(frozen=True, slots=True)
class AnalyticsResource:
    """`GET /psr/analytics/{grouping}`."""

    store: Store
    roles: ClassVar = frozenset({Role.ANALYST})

    def on_get(self, req: Request, resp: Response, grouping: str) -> None:
        """Answer with a page of statistics, as JSON or, where Accept prefers it, as CSV."""
        if grouping not in list(Grouping):
            raise NotFound
        by = Grouping(grouping)
        refuse_unknown(req.params, StatisticsQuery)
        page = analytics.statistics(self.store.read, by, parse_query(req.params, StatisticsQuery))
        if req.client_prefers((MEDIA_JSON, MEDIA_CSV)) == MEDIA_CSV:
            resp.content_type, resp.text = f"{MEDIA_CSV}; charset=utf-8", analytics.as_csv(by, page)
            resp.set_header("Cache-Control", "no-store")
        else:
            _answer(resp, page)


def _owner(req: Request) -> UUID:
    return UUID(req.context.caller.user_id)


def _read(req: Request, form: type[Form]) -> Form:
    require_json(req)
    value = parse_object(req.context.body)
    refuse_content(value)
    return parse_form(value, form)


def _answer(resp: Response, answer: msgspec.Struct) -> None:
    resp.content_type, resp.data = MEDIA_JSON, msgspec.json.encode(answer)
    resp.set_header("Cache-Control", "no-store")  # it is about one person, and about now


def _summary(prompt_id: UUID, versions: list[Row]) -> Summary:
    stars = Counter(star for row in versions for star in row["stars"])
    return Summary(
        prompt_id=prompt_id,
        count=stars.total(),
        mean=sum(star * n for star, n in stars.items()) / stars.total() if stars else None,
        distribution=Distribution(*(stars[star] for star in range(1, 6))),
        versions=[VersionSummary(row["version"], row["count"], row["mean"]) for row in versions],
    )
