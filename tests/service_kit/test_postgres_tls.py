# SPDX-License-Identifier: Apache-2.0
"""TLS as the address asks for it, against a server that insists on it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from peewee import OperationalError

from service_kit import postgres
from tests.pgbouncer import pooling
from tests.postgres_server import serving


def certify(folder: Path, name: str) -> Path:
    """Write a certificate for localhost that vouches for itself, and its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / f"{name}.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return path


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
