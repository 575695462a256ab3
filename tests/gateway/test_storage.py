# SPDX-License-Identifier: Apache-2.0
"""When nothing can be stored, no answer says that it was."""

import time

from tests.gateway.conftest import Connect

BATCH = {"events": [{"event": "auth.logout", "ts": int(time.time() * 1000)}]}


def test_an_outbox_without_room_answers_503_and_readiness_goes_red(connect: Connect) -> None:
    """The client is told to come back; the load balancer, to send nobody here."""
    client = connect(TELESIFT_OUTBOX_MAX_BYTES="1")
    plain = client.post("/telemetry/events", json=BATCH)
    ready = client.get("/readyz")
    assert (503, "outbox_full") == (plain.status_code, plain.json["code"])
    assert int(plain.headers["retry-after"]) > 0
    assert (503, "outbox_full") == (ready.status_code, ready.json["checks"]["outbox"])
    assert 200 == client.get("/livez").status_code
