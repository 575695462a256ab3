# SPDX-License-Identifier: Apache-2.0
"""The `otlp` sink against a collector that behaves, and misbehaves, as it is told."""

import gzip
import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from msgspec import structs

from processors.delivery.outbox.batch import Batch, Receipt, Row
from processors.delivery.outbox.frames import compress, decompress, join
from processors.delivery.sinks.otlp import (
    Compression,
    OtlpSink,
    Target,
    read_target,
    rejected_records,
)
from processors.delivery.sinks.sink import Retry
from tests.delivery.samples import frame, new_ids

Answer = tuple[int, dict[str, str], bytes]
OK: Answer = (200, {}, b'{"partialSuccess":{}}')


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": decompress,
    "gzip": gzip.decompress,
    "none": bytes,
}


class Collector(ThreadingHTTPServer):
    """Takes OTLP/JSON, compressed or not; `answer` decides what it says to the ids in it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: Callable[[list[str]], Answer] = lambda ids: OK
        self.requests: list[list[str]] = []
        self.taken: Counter[str] = Counter()
        self.headers: list[dict[str, str]] = []
        self.refused_codings: set[str] = set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Complain, but not about a client that did not wait for the answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/v1/logs"


class Handler(BaseHTTPRequestHandler):
    """Reads one export request after the other from a connection."""

    protocol_version = "HTTP/1.1"
    server: Collector

    def do_POST(self) -> None:
        """Answer one export."""
        coding = self.headers.get("Content-Encoding", "none")
        body = CODINGS[coding](self.rfile.read(int(self.headers["Content-Length"])))
        if coding in self.server.refused_codings:
            return self._respond(415, {}, b"")
        try:
            ids = [uid for record in log_records(json.loads(body)) for uid in record_ids(record)]
        except json.JSONDecodeError:
            return self._respond(400, {}, b"")
        status, headers, answer = self.server.answer(ids)
        self.server.requests.append(ids)
        self.server.headers.append(dict(self.headers))
        if status == 200:
            self.server.taken.update(ids)
        return self._respond(status, headers, answer)

    def _respond(self, status: int, headers: dict[str, str], answer: bytes) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(answer))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def log_records(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Walk an export request."""
    for resource_logs in request["resourceLogs"]:
        assert "service.name" == resource_logs["resource"]["attributes"][0]["key"]
        for scope_logs in resource_logs["scopeLogs"]:
            yield from scope_logs["logRecords"]


