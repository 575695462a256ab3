# SPDX-License-Identifier: Apache-2.0
"""The host application is asked whose a prompt is: a real HTTP host, with the caller's proof."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID, uuid4

import pytest
from falcon import testing

from tests.psr_service.conftest import MakeClient, headers

MINE, MOVED, BROKEN = (UUID(int=number) for number in (10, 11, 12))


@dataclass
class Host:
    """A host application: knows one prompt, and remembers how it was asked."""

    url: str = ""
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)


@pytest.fixture
def host() -> Iterator[Host]:
    """Run a host on a free port."""
    host = Host()
    statuses = {f"/prompts/{MINE}": 200, f"/prompts/{MOVED}": 302, f"/prompts/{BROKEN}": 500}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            get = self.headers.get
            host.asked.append((self.path, get("Authorization"), get("Cookie")))
            self.send_response(statuses.get(self.path, 404))
            self.send_header("Set-Cookie", "tracking=1")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host.url = f"http://127.0.0.1:{server.server_port}/prompts/{{prompt_id}}"
    yield host
    server.shutdown()
    server.server_close()


@pytest.fixture
def guarded(make_client: MakeClient, host: Host) -> testing.TestClient:
    """Return a service that asks that host."""
    return make_client(PROMPT_LOOKUP_URL=host.url)


def rate(client: testing.TestClient, prompt_id: UUID, **options: object) -> testing.Result:
    """Rate a prompt."""
    form = {"prompt_id": str(prompt_id), "rating": 4, "source": "copy"}
    return client.simulate_post("/psr", json=form, **options)


def test_own_prompt_is_rated(guarded: testing.TestClient, host: Host) -> None:
    """The host is asked with the caller's own bearer token, and with nothing else."""
    assert 200 == rate(guarded, MINE).status_code
    assert [(f"/prompts/{MINE}", "Bearer owner", None)] == host.asked


def test_session_cookie_is_passed_on_alone(guarded: testing.TestClient, host: Host) -> None:
    """Of a browser's cookies the host gets the one that names the session."""
    asked_by = {"Authorization": "", "Cookie": "theme=dark; session=owner"}
    params = {"prompt_id": str(MINE)}
    answer = guarded.simulate_get("/psr/eligibility", params=params, headers=asked_by)
    assert 200 == answer.status_code
    assert [(f"/prompts/{MINE}", None, "session=owner")] == host.asked


def test_answer_is_remembered_for_the_caller_alone(guarded: testing.TestClient, host: Host) -> None:
    """The host is asked once per caller and prompt: ratings, impressions and eligibility alike."""
    rate(guarded, MINE)
    guarded.simulate_get("/psr/eligibility", params={"prompt_id": str(MINE)})
    guarded.simulate_get(f"/psr/prompts/{MINE}/summary")
    rate(guarded, MINE, headers=headers("other"))
    rate(guarded, MINE, headers=headers("other"))
    assert ["Bearer owner", "Bearer other"] == [authorization for _, authorization, _ in host.asked]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/psr"),
        ("POST", "/psr/impressions"),
        ("POST", "/psr/dismissals"),
        ("GET", "/psr/eligibility"),
        ("GET", "/psr/prompts/{}/summary"),
    ],
)
def test_others_prompts_are_refused(guarded: testing.TestClient, method: str, path: str) -> None:
    """403 on every path that names a prompt which the host does not show to the caller."""
    prompt_id = str(uuid4())
    form = {"prompt_id": prompt_id, "rating": 4, "source": "copy"}
    extra = {"params": {"prompt_id": prompt_id}} if method == "GET" else {"json": form}
    answer = guarded.simulate_request(method, path.format(prompt_id), **extra)
    assert (403, "prompt_not_found") == (answer.status_code, answer.json["code"])


@pytest.mark.parametrize("prompt_id", [MOVED, BROKEN])
def test_a_host_that_cannot_tell_is_no_refusal(
    guarded: testing.TestClient, prompt_id: UUID
) -> None:
    """503 with Retry-After: the prompt may well be theirs."""
    answer = rate(guarded, prompt_id)
    assert (503, "5") == (answer.status_code, answer.headers["Retry-After"])


def test_a_host_that_is_away_is_no_refusal(make_client: MakeClient) -> None:
    """Nothing listens on port 9 (discard) here: 503."""
    client = make_client(PROMPT_LOOKUP_URL="http://127.0.0.1:9/{prompt_id}")
    assert 503 == rate(client, MINE).status_code
