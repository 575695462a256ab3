# SPDX-License-Identifier: Apache-2.0
"""Retries are harmless, and the ledger says where everything went."""

import time
import uuid

from tests.gateway.conftest import Client

ANALYST = {"Authorization": "Bearer analyst-token"}
SERVICE = {"Authorization": "Bearer service-token"}


def batch(*uids: str) -> dict[str, object]:
    """Return a batch with one event an id."""
    now = int(time.time() * 1000)
    return {"events": [{"event": "auth.logout", "ts": now, "id": uid} for uid in uids]}


def test_a_retry_is_accepted_and_counted_as_a_duplicate(client: Client) -> None:
    """The answer is that of the first time; nothing is stored or forwarded again."""
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    answers = [client.post("/telemetry/events", json=batch(first)) for _ in range(2)]
    answers.append(client.post("/telemetry/events", json=batch(first, second)))
    assert [(200, 1), (200, 1), (200, 2)] == [(a.status_code, a.json["accepted"]) for a in answers]
    ledger = client.get("/telemetry/ledger", headers=ANALYST).json
    assert (4, {"auth.logout": 2}, 2) == (
        ledger["received"],
        ledger["accepted"],
        ledger["duplicate"],
    )


def test_another_caller_cannot_make_an_event_look_like_a_duplicate(client: Client) -> None:
    """An id counts within its owner only."""
    uid = str(uuid.uuid4())
    client.post("/telemetry/events", json=batch(uid))
    client.post("/telemetry/events", json=batch(uid), headers=SERVICE)
    assert 0 == client.get("/telemetry/ledger", headers=SERVICE).json["duplicate"]


def test_the_ledger_balances_and_tells_rejects_by_event_and_reason(client: Client) -> None:
    """received = accepted + duplicate + rejected, with reasons and without values."""
    mixed = batch(str(uuid.uuid4()))
    mixed["events"] += [{"event": "made.up"}, {"event": "auth.logout", "ts": "soon"}]  # type: ignore[operator]
    client.post("/telemetry/events", json=mixed)
    ledger = client.get("/telemetry/ledger", headers=ANALYST).json
    rejected = [
        {"event": "", "reason": "event_unknown", "count": 1},
        {"event": "auth.logout", "reason": "timestamp_invalid", "count": 1},
    ]
    assert (3, True, rejected) == (ledger["received"], ledger["balanced"], ledger["rejected"])


def test_the_ledger_is_not_for_users(client: Client) -> None:
    """It is for the roles analyst and service."""
    assert 403 == client.get("/telemetry/ledger").status_code
