# SPDX-License-Identifier: Apache-2.0
"""The service's answers, over WSGI and a real PostgreSQL."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from falcon import testing

from psr_service.app import create_app
from psr_service.connections import Connections
from psr_service.settings import PsrSettings
from service_kit.settings import read
from tests.psr_service.conftest import OTHER, OWNER, Clock, MakeClient, headers

PROMPT = str(UUID(int=42))


def form(**fields: Any) -> dict[str, Any]:
    """Return a rating's body."""
    return {"prompt_id": PROMPT, "rating": 5, "source": "copy", **fields}


def test_rating_is_answered_with_the_aggregate(client: testing.TestClient) -> None:
    """Two owners rate; the second rates again: the answer counts each once."""
    client.simulate_post("/psr", json=form(rating=2), headers=headers("other"))
    first = client.simulate_post("/psr", json=form(rating=3))
    second = client.simulate_post("/psr", json=form(rating=5))
    assert (200, 2.5, 2, False) == (
        first.status_code, first.json["avg_rating"], first.json["total_ratings"],
        first.json["replaced"],
    )  # fmt: skip
    expected = {"id": first.json["id"], "avg_rating": 3.5, "total_ratings": 2, "replaced": True}
    assert expected == second.json


def test_production_answers_without_the_aggregate(make_client: MakeClient) -> None:
    """FEATURES_PSR_AGGREGATE is off in production: analytics are for analysts."""
    client = make_client(FEATURES_PSR_AGGREGATE="false")
    answer = client.simulate_post("/psr", json=form()).json
    assert (None, None) == (answer["avg_rating"], answer["total_ratings"])


def test_owner_and_trace_come_from_the_request_not_the_body(
    client: testing.TestClient, database: Connections
) -> None:
    """An owner_id in the body is an unknown field: ignored."""
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    client.simulate_post(
        "/psr",
        json=form(owner_id=OTHER, trace_id="f" * 32),
        headers={"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"},
    )
    with database.connection_context():
        rows = database.execute_sql("SELECT owner_id, trace_id FROM psr_ratings").fetchall()
    assert [(UUID(OWNER), trace_id)] == rows


def test_note_is_cleaned_before_it_is_kept(
    client: testing.TestClient, database: Connections
) -> None:
    """Trimmed, without control characters, redacted."""
    client.simulate_post("/psr", json=form(note="  ask\u0000 me:\nana@example.com  "))
    with database.connection_context():
        rows = database.execute_sql("SELECT note FROM psr_ratings").fetchall()
    assert [("ask me: [email]",)] == rows


SECRET = "canary-5f1d"

INVALID = [
    ({"prompt_id": SECRET}, "prompt_id"),
    ({"prompt_id": 7}, "prompt_id"),
    ({"rating": 0}, "rating"),
    ({"rating": 6}, "rating"),
    ({"rating": 4.5}, "rating"),
    ({"rating": "5"}, "rating"),
    ({"rating": True}, "rating"),
    ({"rating": None}, "rating"),
    ({"source": SECRET}, "source"),
    ({"source": None}, "source"),
    ({"version": f"{SECRET} with spaces"}, "version"),
    ({"version": "1.0\n"}, "version"),
    ({"version": "x" * 65}, "version"),
    ({"note": [SECRET]}, "note"),
    ({"body": SECRET}, "body"),
    ({"meta": {"deep": [{"body": SECRET}]}}, "body"),
]


@pytest.mark.parametrize(("fields", "field"), INVALID)
def test_invalid_field_is_named_and_not_echoed(
    client: testing.TestClient, fields: dict[str, Any], field: str
) -> None:
    """400, with the field and a reason; what was sent is nowhere in the answer."""
    answer = client.simulate_post("/psr", json=form(**fields))
    assert 400 == answer.status_code
    assert "application/problem+json" == answer.headers["content-type"]
    reason = "not_allowed" if field == "body" else "invalid"
    assert [{"field": field, "reason": reason}] == answer.json["errors"]
    assert SECRET not in answer.text


