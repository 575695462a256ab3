# SPDX-License-Identifier: Apache-2.0
"""What docs/psr.md says is true."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from scipy import stats

from psr_service.connections import Connections
from psr_service.messages import Reason
from psr_service.openapi import document
from tests.psr_service.conftest import Clock

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs/psr.md").read_text("utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", DOCS, re.DOTALL)


def test_there_are_five_queries() -> None:
    """As many as the heading promises."""
    assert 5 == len(QUERIES)


@pytest.mark.parametrize("query", QUERIES)
def test_query_answers_an_analyst(
    rate: Callable[..., None], database: Connections, clock: Clock, query: str
) -> None:
    """Each runs under the role psr_analyst, and finds something in ratings made for it."""
    clock.now = datetime.now(UTC)  # one of them asks for the last month
    prompt_id = uuid4()
    rate(prompt_id, *[1] * 20, version="v1", note="too long")
    rate(prompt_id, *[3] * 20, version="v2")
    with database.connection_context():
        database.execute_sql("SET ROLE psr_analyst")
        try:
            assert database.execute_sql(query.replace("%", "%%")).fetchall()
        finally:
            database.execute_sql("RESET ROLE")


@pytest.mark.parametrize("path", document()["paths"])
def test_path_is_documented(path: str) -> None:
    """Every path of the OpenAPI document has its line."""
    grouping = "{prompts,versions,daily,weekly,sources}"
    assert path.replace("{grouping}", grouping) in DOCS


@pytest.mark.parametrize("reason", Reason)
def test_reason_is_documented(reason: Reason) -> None:
    """Every reason not to ask has its line."""
    assert f"| `{reason}` |" in DOCS


CODES = {
    code
    for source in (ROOT / "psr_service").glob("*.py")
    for code in re.findall(r'code="(\w+)"|_away\("[^"]+", "(\w+)"\)', source.read_text("utf-8"))
}


@pytest.mark.parametrize("code", sorted(code or other for code, other in CODES))
def test_error_code_is_documented(code: str) -> None:
    """Every code that the service's own sources name has its line."""
    assert re.search(rf"^\| \d{{3}} \| `{code}` \|", DOCS, re.MULTILINE)


SHARES = {"many": (0.08, 0.05, 0.10, 0.27, 0.50), "nearly": (0.01, 0.01, 0.03, 0.10, 0.85)}


def coverage(shares: tuple[float, ...], n: int) -> list[str]:
    """Return how often the t interval, and ours, hold the true mean: of 20,000 samples of n."""
    stars = np.arange(1, 6)
    counts = np.random.default_rng(2026).multinomial(n, shares, size=20_000)
    total, squares, truth = counts @ stars, counts @ stars**2, stars @ np.array(shares)
    variance = np.maximum(squares - total**2 / n, 0) / (n - 1)
    t_reach = stats.t.ppf(0.975, n - 1) * np.sqrt(variance / n)
    centre = (total + 7.5) / (n + 2.5)
    reach = stats.norm.ppf(0.975) * np.sqrt(((squares + 27.5) / (n + 2.5) - centre**2) / (n + 3.5))
    held = (abs(total / n - truth) <= t_reach, abs(centre - truth) <= reach)
    return [f"{np.mean(each):.0%}" for each in held]


@pytest.mark.parametrize("n", [5, 10, 20, 50])
def test_coverage_is_as_written(n: int) -> None:
    """The table that argues for our interval comes out of this simulation."""
    row = [str(n), *coverage(SHARES["many"], n), *coverage(SHARES["nearly"], n)]
    assert f"| {' | '.join(row)} |" in DOCS
