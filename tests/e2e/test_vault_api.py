# SPDX-License-Identifier: Apache-2.0
"""The vault's back end, over HTTP and with a real PostgreSQL: what the example itself promises."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import requests

from service_kit import postgres
from service_kit.postgres.embedded import EmbeddedPostgres
from tests.e2e.stack import VAULT, Process
from tests.services import TOKENS, USER, bearer, free_port

DEMO = {"ada": "analytical-engine", "grace": "first-compiler"}


@pytest.fixture(scope="module")
def running(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Run one vault for the module; no processor listens, which must not matter to it."""
    directory, port = tmp_path_factory.mktemp("vault"), free_port()
    env = {
        "DATABASE_URL": database_url,
        "VAULT_PORT": str(port),
        "VAULT_PROCESSOR_URL": "http://127.0.0.1:9",
        "TELESIFT_DATA_DIR": str(directory),
        "AUTH_DEV_TOKENS": TOKENS,
    }
    service = Process(VAULT, f"http://127.0.0.1:{port}", "/readyz", env, directory / "vault.log")
    service.start()
    yield service
    service.stop()


@pytest.fixture(scope="module")
def sign_in(running: Process) -> Callable[[str], "Visitor"]:
    """Return a function that signs a demo user in."""
    return lambda name: Visitor(running.url, name)


@pytest.fixture
def ada(sign_in: Callable[[str], "Visitor"]) -> "Visitor":
    """Sign Ada in."""
    return sign_in("ada")


class Visitor(requests.Session):
    """A browser, as far as the back end can tell."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__()
        self.url = url
        self.headers["Origin"] = url
        self.signed_in = self.send_json("POST", "/sign-in", {"name": name, "password": DEMO[name]})

    def send_json(self, method: str, path: str, body: object = None) -> requests.Response:
        """Send a request of the page."""
        return self.request(method, self.url + path, json=body, timeout=10)

    def create(self, **parts: object) -> dict[str, object]:
        """Create a prompt and return it."""
        form = {"title": f"T {uuid4()}", "body": "Say {{what}}."} | parts
        answer = self.send_json("POST", "/prompts", form)
        assert answer.status_code == 201
        return dict(answer.json())


def test_a_first_visit_finds_thirty_prompts(sign_in: Callable[[str], Visitor]) -> None:
    """The seed belongs to the two demo users together."""
    counts = [len(sign_in(name).send_json("GET", "/prompts").json()["items"]) for name in DEMO]
    assert 30 == sum(counts)


def test_the_session_cookie_is_out_of_reach(ada: Visitor) -> None:
    """HttpOnly keeps it from scripts, SameSite from other sites' pages."""
    cookie = ada.signed_in.headers["Set-Cookie"]
    assert re.match(r"session=[\w-]{43}; HttpOnly; Max-Age=604800; Path=/; SameSite=Lax$", cookie)


def test_me_names_the_user_and_the_visit_but_not_the_credential(ada: Visitor) -> None:
    """Telesift's services read `user_id`, `session_id` and `roles`."""
    me = ada.send_json("GET", "/me").json()
    assert str(UUID(me["user_id"])) == me["user_id"]
    assert me["session_id"] not in ada.cookies["session"]
    assert ["user"] == me["roles"]
    assert {"telemetry": True, "psr": True, "psr_after_duplicate": False} == me["features"]


@pytest.mark.parametrize("form", [{"name": "ada", "password": "no"}, {"name": "x", "password": ""}])
def test_a_wrong_password_and_an_unknown_name_are_refused_alike(
    running: Process, form: dict[str, str]
) -> None:
    """The answer does not tell which names exist."""
    answer = requests.post(running.url + "/sign-in", json=form, timeout=10)
    assert (401, "unauthenticated") == (answer.status_code, answer.json()["code"])


def test_a_cookie_opens_nothing_after_sign_out(ada: Visitor) -> None:
    """The session ends on the server, not only in the browser."""
    kept = ada.cookies["session"]
    assert 204 == ada.send_json("POST", "/sign-out").status_code
    answer = requests.get(ada.url + "/me", cookies={"session": kept}, timeout=10)
    assert 401 == answer.status_code


def test_another_sites_page_cannot_write(ada: Visitor) -> None:
    """A write with a cookie needs our own origin."""
    ada.headers["Origin"] = "https://elsewhere.example"
    answer = ada.send_json("POST", "/prompts", {"title": "t", "body": "b"})
    assert (403, "origin_not_allowed") == (answer.status_code, answer.json()["code"])