def test_every_wrong_field_is_named(client: testing.TestClient) -> None:
    """One round trip tells a client all of its mistakes."""
    answer = client.simulate_post("/psr", json={"rating": 9})
    expected = {("prompt_id", "missing"), ("rating", "invalid"), ("source", "missing")}
    assert expected == {(error["field"], error["reason"]) for error in answer.json["errors"]}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}']
)
def test_what_is_no_json_object_is_refused(client: testing.TestClient, body: bytes) -> None:
    """400 with one stable code."""
    answer = client.simulate_post("/psr", body=body, content_type="application/json")
    assert (400, "body_malformed") == (answer.status_code, answer.json["code"])


@pytest.mark.parametrize("cut", [rb"\ud83d", rb"\udc4d", rb"\q", rb"\u12"])
def test_a_note_that_was_cut_in_half_a_character_is_kept(
    client: testing.TestClient, database: Connections, cut: bytes
) -> None:
    """Truncated by UTF-16 units, an emoji leaves a lone surrogate; the rest is worth reading."""
    body = json.dumps(form(note="too long @")).encode().replace(b"@", cut)
    answer = client.simulate_post("/psr", body=body, content_type="application/json")
    assert 200 == answer.status_code, answer.json
    [(note,)] = database.execute_sql("SELECT note FROM psr_ratings").fetchall()
    assert note.startswith("too long \ufffd")


def test_a_byte_order_mark_is_no_error(client: testing.TestClient) -> None:
    """Some tools begin a document with one."""
    body = b"\xef\xbb\xbf" + json.dumps(form()).encode()
    answer = client.simulate_post("/psr", body=body, content_type="application/json")
    assert 200 == answer.status_code


def test_other_media_types_are_refused(client: testing.TestClient) -> None:
    """A form that any site's page can send is not JSON."""
    answer = client.simulate_post("/psr", body=b"{}", content_type="text/plain")
    assert (415, "unsupported_media_type") == (answer.status_code, answer.json["code"])


def test_too_large_a_body_is_refused(client: testing.TestClient) -> None:
    """256 KB, as for the processor."""
    answer = client.simulate_post("/psr", json=form(note="x" * 256 * 1024))
    assert (413, "payload_too_large") == (answer.status_code, answer.json["code"])


