# SPDX-License-Identifier: Apache-2.0
"""TLS as the address asks for it, against a server that insists on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from peewee import OperationalError

from service_kit import postgres
from tests.certificates import certify
from tests.pgbouncer import pooling
from tests.postgres_server import serving


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for certificates."""
    folder = tmp_path_factory.mktemp("tls")
    certify(folder, "other")
    return folder


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[str]:
    """Give the port of a server that takes TLS alone."""
    certificate = certify(folder, "ours")
    files = {
        "client_tls_cert_file": certificate,
        "client_tls_key_file": certificate.with_suffix(".key"),
    }
    with serving() as server, pooling(server, "client_tls_sslmode = require", files=files) as at:
        yield at.rpartition(":")[2]


def use(url: str) -> bool:
    """Connect, and tell whether it is by TLS."""
    database = postgres.single(url)
    with database.connection_context():
        database.execute_sql("SELECT 1")
        return database.connection().pgconn.ssl_in_use


@pytest.mark.parametrize("mode", ["", "sslmode=require", "sslmode=verify-full&sslrootcert={}"])
def test_it_connects_by_tls(port: str, folder: Path, mode: str) -> None:
    """By itself where the server asks for it, and checked where the address asks for that."""
    query = mode.format(folder / "ours.pem")
    assert use(f"postgresql://anybody@localhost:{port}/postgres?{query}")


@pytest.mark.parametrize(
    ("host", "query", "why"),
    [
        ("localhost", "sslmode=verify-full&sslrootcert={}/other.pem", "certificate verify failed"),
        ("127.0.0.1", "sslmode=verify-full&sslrootcert={}/ours.pem", "does not match host name"),
        ("localhost", "sslmode=disable", "TLS required|SSL required"),
    ],
)
def test_it_does_not_connect_otherwise(
    port: str, folder: Path, host: str, query: str, why: str
) -> None:
    """Another authority, another name, no TLS: nothing is sent."""
    with pytest.raises(OperationalError, match=why):
        use(f"postgresql://anybody@{host}:{port}/postgres?{query.format(folder)}")


def test_authorities_that_the_system_trusts(
    port: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sslrootcert=system` with SSL_CERT_FILE: the driver's OpenSSL is the wheel's own."""
    url = f"postgresql://anybody@localhost:{port}/postgres?sslmode=verify-full&sslrootcert=system"
    with pytest.raises(OperationalError):
        use(url)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ours.pem"))
    assert use(url)
