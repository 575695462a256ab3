# SPDX-License-Identifier: Apache-2.0
"""The `otlp` sink: rows go to a collector as one OTLP/JSON request, as they are stored.

Where to is said by the standard OTEL_EXPORTER_OTLP_* variables; one with LOGS in its name goes
before the one without. Rows are stored in zstd and so sent as they are, unless the variables ask
for another compression, or the other side takes none of it.
Source: the OTLP specification, "OTLP/HTTP Response" and "Failures", and "OpenTelemetry Protocol
Exporter". Where it lets a client drop data we keep it: a wrong address or an expired token is no
reason to lose events.
"""

import gzip
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Final

import msgspec
import requests
import structlog
import urllib3
from msgspec import Struct
from opentelemetry.util.re import parse_env_headers

from processors.delivery.outbox.batch import Batch, Receipt, Row
from processors.delivery.outbox.events import events, split
from processors.delivery.outbox.frames import FrameUnreadable, decompress, export_request
from processors.delivery.sinks.sink import Retry
from service_kit.outbound import OutboundSession

_DEFAULT_ENDPOINT: Final = "http://localhost:4318"
_DEFAULT_TIMEOUT_SECONDS: Final = 10.0
_LEAST_TIMEOUT_MS: Final = 100  # less was meant in seconds, as some SDKs read the variable

_log = structlog.get_logger()

# What a data-dependent refusal looks like; every other one is about us, or about the moment.
_CONDEMNED: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,  # the specification's "bad data"
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,  # its half may fit
        HTTPStatus.UNPROCESSABLE_ENTITY,  # how some backends say 400
    }
)

_MOST_TEXT: Final = 128 * 1024 * 1024  # of 5,000 events, or of one row; more is damage

Undeliverable = Counter[tuple[str, str]]


class Compression(StrEnum):
    """How a request's body is compressed, by the name that HTTP and the variables have for it."""

    ZSTD = "zstd"
    GZIP = "gzip"
    NONE = "none"

    def body(self, rows: Sequence[Row]) -> bytes:
        """Return an export request of rows; raises `FrameUnreadable` unless it is zstd."""
        stored = export_request(row.frames for row in rows)
        if self is Compression.ZSTD:
            return stored
        text = decompress(stored, _MOST_TEXT)
        return gzip.compress(text, compresslevel=1) if self is Compression.GZIP else text


class Target(Struct, frozen=True):
    """An OTLP/HTTP endpoint for logs.

    `url` is the whole address, `headers` go with every request, `timeout_seconds` is per request,
    `compression` is that of the body;
    `certificate` is a PEM file with the authorities to trust, None for the usual ones;
    `client_certificate` is the PEM files of our certificate and its key.
    """

    url: str
    headers: Mapping[str, str] = {}
    timeout_seconds: float = _DEFAULT_TIMEOUT_SECONDS
    compression: Compression = Compression.ZSTD
    certificate: str | None = None
    client_certificate: tuple[str, str] | None = None


def read_target(environ: Mapping[str, str]) -> Target:
    """Read the endpoint from the environment."""
    certificate = _value(environ, "CLIENT_CERTIFICATE")
    key = _value(environ, "CLIENT_KEY")
    return Target(
        url=_url(environ),
        headers=parse_env_headers(_value(environ, "HEADERS") or "", liberal=True),
        timeout_seconds=_timeout(environ),
        compression=_compression(environ),
        certificate=_value(environ, "CERTIFICATE"),
        client_certificate=(certificate, key) if certificate and key else None,
    )


def _url(environ: Mapping[str, str]) -> str:
    if endpoint := environ.get("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"):
        return endpoint  # used as it is, says the specification
    endpoint = environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or _DEFAULT_ENDPOINT
    return f"{endpoint.rstrip('/')}/v1/logs"


def _timeout(environ: Mapping[str, str]) -> float:
    """Return the time-out in seconds; the variable has milliseconds, as the specification says."""
    text = _value(environ, "TIMEOUT")
    try:
        milliseconds = float(text) if text else _DEFAULT_TIMEOUT_SECONDS * 1000
    except ValueError:
        milliseconds = 0.0
    if milliseconds >= _LEAST_TIMEOUT_MS:
        return milliseconds / 1000
    _log.warning("otlp.timeout_invalid", used_seconds=_DEFAULT_TIMEOUT_SECONDS)
    return _DEFAULT_TIMEOUT_SECONDS


def _compression(environ: Mapping[str, str]) -> Compression:
    text = (_value(environ, "COMPRESSION") or Compression.ZSTD).lower()
    if text in {*Compression}:
        return Compression(text)
    _log.warning("otlp.compression_invalid", used=Compression.ZSTD)
    return Compression.ZSTD