def test_a_session_token_is_no_bearer_token(ada: Visitor) -> None:
    """Only the vault itself calls with a bearer token."""
    headers = {"Authorization": f"Bearer {ada.cookies['session']}"}
    assert 401 == requests.get(ada.url + "/me", headers=headers, timeout=10).status_code


def test_only_an_analyst_is_shown_the_way_to_the_dashboard(
    sign_in: Callable[[str], Visitor],
) -> None:
    """The dashboard itself asks `/me` for the role; the link only saves a refusal."""
    roles = {name: sign_in(name).send_json("GET", "/me").json() for name in DEMO}
    assert ["analyst", "user"] == roles["grace"]["roles"]
    assert "http://127.0.0.1:4321" == roles["grace"]["services"]["dashboard"]
    assert "dashboard" not in roles["ada"]["services"]


def test_a_page_at_localhost_moves_to_the_services_host(running: Process) -> None:
    """From there its cookie would not travel to 127.0.0.1: another host is another site."""
    there = running.url.replace("127.0.0.1", "localhost")
    answer = requests.get(f"{there}/transfer?a=b", timeout=10, allow_redirects=False)
    assert (307, f"{running.url}/transfer?a=b") == (
        answer.status_code,
        answer.headers["Location"],
    )


def test_a_development_token_is_known_to_me(running: Process) -> None:
    """Telesift's services ask about it; so a curl in the docs needs no browser."""
    me = requests.get(running.url + "/me", headers=bearer(), timeout=10).json()
    assert {"user_id": USER, "session_id": None, "roles": ["user"]} == me