def record_ids(record: dict[str, Any]) -> Iterator[str]:
    """Return a record's id."""
    return (
        attribute["value"]["stringValue"]
        for attribute in record["attributes"]
        if attribute["key"] == "log.record.uid"
    )


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Listen on a free port."""
    server = Collector()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def sink(collector: Collector) -> Iterator[OtlpSink]:
    """Send to it."""
    sink = OtlpSink(Target(collector.url, timeout_seconds=5))
    yield sink
    sink.close()


def batch(*rows: list[str]) -> Batch:
    """Make a batch of rows of two requests each."""
    frames = ((len(ids), join([frame(ids[:1]), frame(ids[1:])])) for ids in rows)
    return Batch(0, [Row(seq, *row) for seq, row in enumerate(frames, start=1)])


def test_a_batch_is_one_request_of_the_stored_frames(collector: Collector, sink: OtlpSink) -> None:
    """Every event of every row, in order, as OTLP/JSON in zstd."""
    rows = [new_ids(3), new_ids(2)]
    assert Receipt(5) == sink.deliver(batch(*rows))
    assert [rows[0] + rows[1]] == collector.requests
    headers = collector.headers[0]
    assert ("application/json", "zstd") == (headers["Content-Type"], headers["Content-Encoding"])


@pytest.mark.parametrize("status", [301, 401, 403, 404, 408, 429, 500, 502, 503, 504])
def test_what_is_not_the_datas_fault_is_tried_again(
    collector: Collector, sink: OtlpSink, status: int
) -> None:
    """A failing collector, a wrong path or an expired token costs no event."""
    collector.answer = lambda ids: (status, {"Location": collector.url}, b"")
    with pytest.raises(Retry, match=f"http_{status}"):
        sink.deliver(batch(new_ids(2)))
    assert 1 == len(collector.requests)


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("soon", None)]
)
def test_retry_after_is_passed_on(
    collector: Collector, sink: OtlpSink, header: str, seconds: int | None
) -> None:
    """In seconds or as a date; what cannot be read is as if it were absent."""
    collector.answer = lambda ids: (503, {"Retry-After": header}, b"")
    with pytest.raises(Retry) as caught:
        sink.deliver(batch(new_ids(1)))
    assert seconds == caught.value.after_seconds


@pytest.mark.parametrize("compression", Compression)
def test_a_body_is_compressed_as_the_target_says(
    collector: Collector, compression: Compression
) -> None:
    """Each way brings the same events; a damaged row costs only itself."""
    sink = OtlpSink(Target(collector.url, compression=compression))
    ids = new_ids(3)
    assert Receipt(3) == sink.deliver(batch(ids))
    assert [ids] == collector.requests
    sink.close()


def test_a_collector_without_zstd_gets_gzip_from_then_on(
    collector: Collector, sink: OtlpSink
) -> None:
    """A 415 is about the coding: the events are none the worse."""
    collector.refused_codings = {"zstd"}
    for _ in range(2):
        assert Receipt(2) == sink.deliver(batch(new_ids(2)))
    assert ["gzip", "gzip"] == [headers["Content-Encoding"] for headers in collector.headers]
    collector.refused_codings = {"gzip"}
    with pytest.raises(Retry, match="http_415"):
        sink.deliver(batch(new_ids(2)))


def test_a_damaged_row_is_found_where_rows_are_unfolded(collector: Collector) -> None:
    """In gzip the sink reads what it sends, and sets aside what cannot be read."""
    sink = OtlpSink(Target(collector.url, compression=Compression.GZIP))
    given = batch(new_ids(2), new_ids(1))
    damaged = structs.replace(given.rows[1], frames=given.rows[1].frames[:-3])
    receipt = sink.deliver(Batch(0, [given.rows[0], damaged]))
    assert Receipt(2, {("", "frame_unreadable"): 1}) == receipt
    sink.close()


def test_nobody_listening_is_worth_another_try(collector: Collector) -> None:
    """The collector restarts, and the events wait."""
    sink = OtlpSink(Target("http://127.0.0.1:9/v1/logs"))
    with pytest.raises(Retry, match="connection"):
        sink.deliver(batch(new_ids(1)))


def test_a_collector_that_does_not_answer_is_given_up_for_now(collector: Collector) -> None:
    """It hangs: the request ends at its timeout, and the events are offered again."""
    release = threading.Event()

    def hang(_: list[str]) -> Answer:
        release.wait(30)
        return OK

    collector.answer = hang
    sink = OtlpSink(Target(collector.url, timeout_seconds=0.1))
    with pytest.raises(Retry, match="timeout"):
        sink.deliver(batch(new_ids(1)))
    release.set()


def test_partial_success_counts_what_was_refused_for_good(
    collector: Collector, sink: OtlpSink
) -> None:
    """The collector took the rest, and says how many it did not."""
    answer = b'{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"..."}}'
    collector.answer = lambda ids: (200, {}, answer)
    assert Receipt(1, {("", "partial_success"): 2}) == sink.deliver(batch(new_ids(3)))


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (b"{}", 0),
        (b"", 0),
        (b"<html>", 0),
        (b'{"partialSuccess":null}', 0),
        (b'{"partialSuccess":{"rejectedLogRecords":3}}', 3),
        (b'{"partialSuccess":{"rejectedLogRecords":"3"}}', 3),
        (b'{"partialSuccess":{"rejectedLogRecords":"x"}}', 0),
        (b'{"partialSuccess":{"rejectedLogRecords":-1}}', 0),
    ],
)
def test_an_answer_is_read_as_far_as_it_makes_sense(body: bytes, count: int) -> None:
    """Whatever comes back, delivery goes on."""
    assert count == rejected_records(body)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_bad_batch_is_split_until_the_culprits_alone_are_set_aside(
    collector: Collector, sink: OtlpSink, status: int
) -> None:
    """Every other event arrives, once; the culprits are counted by event and reason."""
    rows = [new_ids(6) for _ in range(5)]
    culprits = {rows[1][2], rows[4][0]}
    refused: Answer = (status, {}, b"")
    collector.answer = lambda ids: refused if culprits & set(ids) else OK
    receipt = sink.deliver(batch(*rows))
    assert Receipt(28, {("tags.added", f"http_{status}"): 2}) == receipt
    innocent = {uid for row in rows for uid in row} - culprits
    assert dict.fromkeys(innocent, 1) == dict(collector.taken)


def test_a_row_that_cannot_be_read_is_set_aside_whole(collector: Collector, sink: OtlpSink) -> None:
    """The collector refuses it, we cannot split it: its neighbours arrive."""
    good = new_ids(2)
    damaged = Row(2, 9, compress(b'{"resource":'))
    both = Batch(0, [*batch(good).rows, damaged])

    assert Receipt(2, {("", "frame_unreadable"): 9}) == sink.deliver(both)


def test_an_endpoint_that_refuses_everything_condemns_nothing(
    collector: Collector, sink: OtlpSink
) -> None:
    """A wrong server that answers 400 to all must not cost a single event."""
    collector.answer = lambda ids: (400, {}, b"")
    with pytest.raises(Retry, match="http_400_to_all"):
        sink.deliver(batch(new_ids(2), new_ids(2)))


def test_trouble_in_the_middle_of_splitting_offers_everything_again(
    collector: Collector, sink: OtlpSink
) -> None:
    """At least once: what had arrived comes again, under the same ids."""
    ids = new_ids(4)

    def answer(some: list[str]) -> Answer:
        if len(some) == 4:
            return (400, {}, b"")
        return OK if set(some) <= set(ids[:2]) else (503, {}, b"")

    collector.answer = answer
    with pytest.raises(Retry, match="http_503"):
        sink.deliver(batch(ids))
    assert set(ids[:2]) == set(collector.taken)


def test_a_password_file_does_not_replace_our_header(
    collector: Collector, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The credentials are those of OTEL_EXPORTER_OTLP_HEADERS."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else")
    monkeypatch.setenv("NETRC", str(netrc))
    sink = OtlpSink(Target(collector.url, {"authorization": "Bearer token"}))
    sink.deliver(batch(new_ids(1)))
    assert "Bearer token" == collector.headers[0]["authorization"]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, Target("http://localhost:4318/v1/logs")),
        ({"ENDPOINT": "http://c:1/base/"}, Target("http://c:1/base/v1/logs")),
        ({"ENDPOINT": "http://c", "LOGS_ENDPOINT": "http://d/x"}, Target("http://d/x")),
        (
            {"HEADERS": "api-key=a%20b,x=y", "TIMEOUT": "2500"},
            Target("http://localhost:4318/v1/logs", {"api-key": "a b", "x": "y"}, 2.5),
        ),
        (
            {"HEADERS": "a=b", "LOGS_HEADERS": "c=d", "TIMEOUT": "soon", "LOGS_TIMEOUT": ""},
            Target("http://localhost:4318/v1/logs", {"c": "d"}),
        ),
        ({"TIMEOUT": "10"}, Target("http://localhost:4318/v1/logs")),
        (
            {"COMPRESSION": "none", "LOGS_COMPRESSION": "gzip"},
            Target("http://localhost:4318/v1/logs", compression=Compression.GZIP),
        ),
        ({"COMPRESSION": "brotli"}, Target("http://localhost:4318/v1/logs")),
        (
            {"CERTIFICATE": "ca", "CLIENT_CERTIFICATE": "cert", "LOGS_CLIENT_KEY": "key"},
            Target(
                "http://localhost:4318/v1/logs",
                certificate="ca",
                client_certificate=("cert", "key"),
            ),
        ),
    ],
)
def test_the_target_comes_from_the_standard_variables(
    environ: dict[str, str], expected: Target
) -> None:
    """As the OpenTelemetry specification says, the one for logs first."""
    assert expected == read_target({f"OTEL_EXPORTER_OTLP_{k}": v for k, v in environ.items()})