def _value(environ: Mapping[str, str], name: str) -> str | None:
    """Return a variable's value; an empty one counts as unset, as the specification says."""
    for variable in (f"OTEL_EXPORTER_OTLP_LOGS_{name}", f"OTEL_EXPORTER_OTLP_{name}"):
        if value := environ.get(variable, "").strip():
            return value
    return None


class OtlpSink:
    """Posts to one endpoint, over one connection that is kept alive."""

    name = "otlp"

    def __init__(self, target: Target) -> None:
        self._target = target
        self._session = OutboundSession()
        self._session.headers.update(target.headers)
        self._session.headers["Content-Type"] = "application/json"
        self._compress_by(target.compression)
        if target.certificate:
            self._session.verify = target.certificate
        self._session.cert = target.client_certificate

    def deliver(self, batch: Batch) -> Receipt:
        """Post a batch, in parts where the whole is refused; raises `Retry`."""
        undeliverable = Undeliverable()
        self._send(batch.rows, undeliverable)
        return Receipt(batch.events - undeliverable.total(), undeliverable)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _send(self, rows: Sequence[Row], undeliverable: Undeliverable) -> None:
        try:
            answer = self._post(rows)
        except FrameUnreadable:
            return self._send_parts(rows, "frame_unreadable", undeliverable)
        if _is_taken(answer):
            count = min(rejected_records(answer.content), sum(row.events for row in rows))
            if count:
                undeliverable["", "partial_success"] += count
            return None
        self._raise_unless_data_is_refused(answer)
        return self._send_parts(rows, f"http_{answer.status_code}", undeliverable)

    def _send_parts(self, rows: Sequence[Row], reason: str, undeliverable: Undeliverable) -> None:
        for part in _halves(rows, reason, undeliverable):
            self._send(part, undeliverable)

    def _raise_unless_data_is_refused(self, answer: requests.Response) -> None:
        if answer.status_code not in _CONDEMNED:
            raise Retry(f"http_{answer.status_code}", _retry_after(answer))
        # An endpoint that refuses even an empty request says nothing about our data.
        if not _is_taken(self._post(())):
            raise Retry(f"http_{answer.status_code}_to_all", _retry_after(answer))

    def _compress_by(self, compression: Compression) -> None:
        self._compression = compression
        if compression is Compression.NONE:
            self._session.headers.pop("Content-Encoding", None)
        else:
            self._session.headers["Content-Encoding"] = compression.value

    def _post(self, rows: Sequence[Row]) -> requests.Response:
        answer = self._post_once(self._compression.body(rows))
        if answer.status_code != HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
            return answer
        if self._compression is not Compression.ZSTD:
            return answer
        _log.warning("otlp.zstd_refused", used=Compression.GZIP)
        self._compress_by(Compression.GZIP)
        return self._post(rows)

    def _post_once(self, body: bytes) -> requests.Response:
        try:
            return self._session.post(
                self._target.url,
                data=body,
                timeout=self._target.timeout_seconds,
                allow_redirects=False,  # events go where the operator said, nowhere else
            )
        except requests.Timeout:
            raise Retry("timeout") from None
        except requests.RequestException:
            raise Retry("connection") from None


def _is_taken(answer: requests.Response) -> bool:
    return answer.status_code in (HTTPStatus.OK, HTTPStatus.ACCEPTED)


def _halves(
    rows: Sequence[Row], reason: str, undeliverable: Undeliverable
) -> Iterator[Sequence[Row]]:
    """Divide what was refused; what cannot be divided further is the culprit and set aside."""
    parts = rows if len(rows) > 1 else _single_events(rows[0], reason, undeliverable)
    middle = len(parts) // 2
    if parts:
        yield parts[:middle]
        yield parts[middle:]


def _single_events(row: Row, reason: str, undeliverable: Undeliverable) -> Sequence[Row]:
    try:
        frames = split(row.frames)
        if len(frames) > 1:
            return [Row(row.seq, 1, frame) for frame in frames]
        undeliverable[events(row.frames)[0].event, reason] += row.events
    except FrameUnreadable:
        undeliverable["", "frame_unreadable"] += row.events
    return []


def _retry_after(answer: requests.Response) -> float | None:
    try:
        return urllib3.Retry().get_retry_after(answer.raw)
    except urllib3.exceptions.InvalidHeader:
        return None


class _PartialSuccess(Struct):
    rejectedLogRecords: int | str = 0


class _ExportLogsServiceResponse(Struct):
    partialSuccess: _PartialSuccess | None = None


_decode = msgspec.json.Decoder(_ExportLogsServiceResponse).decode


def rejected_records(body: bytes) -> int:
    """Return how many records were refused for good; 0 where the answer does not say.

    Its `errorMessage` may quote what we sent, so it is not even read.
    """
    try:
        partial = _decode(body).partialSuccess
        return max(0, int(partial.rejectedLogRecords)) if partial else 0
    except (msgspec.MsgspecError, ValueError):
        return 0