def test_somebody_elses_prompt_does_not_exist(sign_in: Callable[[str], Visitor]) -> None:
    """Owner-scoped in every method; the PSR service's ownership check relies on it."""
    path = f"/prompts/{sign_in('grace').create()['id']}"
    ada = sign_in("ada")
    calls = [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/copy")]
    calls += [("POST", "/duplicates"), ("POST", "/share"), ("DELETE", "/share")]
    assert {404} == {ada.send_json(verb, path + end, {}).status_code for verb, end in calls}


def test_a_search_narrows_by_text_collection_and_tags(ada: Visitor) -> None:
    """All that is given has to hold."""
    mark = uuid4().hex
    wanted = ada.create(title=f"100% {mark}", collection="C", tags=["one", "two"])
    ada.create(title=f"100 {mark}", collection="C", tags=["one", "two"])
    ada.create(title=f"100% {mark}", collection="D", tags=["one", "two"])
    ada.create(title=f"100% {mark}", collection="C", tags=["one"])
    params = {"q": f"100% {mark}", "collection": "C", "tag": ["one", "two"]}
    found = ada.get(ada.url + "/prompts", params=params, timeout=10).json()["items"]
    assert [wanted["id"]] == [prompt["id"] for prompt in found]


def test_only_a_new_wording_is_a_new_version(ada: Visitor) -> None:
    """Ratings are told apart by version: a new tag does not make another prompt."""
    path = f"/prompts/{ada.create()['id']}"
    assert 1 == ada.send_json("PATCH", path, {"tags": ["new"]}).json()["version"]
    assert 2 == ada.send_json("PATCH", path, {"body": "Another."}).json()["version"]


@pytest.mark.parametrize("wrong", [{"title": ""}, {"tags": "x"}, {"model": "a b"}, {"body": None}])
def test_a_refused_form_is_not_quoted(ada: Visitor, wrong: dict[str, object]) -> None:
    """An error says what is wrong in our words."""
    answer = ada.send_json("POST", "/prompts", {"title": "canary", "body": "canary"} | wrong)
    assert 400 == answer.status_code
    assert "canary" not in answer.text


def test_each_variant_of_a_copy_carries_the_prompt(ada: Visitor) -> None:
    """Alone, with front matter, and as JSON."""
    prompt = ada.create(title="Title: é", body="Body.", tags=["t"])
    path = f"/prompts/{prompt['id']}/copy?variant="
    texts = {name: ada.send_json("GET", path + name).json()["text"] for name in _VARIANTS}
    assert "Body." == texts["body"]
    assert texts["front_matter"].startswith("---\ntitle: 'Title: é'\n")
    assert "Title: é" == json.loads(texts["json"])["title"]
    assert 400 == ada.send_json("GET", path + "other").status_code


_VARIANTS = ("body", "front_matter", "json")


@pytest.mark.parametrize("variant", ["front_matter", "json"])
def test_what_was_copied_can_be_imported(ada: Visitor, variant: str) -> None:
    """Nothing is lost on the way out and in again."""
    parts = {"title": f"R {uuid4()}", "body": "A\n---\nB", "tags": ["x"], "model": "gpt-4o"}
    path = f"/prompts/{ada.create(**parts)['id']}"
    text = ada.send_json("GET", f"{path}/copy?variant={variant}").json()["text"]
    ada.send_json("DELETE", path)
    counts = ada.send_json("POST", "/imports", {"text": text, "source": "paste"}).json()
    assert {"created": 1, "skipped": 0, "error_count": 0} == counts
    found = ada.get(ada.url + "/prompts", params={"q": parts["title"]}, timeout=10).json()["items"]
    assert [parts] == [{key: prompt[key] for key in parts} for prompt in found]


def test_an_import_counts_what_it_did_with_each_entry(ada: Visitor) -> None:
    """Known entries are skipped, unreadable ones counted; the rest is created."""
    new = {"title": f"I {uuid4()}", "body": "x"}
    text = json.dumps({"prompts": [new, new, {"title": "no body"}, 7]})
    counts = ada.send_json("POST", "/imports", {"text": text, "source": "file"}).json()
    assert {"created": 1, "skipped": 1, "error_count": 2} == counts


@pytest.mark.parametrize(
    "text", ["", "hello", "---\na: [\n---\nx", "---\njust text\n---\nx", "null"]
)
def test_a_text_without_prompts_is_one_error(ada: Visitor, text: str) -> None:
    """Whatever is dropped on the import, it answers."""
    counts = ada.send_json("POST", "/imports", {"text": text, "source": "paste"}).json()
    assert {"created": 0, "skipped": 0, "error_count": 1} == counts


def test_an_export_is_skipped_by_an_import(ada: Visitor) -> None:
    """An export holds everything, in the form that an import reads."""
    export = ada.send_json("GET", "/export")
    assert "attachment" in export.headers["Content-Disposition"]
    counts = ada.send_json("POST", "/imports", {"text": export.text, "source": "file"}).json()
    assert {"created": 0, "skipped": len(export.json()["prompts"]), "error_count": 0} == counts


def test_a_shared_page_is_open_escaped_and_not_for_search_engines(ada: Visitor) -> None:
    """The one page for strangers shows text as text."""
    prompt = ada.create(title="<b>T</b>", body="<script>x</script> $title")
    token = ada.send_json("POST", f"/prompts/{prompt['id']}/share").json()["share_token"]
    page = requests.get(f"{ada.url}/s/{token}", timeout=10)
    assert "noindex, nofollow" == page.headers["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex' in page.text
    assert "&lt;script&gt;x&lt;/script&gt; $title" in page.text
    ada.send_json("DELETE", f"/prompts/{prompt['id']}/share")
    assert 404 == requests.get(f"{ada.url}/s/{token}", timeout=10).status_code


def test_every_answer_names_its_trace(ada: Visitor) -> None:
    """The page's events join the trace of the answer that led to them."""
    caused = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    ada.headers["traceparent"] = caused
    for path in ("/prompts", "/me", f"/prompts/{uuid4()}", "/export"):
        answer = ada.send_json("GET", path)
        assert caused[3:35] == answer.headers["traceresponse"][3:35]


@contextmanager
def away(server: EmbeddedPostgres, url: str) -> Iterator[None]:
    """Refuse every connection to a database, and end those that it has."""
    name = urlsplit(url).path.strip("/")
    admin = postgres.single(server.url)
    with admin.connection_context():
        admin.execute_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute_sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            (name,),
        )
        yield
        admin.execute_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def test_without_its_database_it_is_unavailable_and_not_broken(
    ada: Visitor, postgres_server: EmbeddedPostgres, database_url: str
) -> None:
    """503 says: come back; and everything is as it was when the database is there again."""
    form = {"name": "ada", "password": DEMO["ada"]}
    calls = [("GET", "/prompts"), ("GET", "/me"), ("POST", "/sign-in"), ("GET", "/readyz")]
    with away(postgres_server, database_url):
        answers = [ada.send_json(verb, path, form) for verb, path in calls]
    assert [503] * 4 == [answer.status_code for answer in answers]
    assert ["database_away"] * 3 == [answer.json()["code"] for answer in answers[:3]]
    assert 200 == ada.send_json("GET", "/prompts").status_code


def test_the_log_quotes_nobody(ada: Visitor, running: Process) -> None:
    """No title, body, search or password reaches the log."""
    ada.create(title="canary-1", body="canary-2")
    ada.send_json("GET", "/prompts?q=canary-3")
    ada.send_json("POST", "/sign-in", {"name": "canary-4", "password": "canary-5"})
    log = running.log.read_text()
    assert '"route":"/prompts"' in log
    assert "canary" not in log