PATHS = [
    ("POST", "/psr"),
    ("POST", "/psr/impressions"),
    ("POST", "/psr/dismissals"),
    ("GET", "/psr/eligibility"),
    ("GET", f"/psr/prompts/{PROMPT}/summary"),
    ("GET", "/psr/analytics/prompts"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_strangers_are_refused(client: testing.TestClient, method: str, path: str) -> None:
    """401 on every path that acts for a person."""
    answer = client.simulate_request(method, path, json=form(), headers=headers("nobody"))
    assert (401, "unauthenticated") == (answer.status_code, answer.json["code"])


def test_too_many_requests_are_refused(make_client: MakeClient) -> None:
    """429, and when to come back."""
    client = make_client(TELESIFT_RATE_LIMIT="2")
    answers = [client.simulate_post("/psr", json=form()) for _ in range(3)]
    assert [200, 200, 429] == [answer.status_code for answer in answers]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60


@pytest.mark.parametrize(("method", "path"), [p for p in PATHS if "eligib" not in p[1]][:4])
def test_disabled_feature_is_refused(make_client: MakeClient, method: str, path: str) -> None:
    """403 feature_disabled, whatever the body is."""
    client = make_client(FEATURES_PSR="false")
    answer = client.simulate_request(method, path, json={})
    assert (403, "feature_disabled") == (answer.status_code, answer.json["code"])


def test_a_share_of_the_owners_has_the_feature(make_client: MakeClient) -> None:
    """At 25 %, of 40 owners some may rate and some may not, the same ones each time."""
    owners = [str(UUID(int=1000 + number)) for number in range(40)]
    tokens = ",".join(f"t{number}:{owner}:user" for number, owner in enumerate(owners))
    client = make_client(FEATURES_PSR="25%", AUTH_DEV_TOKENS=tokens)
    first, second = (
        [
            client.simulate_post("/psr", json=form(), headers=headers(f"t{number}")).status_code
            for number in range(40)
        ]
        for _ in range(2)
    )
    assert {200, 403} == set(first)
    assert first == second


def test_eligibility_through_a_day(client: testing.TestClient, clock: Clock) -> None:
    """New: yes. Rated: no, until midnight UTC. After midnight: yes."""
    params = {"prompt_id": PROMPT}
    yes = {"eligible": True, "reason": None, "next_at": None}
    assert yes == client.simulate_get("/psr/eligibility", params=params).json
    client.simulate_post("/psr", json=form())
    no = {"eligible": False, "reason": "rated_today", "next_at": "2026-11-24T00:00:00Z"}
    assert no == client.simulate_get("/psr/eligibility", params=params).json
    clock.now = clock.now.replace(day=24, hour=0)
    assert yes == client.simulate_get("/psr/eligibility", params=params).json


def test_dismissed_prompt_is_left_alone_for_the_day(client: testing.TestClient) -> None:
    """A dismissal is for one prompt: others may still be asked about."""
    client.simulate_post("/psr/dismissals", json={"prompt_id": PROMPT, "source": "copy"})
    reasons = [
        client.simulate_get("/psr/eligibility", params={"prompt_id": prompt_id}).json["reason"]
        for prompt_id in (PROMPT, str(uuid4()))
    ]
    assert ["dismissed_today", None] == reasons


def test_a_person_is_not_asked_more_often_than_the_cap(make_client: MakeClient) -> None:
    """The cap is of a user, over all prompts; another user is not affected."""
    client = make_client(PSR_MAX_PROMPTS_PER_DAY="2")
    reasons = []
    for _ in range(3):
        params = {"prompt_id": str(uuid4())}
        reasons.append(client.simulate_get("/psr/eligibility", params=params).json["reason"])
        client.simulate_post("/psr/impressions", json=params | {"source": "copy"})
    assert [None, None, "shown_too_often"] == reasons
    other = client.simulate_get("/psr/eligibility", params=params, headers=headers("other"))
    assert other.json["eligible"]


def test_eligibility_says_that_the_flag_is_off(make_client: MakeClient) -> None:
    """A reason, not an error: a client asks in order not to have to handle one."""
    client = make_client(FEATURES_PSR="false")
    answer = client.simulate_get("/psr/eligibility", params={"prompt_id": PROMPT})
    assert (200, {"eligible": False, "reason": "feature_disabled", "next_at": None}) == (
        answer.status_code,
        answer.json,
    )


def test_impression_keeps_the_clients_id(client: testing.TestClient) -> None:
    """A client names its impression, and a retry is answered the same."""
    impression = {"id": str(uuid4()), "prompt_id": PROMPT, "source": "copy"}
    for path in ("/psr/impressions", "/psr/dismissals", "/psr/impressions"):
        assert {"id": impression["id"]} == client.simulate_post(path, json=impression).json


def test_summary_is_of_the_callers_own_ratings(client: testing.TestClient, clock: Clock) -> None:
    """Two days, two versions; another owner's rating does not count."""
    client.simulate_post("/psr", json=form(rating=1), headers=headers("other"))
    client.simulate_post("/psr", json=form(rating=2, version="v1"))
    clock.now = clock.now.replace(day=24)
    client.simulate_post("/psr", json=form(rating=5, version="v2"))
    expected = {
        "prompt_id": PROMPT,
        "count": 2,
        "mean": 3.5,
        "distribution": {"stars_1": 0, "stars_2": 1, "stars_3": 0, "stars_4": 0, "stars_5": 1},
        "versions": [
            {"version": "v2", "count": 1, "mean": 5.0},
            {"version": "v1", "count": 1, "mean": 2.0},
        ],
    }
    assert expected == client.simulate_get(f"/psr/prompts/{PROMPT}/summary").json


def test_summary_of_nothing(client: testing.TestClient) -> None:
    """No ratings have no mean."""
    answer = client.simulate_get(f"/psr/prompts/{PROMPT}/summary").json
    assert (0, None, []) == (answer["count"], answer["mean"], answer["versions"])


@pytest.mark.parametrize("token", ["owner", "other"])
def test_analytics_are_for_analysts(client: testing.TestClient, token: str) -> None:
    """403 for everybody else."""
    answer = client.simulate_get("/psr/analytics/prompts", headers=headers(token))
    assert (403, "forbidden") == (answer.status_code, answer.json["code"])


def test_analytics_as_json_and_as_csv(client: testing.TestClient) -> None:
    """The same figures by Accept; a small group's are null, or empty."""
    client.simulate_post("/psr", json=form())
    page = client.simulate_get("/psr/analytics/sources", headers=headers("analyst")).json
    assert {"total": 1, "limit": 100, "offset": 0} == {
        name: page[name] for name in ("total", "limit", "offset")
    }
    (group,) = page["items"]
    assert ("copy", 1, None) == (group["source"], group["n"], group["mean"])
    answer = client.simulate_get(
        "/psr/analytics/sources", headers=headers("analyst") | {"Accept": "text/csv"}
    )
    assert "text/csv; charset=utf-8" == answer.headers["content-type"]
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert list(group) == list(row)
    assert ("copy", "1", "") == (row["source"], row["n"], row["mean"])


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("from=yesterday", {"from"}),
        ("to=2026-02-30", {"to"}),
        ("limit=0&offset=-1", {"limit", "offset"}),
        ("limit=1001", {"limit"}),
        ("limit=null&to=null", {"limit", "to"}),
        ("prompt_id=1&source=x&version=%20", {"prompt_id", "source", "version"}),
        ("source=copy&source=manual", {"source"}),
    ],
)
def test_analytics_filters_are_checked(
    client: testing.TestClient, query: str, fields: set[str]
) -> None:
    """400 with the names that the query uses."""
    answer = client.simulate_get(
        "/psr/analytics/daily", query_string=query, headers=headers("analyst")
    )
    assert 400 == answer.status_code
    assert fields == {error["field"] for error in answer.json["errors"]}


