# SPDX-License-Identifier: Apache-2.0
"""`telesift serve psr` as a user runs it: gunicorn, threads, and a PostgreSQL of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from tests import services
from tests.services import Running, bearer


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Return a TELESIFT_DATA_DIR that the embedded server's account can reach."""
    parent = Path(tempfile.mkdtemp(prefix="telesift-test-"))
    parent.chmod(0o755)
    yield parent / "data"
    shutil.rmtree(parent)


@pytest.fixture(scope="module")
def psr(folder: Path) -> Iterator[Running]:
    """Run the service without a DATABASE_URL."""
    with services.serving("psr", folder) as running:
        yield running


def form(**fields: object) -> dict[str, object]:
    return {"prompt_id": str(uuid4()), "rating": 4, "source": "copy", **fields}


def test_concurrent_ratings_of_one_prompt_are_one(psr: Running) -> None:
    """64 requests on 8 threads: all answered 200, one id, one of them the first."""
    body = form()
    with ThreadPoolExecutor(16) as threads:
        answers = list(
            threads.map(
                lambda _: requests.post(f"{psr.url}/psr", json=body, headers=bearer(), timeout=30),
                range(64),
            )
        )
    assert {200} == {answer.status_code for answer in answers}
    assert 1 == len({answer.json()["id"] for answer in answers})
    assert 1 == sum(not answer.json()["replaced"] for answer in answers)


def test_a_chunked_body_is_read(psr: Running) -> None:
    """A client that streams sends no Content-Length."""
    pieces = (
        piece.encode() for piece in (f'{{"prompt_id":"{uuid4()}",', '"rating":4,"source":"copy"}')
    )
    headers = bearer() | {"Content-Type": "application/json"}
    answer = requests.post(f"{psr.url}/psr", data=pieces, headers=headers, timeout=10)
    assert 200 == answer.status_code


def test_a_chunked_body_without_end_is_refused(psr: Running) -> None:
    """More than the limit is not read, whatever is announced; the connection may be cut."""
    pieces = (b" " * 65_536 for _ in range(64))
    headers = bearer() | {"Content-Type": "application/json"}
    try:
        answer = requests.post(f"{psr.url}/psr", data=pieces, headers=headers, timeout=10)
    except requests.ConnectionError:
        return  # the answer came while we were still sending
    assert 413 == answer.status_code


def test_nothing_of_a_note_is_logged(psr: Running) -> None:
    """Neither a good request's note nor a bad request's values reach stderr."""
    canary = f"canary-{uuid4().hex}"
    for body in (form(note=canary), form(source=canary), form(version=f"{canary} x"), {canary: 1}):
        requests.post(f"{psr.url}/psr", json=body, headers=bearer(), timeout=10)
    requests.get(
        f"{psr.url}/psr/eligibility", params={"prompt_id": canary}, headers=bearer(), timeout=10
    )
    requests.get(f"{psr.url}/psr/prompts/{canary}/summary", headers=bearer(), timeout=10)
    logged = psr.stderr_path.read_text()
    assert '"request"' in logged
    assert canary not in logged


def test_ratings_survive_and_the_server_stops(folder: Path) -> None:
    """After a stop no PostgreSQL is left; after the next start the day's rating is still there."""
    body = form()
    pid_file = folder / "again/postgres/postmaster.pid"
    for replaced in (False, True):
        with services.serving("psr", folder / "again") as running:
            answer = requests.post(f"{running.url}/psr", json=body, headers=bearer(), timeout=10)
            assert replaced == answer.json()["replaced"]
        services.wait_until(lambda: not pid_file.exists(), 30, "PostgreSQL to end")
