# SPDX-License-Identifier: Apache-2.0
"""The statistics of psr_analytics, checked against scipy and against tables made by hand."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from scipy import stats

from psr_service.analytics import KEYS, Grouping, statistics
from psr_service.connections import Connections
from psr_service.messages import Statistics, StatisticsQuery
from psr_service.store import Store
from tests.psr_service.conftest import Clock, impression, rating

Rate = Callable[..., None]
STARS = (1, 2, 3, 4, 5)
GROUPS = [
    (5, 5, 5, 5, 5),
    (1, 1, 1, 1, 1, 1),
    (4, 4, 4, 4, 4),
    (1, 5, 1, 5, 1, 5),
    (1, 2, 3, 4, 5),
    (5, 4, 4, 3, 5, 5, 2, 5, 4, 1, 5, 5, 4, 3, 5),
]


def only(store: Store, grouping: Grouping, **query: object) -> Statistics:
    """Return the one group that there is."""
    (group,) = statistics(store.read, grouping, StatisticsQuery(**query)).items
    return group


@pytest.mark.parametrize("stars", GROUPS)
def test_mean_and_distribution(store: Store, rate: Rate, stars: tuple[int, ...]) -> None:
    """The mean is the plain mean, and the distribution counts each star."""
    rate(uuid4(), *stars)
    group = only(store, Grouping.PROMPTS)
    assert len(stars) == group.n == group.owners
    assert sum(stars) / len(stars) == pytest.approx(group.mean)
    assert [stars.count(star) for star in STARS] == [
        getattr(group, f"stars_{star}") for star in STARS
    ]


@pytest.mark.parametrize("stars", GROUPS)
def test_interval_of_the_mean_is_the_dirichlet_posteriors(
    store: Store, rate: Rate, stars: tuple[int, ...]
) -> None:
    """Mean and variance of the posterior under Jeffreys' prior, as scipy has them."""
    rate(uuid4(), *stars)
    group = only(store, Grouping.PROMPTS)
    posterior = stats.dirichlet([stars.count(star) + 0.5 for star in STARS])
    centre = sum(star * share for star, share in zip(STARS, posterior.mean(), strict=True))
    covariance = posterior.cov()
    variance = sum(a * b * covariance[a - 1][b - 1] for a in STARS for b in STARS)
    reach = stats.norm.ppf(0.975) * variance**0.5
    assert max(centre - reach, 1) == pytest.approx(group.mean_low)
    assert min(centre + reach, 5) == pytest.approx(group.mean_high)


@pytest.mark.parametrize("stars", GROUPS)
def test_interval_holds_the_mean_and_is_never_a_point(
    store: Store, rate: Rate, stars: tuple[int, ...]
) -> None:
    """Five times five stars is not certainty, as a t interval would have it."""
    rate(uuid4(), *stars)
    group = only(store, Grouping.PROMPTS)
    assert None not in (group.mean, group.mean_low, group.mean_high)
    assert 1 <= group.mean_low <= group.mean <= group.mean_high <= 5
    assert group.mean_high - group.mean_low > 0.5


@pytest.mark.parametrize("stars", GROUPS)
def test_top_box_has_wilsons_interval(store: Store, rate: Rate, stars: tuple[int, ...]) -> None:
    """The share of 4 and 5 stars, with scipy's Wilson interval."""
    rate(uuid4(), *stars)
    group = only(store, Grouping.PROMPTS)
    top = sum(star >= 4 for star in stars)
    wilson = stats.binomtest(top, len(stars)).proportion_ci(method="wilson")
    assert top / len(stars) == pytest.approx(group.top_box)
    assert wilson.low == pytest.approx(group.top_box_low, abs=1e-12)
    assert wilson.high == pytest.approx(group.top_box_high)


def test_the_worked_example_of_the_docs(store: Store, rate: Rate) -> None:
    """docs/psr.md follows these eight ratings by hand, and comes to these figures."""
    rate(uuid4(), 5, 5, 5, 4, 4, 3, 5, 2)
    group = only(store, Grouping.PROMPTS)
    figures = {
        name: round(getattr(group, name), 3)
        for name in ("mean", "mean_low", "mean_high", "top_box", "top_box_low", "top_box_high")
    }
    expected = {
        "mean": 4.125, "mean_low": 3.137, "mean_high": 4.577,
        "top_box": 0.75, "top_box_low": 0.409, "top_box_high": 0.929,
    }  # fmt: skip
    assert expected == figures


def test_shrunk_mean_ranks_the_few_behind_the_many(store: Store, rate: Rate) -> None:
    """Five ratings of 5.0 do not beat fifty of 4.8; by hand, with the overall mean 4.818…"""
    few, many = uuid4(), uuid4()
    rate(few, *[5] * 5)
    rate(many, *[5] * 40, *[4] * 10)
    best, second = statistics(store.read, Grouping.PROMPTS, StatisticsQuery()).items
    overall = (25 + 240) / 55
    assert [few, many] == [best.prompt_id, second.prompt_id]
    assert (25 + 10 * overall) / 15 == pytest.approx(best.shrunk_mean)
    assert (240 + 10 * overall) / 60 == pytest.approx(second.shrunk_mean)


def test_small_groups_show_that_they_are_small_and_nothing_else(store: Store, rate: Rate) -> None:
    """Four owners: n, owners and nothing that leads to a rating."""
    rate(uuid4(), 5, 5, 1, 1)
    group = only(store, Grouping.PROMPTS)
    assert (4, 4, True) == (group.n, group.owners, group.suppressed)
    measures = ("mean", "mean_low", "mean_high", "top_box", "top_box_low", "top_box_high",
                "stars_1", "stars_2", "stars_3", "stars_4", "stars_5", "shrunk_mean")  # fmt: skip
    assert [None] * len(measures) == [getattr(group, name) for name in measures]