@pytest.mark.parametrize("query", ["form=2026-11-01", "versoin=v2", "=", "from=2026-11-01&x=1"])
def test_misspelt_filter_is_refused(client: testing.TestClient, query: str) -> None:
    """Ignored, it would answer with figures that look right and are not."""
    answer = client.simulate_get(
        "/psr/analytics/prompts", query_string=query, headers=headers("analyst")
    )
    assert (400, "unknown_filter") == (answer.status_code, answer.json["code"])


def test_a_whole_number_may_have_a_point(client: testing.TestClient) -> None:
    """5.0 is an integer to JSON Schema and to JavaScript; 4.5 is not."""
    body = json.dumps(form(rating=5.0)).encode()
    answer = client.simulate_post("/psr", body=body, content_type="application/json")
    assert (200, 5.0) == (answer.status_code, answer.json["avg_rating"])


@pytest.mark.parametrize("path", ["/psr/analytics/monthly", "/psr/nothing", "/"])
def test_unknown_paths_are_not_found(client: testing.TestClient, path: str) -> None:
    """404 as a problem document."""
    answer = client.simulate_get(path, headers=headers("analyst"))
    assert (404, "not_found") == (answer.status_code, answer.json["code"])


def test_answers_carry_the_trace(client: testing.TestClient) -> None:
    """traceparent and traceresponse, and the id in an error's body."""
    answer = client.simulate_post("/psr", json={})
    assert answer.json["trace_id"] == answer.headers["traceresponse"].split("-")[1]
    assert answer.headers["traceparent"] == answer.headers["traceresponse"]


def test_ready_once_migrated(client: testing.TestClient) -> None:
    """Health is open to anybody."""
    answer = client.simulate_get("/readyz", headers=headers("nobody"))
    assert (200, {"status": "ok", "checks": {"database": "ok"}}) == (
        answer.status_code,
        answer.json,
    )


def test_production_does_not_migrate_by_itself(new_database: Callable[[], str]) -> None:
    """Without its schema the service says so, and answers 503 rather than 500."""
    environ = {
        "ENVIRONMENT": "production",
        "DATABASE_URL": new_database(),
        "AUTH_MODE": "jwt",
        "AUTH_JWT_SECRET": "0123456789abcdef0123456789abcdef",
        "FEATURES_PSR": "true",
    }
    client = testing.TestClient(create_app(read(PsrSettings, environ)))
    answer = client.simulate_get("/readyz")
    assert (503, {"database": "schema_missing"}) == (answer.status_code, answer.json["checks"])
