# SPDX-License-Identifier: Apache-2.0
"""Rate limits, counted in the process's own memory."""

import time
from typing import Any

import pytest
from falcon import Request, Response

from service_kit.http import middleware
from service_kit.settings import ServiceSettings
from tests.service_kit.apps import USER, MakeClient

OTHER = "22222222-2222-4222-8222-222222222222"
LIMIT = 5
SETTINGS = ServiceSettings(
    auth_dev_tokens=(f"ann:{USER}:user", f"bob:{OTHER}:user"), rate_limit=LIMIT
)


class Work:
    """Costs a request."""

    def on_get(self, req: Request, resp: Response) -> None:
        resp.text = "done"


class Probe(Work):
    """Costs none."""

    public = True


@pytest.fixture(autouse=True)
def within_one_window() -> None:
    """Stay clear of the minute's end, where the window's halves are weighed anew."""
    left = 60 - time.time() % 60
    time.sleep(left if left < 3 else 0)


def make(make_client: MakeClient) -> Any:
    """Make a client of an application with the whole stack."""
    return make_client({"/": Work(), "/livez": Probe()}, middleware.stack(SETTINGS, "test"))


def statuses(client: Any, count: int, token: str = "ann", path: str = "/") -> list[int]:
    """Send requests one after the other, and return their status codes."""
    headers = {"Authorization": f"Bearer {token}"}
    return [client.simulate_get(path, headers=headers).status_code for _ in range(count)]


def test_each_user_has_a_limit_of_their_own(make_client: MakeClient) -> None:
    """One user's flood costs another nothing."""
    client = make(make_client)
    assert [200] * LIMIT + [429] * 2 == statuses(client, LIMIT + 2)
    assert [200] == statuses(client, 1, "bob")


def test_a_refusal_says_when_to_come_back(make_client: MakeClient) -> None:
    """In whole seconds, within a minute, and the same in both fields."""
    client = make(make_client)
    statuses(client, LIMIT)
    result = client.simulate_get("/", headers={"Authorization": "Bearer ann"})
    assert (429, "too_many_requests") == (result.status_code, result.json["code"])
    assert 1 <= int(result.headers["retry-after"]) <= 60
    assert result.headers["retry-after"] == result.headers["ratelimit-reset"]
    assert (str(LIMIT), "0") == (
        result.headers["ratelimit-limit"],
        result.headers["ratelimit-remaining"],
    )


def test_what_needs_no_caller_is_not_counted(make_client: MakeClient) -> None:
    """Probes, preflights, and requests that are refused as 401."""
    client = make(make_client)
    assert [200] * (LIMIT + 1) == statuses(client, LIMIT + 1, path="/livez")
    assert [401] * (LIMIT + 1) == statuses(client, LIMIT + 1, "wrong")
    assert [200] * LIMIT == statuses(client, LIMIT)