def test_ratings_of_one_owner_do_not_make_a_group(store: Store, rate: Rate, clock: Clock) -> None:
    """It is distinct owners that count: one who rates for a week stays one."""
    prompt_id, owner_id = uuid4(), uuid4()
    for _ in range(7):
        rate(prompt_id, 5, owner_id=owner_id)
        clock.now += timedelta(days=1)
    group = only(store, Grouping.PROMPTS)
    assert (7, 1, True, None) == (group.n, group.owners, group.suppressed, group.mean)


def test_suppressed_ratings_do_not_shine_through_the_shrunk_mean(store: Store, rate: Rate) -> None:
    """A prior that counted a hidden rating would show it to a reader who can subtract."""
    shown, hidden = uuid4(), uuid4()
    rate(shown, 4, 4, 4, 4, 4)
    rate(hidden, 1)
    groups = statistics(store.read, Grouping.PROMPTS, StatisticsQuery()).items
    assert {shown: 4.0, hidden: None} == {group.prompt_id: group.shrunk_mean for group in groups}


def test_response_rate_counts_exposures(store: Store) -> None:
    """Asked twice on one day is asked once; a rating without an exposure answers none."""
    prompt_id, owners = uuid4(), [uuid4() for _ in range(8)]
    for owner_id in (*owners, owners[0]):
        store.show(owner_id, impression(prompt_id))
    for owner_id in (*owners[:3], uuid4()):
        store.rate(owner_id, rating(prompt_id), None, aggregate=False)
    group = only(store, Grouping.PROMPTS)
    assert (8, 3, 3 / 8) == (group.asked, group.answered, group.response_rate)


def test_few_asked_show_no_response_rate(store: Store) -> None:
    """Whether one of four people answered stays unknown."""
    prompt_id = uuid4()
    for _ in range(4):
        store.show(uuid4(), impression(prompt_id))
    group = only(store, Grouping.PROMPTS)
    assert (4, None, None) == (group.asked, group.answered, group.response_rate)


def test_groupings_partition_the_ratings(store: Store, rate: Rate, clock: Clock) -> None:
    """By version, day, ISO week and source: the keys are right, and every rating is in one."""
    a, b = UUID(int=1), UUID(int=2)
    rate(a, 5, 5)
    rate(a, 4, version="v2", source="manual")
    clock.now += timedelta(days=6)  # the Sunday of the same week
    rate(b, 3)
    clock.now += timedelta(days=1)
    rate(b, 2, 1, source="duplicate")
    monday, sunday, next_monday = date(2026, 11, 23), date(2026, 11, 29), date(2026, 11, 30)
    expected = {
        Grouping.PROMPTS: {(a,): 3, (b,): 3},
        Grouping.VERSIONS: {(a, None): 2, (a, "v2"): 1, (b, None): 3},
        Grouping.DAILY: {(monday,): 3, (sunday,): 1, (next_monday,): 2},
        Grouping.WEEKLY: {(monday,): 4, (next_monday,): 2},
        Grouping.SOURCES: {("copy",): 3, ("manual",): 1, ("duplicate",): 2},
    }
    for grouping, counts in expected.items():
        groups = statistics(store.read, grouping, StatisticsQuery()).items
        assert counts == {_key(grouping, group): group.n for group in groups}


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ({}, 4),
        ({"since": date(2026, 11, 24)}, 1),
        ({"until": date(2026, 11, 23)}, 3),
        ({"since": date(2026, 11, 23), "until": date(2026, 11, 24)}, 4),
        ({"prompt_id": UUID(int=1)}, 2),
        ({"version": "v2"}, 1),
        ({"source": "manual"}, 1),
        ({"prompt_id": UUID(int=2), "version": "v2"}, 0),
    ],
)
def test_filters_choose_the_ratings(
    store: Store, rate: Rate, clock: Clock, query: dict[str, object], n: int
) -> None:
    """Each filter, and both together, count what they should; days are included at both ends."""
    rate(UUID(int=1), 5, version="v2")
    rate(UUID(int=1), 5, source="manual")
    rate(UUID(int=2), 5)
    clock.now += timedelta(days=1)
    rate(UUID(int=2), 5)
    groups = statistics(store.read, Grouping.PROMPTS, StatisticsQuery(**query)).items
    assert n == sum(group.n for group in groups)


def test_pages_are_disjoint_and_know_the_total(store: Store, rate: Rate) -> None:
    """Five prompts in pages of two: all five once, also past the end the total is five."""
    prompts = [uuid4() for _ in range(5)]
    for prompt_id in prompts:
        rate(prompt_id, 4)
    pages = [
        statistics(store.read, Grouping.PROMPTS, StatisticsQuery(limit=2, offset=offset))
        for offset in (0, 2, 4, 6)
    ]
    assert [2, 2, 1, 0] == [len(page.items) for page in pages]
    assert [5] * 4 == [page.total for page in pages]
    assert set(prompts) == {group.prompt_id for page in pages for group in page.items}


def test_views_are_the_function_without_a_filter(
    store: Store, rate: Rate, database: Connections
) -> None:
    """An analyst's SELECT and the service's answer are the same figures."""
    rate(uuid4(), *GROUPS[-1])
    for grouping in Grouping:
        rows = store.read(f"SELECT * FROM psr_analytics.{grouping}", {})
        (group,) = statistics(store.read, grouping, StatisticsQuery()).items
        assert [{name: getattr(group, name) for name in rows[0]}] == rows


def _key(grouping: Grouping, group: Statistics) -> tuple[object, ...]:
    return tuple(getattr(group, name) for name in KEYS[grouping])
