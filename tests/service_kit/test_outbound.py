# SPDX-License-Identifier: Apache-2.0
"""Requests to a host behind a proxy, whose certificate a private CA has signed."""

import json
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from processors.delivery.outbox.batch import Batch
from processors.delivery.sinks.otlp import OtlpSink, Target
from service_kit.auth import Credential
from service_kit.auth.jwt_tokens import JwtVerifier
from service_kit.host import HostAnswer, HostClient, HostUnreachable
from service_kit.settings import AuthMode, ServiceSettings
from telesift.processes import Service, Stack, StartFailed, StopSignals
from tests.certificates import certify
from tests.service_kit.apps import USER

ANN = Credential(False, "token-of-ann")
HOST = "vault.test"  # the proxy alone knows where that is
KEY = ec.generate_private_key(ec.SECP256R1())
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


class Quiet(BaseHTTPRequestHandler):
    """Writes no log."""

    def log_message(self, *_: object) -> None:
        """Write nothing."""


class Host(Quiet):
    """Answers with its keys, and remembers who asked."""

    seen: ClassVar[list[str | None]]

    def do_GET(self) -> None:
        """Answer with a JWKS."""
        self.seen.append(self.headers["Authorization"])
        key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key()))
        body = json.dumps({"keys": [key | {"kid": "k", "use": "sig", "alg": "ES256"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Take a batch."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()


class Proxy(Quiet):
    """A proxy that leads every name to one port of ours."""

    port: ClassVar[int]
    asked: ClassVar[list[str]]

    def do_CONNECT(self) -> None:
        """Open a tunnel."""
        self.asked.append(f"CONNECT {self.path}")
        with socket.create_connection(("127.0.0.1", self.port)) as there:
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                _join(self.connection, there)
        self.close_connection = True

    def do_GET(self) -> None:
        """Forward a request; here: answer it."""
        self.asked.append(f"GET {self.path}")
        self.send_response(204)
        self.end_headers()


def _join(one: socket.socket, other: socket.socket) -> None:
    while True:
        readable, _, _ = select.select([one, other], [], [], 5)
        if not readable:
            return
        for ready in readable:
            data = ready.recv(65_536)
            if not data:
                return
            (other if ready is one else one).sendall(data)


@contextmanager
def running(handler: type[Quiet], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve for the length of a `with` block; give the port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Begin without any of the variables, and with a password in the .netrc for everybody."""
    for name in (*VARIABLES, *map(str.lower, VARIABLES), *BUNDLES):
        monkeypatch.delenv(name, raising=False)
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password else")
    monkeypatch.setenv("NETRC", str(netrc))
    return monkeypatch


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a private authority's certificate."""
    return certify(tmp_path_factory.mktemp("ca"), "ours", HOST)


@pytest.fixture
def host(bundle: Path) -> Iterator[tuple[type[Host], int]]:
    """Run a host with TLS."""
    kind = type("FreshHost", (Host,), {"seen": []})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(bundle, bundle.with_suffix(".key"))
    with running(kind, context) as port:
        yield kind, port


@pytest.fixture
def proxy(host: tuple[type[Host], int], environ: pytest.MonkeyPatch) -> Iterator[type[Proxy]]:
    """Run a proxy that the environment names."""
    kind = type("FreshProxy", (Proxy,), {"asked": [], "port": host[1]})
    with running(kind) as port:
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            environ.setenv(name, f"http://127.0.0.1:{port}")
        yield kind


@pytest.mark.parametrize("variable", BUNDLES)
def test_host_is_asked_through_proxy_and_private_ca(
    host: tuple[type[Host], int],
    proxy: type[Proxy],
    bundle: Path,
    environ: pytest.MonkeyPatch,
    variable: str,
) -> None:
    """The standard variables are enough, and the caller's credential is the only one sent."""
    environ.setenv(variable, str(bundle))
    assert 200 == HostClient(None).get(f"https://{HOST}/me", ANN).status
    assert ["CONNECT vault.test:443"] == proxy.asked
    assert ["Bearer token-of-ann"] == host[0].seen


@pytest.mark.usefixtures("proxy")
@pytest.mark.parametrize("file", [None, "/no/such/file"])
def test_unknown_authority_is_refused(
    host: tuple[type[Host], int], environ: pytest.MonkeyPatch, file: str | None
) -> None:
    """Without the bundle, or with one that is not there, nothing is sent."""
    if file:
        environ.setenv("SSL_CERT_FILE", file)
    with pytest.raises(HostUnreachable):
        HostClient(None).get(f"https://{HOST}/me", ANN)
    assert [] == host[0].seen


def test_plain_http_goes_through_its_proxy(proxy: type[Proxy]) -> None:
    """A host of the intranet, by HTTP_PROXY."""
    assert HostAnswer(204, b"") == HostClient(None).get(f"http://{HOST}/me", ANN)
    assert [f"GET http://{HOST}/me"] == proxy.asked


def test_no_proxy_names_hosts_that_are_asked_directly(
    proxy: type[Proxy], environ: pytest.MonkeyPatch
) -> None:
    """The name leads nowhere without the proxy."""
    environ.setenv("NO_PROXY", ".test")
    with pytest.raises(HostUnreachable):
        HostClient(None).get(f"http://{HOST}/me", ANN)
    assert [] == proxy.asked


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_loopback_is_never_asked_through_proxy(proxy: type[Proxy], name: str) -> None:
    """A host beside us is reached without NO_PROXY; a password in .netrc stays there."""

    class Beside(Host):
        seen: ClassVar[list[str | None]] = []

    with running(Beside) as port:
        assert 200 == HostClient(None).get(f"http://{name}:{port}/me", ANN).status
    assert ["Bearer token-of-ann"] == Beside.seen
    assert [] == proxy.asked


def test_issuers_keys_come_through_proxy_and_private_ca(
    proxy: type[Proxy], bundle: Path, environ: pytest.MonkeyPatch
) -> None:
    """Mode jwt: the JWKS of an issuer that only the proxy reaches."""
    environ.setenv("SSL_CERT_FILE", str(bundle))
    verifier = JwtVerifier(
        ServiceSettings(
            auth_mode=AuthMode.JWT,
            auth_jwt_jwks_url=f"https://{HOST}/keys",
            auth_jwt_audience="telesift",
        )
    )
    claims = {"sub": USER, "aud": "telesift", "exp": 4_000_000_000, "roles": ["user"]}
    token = jwt.encode(claims, KEY, "ES256", headers={"kid": "k"})
    assert USER == verifier.find(Credential(False, token)).caller.user_id
    assert ["CONNECT vault.test:443"] == proxy.asked


@pytest.mark.parametrize("is_ours_named", [True, False])
def test_otlp_sink_delivers_through_proxy_and_private_ca(
    host: tuple[type[Host], int],
    proxy: type[Proxy],
    bundle: Path,
    environ: pytest.MonkeyPatch,
    is_ours_named: bool,
) -> None:
    """By the environment's bundle, or by the exporter's own variable, which is preferred."""
    environ.setenv("REQUESTS_CA_BUNDLE", "/no/such/file" if is_ours_named else str(bundle))
    certificate = str(bundle) if is_ours_named else None
    OtlpSink(Target(f"https://{HOST}/v1/logs", certificate=certificate)).deliver(Batch(0, []))
    assert ["CONNECT vault.test:443"] == proxy.asked
    assert [None] == host[0].seen


def test_local_stack_is_not_looked_for_behind_a_proxy(proxy: type[Proxy], tmp_path: Path) -> None:
    """`telesift up` asks each service whether it is ready."""

    class Ready(Host):
        seen: ClassVar[list[str | None]] = []

    with (
        running(Ready) as port,
        Stack(tmp_path, lambda: None, StopSignals()) as stack,
        pytest.raises(StartFailed, match="another process answers"),
    ):
        stack.start(Service("one", ["sleep", "30"], f"http://127.0.0.1:{port}/readyz"))
    assert [None] == Ready.seen
    assert [] == proxy.asked
