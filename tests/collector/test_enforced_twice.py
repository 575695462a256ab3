# SPDX-License-Identifier: Apache-2.0
"""The processor's verdict and the generated whitelist in a real collector: one and the same."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from processors.catalog.load import load
from processors.catalog.model import Catalog
from processors.pipeline.envelope import Envelope
from processors.pipeline.judge import Context, judge
from processors.pipeline.otlp import JSON, read_json
from processors.pipeline.verdicts import Reason, Verdicts
from processors.pipeline.whitelist import compile_whitelist
from telesift.generate.collector import UNEXPRESSED
from tests.collector.records import Case, Json, cases
from tests.collector.running import Collector, collecting
from tests.pipeline.batches import identity

NOT_OF_ONE_RECORD = {"`record_malformed`", "schema URLs"}
RECORDS_PER_REQUEST = 200


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """Load the catalog that ships."""
    return load()


@pytest.fixture(scope="module")
def all_cases(catalog: Catalog) -> list[Case]:
    """Make every record, as of now: the collector has a real clock."""
    return list(cases(catalog, time.time_ns()))


@pytest.fixture(scope="module")
def verdicts(catalog: Catalog, all_cases: list[Case]) -> Verdicts:
    """Ask the processor, as a service that may name its users: then it judges `user.id` too."""
    context = Context(time.time_ns(), identity(is_service=True))
    batch = read_json(_request([case.record for case in all_cases]), Envelope(catalog, JSON))
    return judge(batch, compile_whitelist(catalog, secret=b"a key for tests"), context)


@pytest.fixture(scope="module")
def collector(otelcol: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    """Run the collector's whitelist with a file behind it."""
    with collecting(otelcol, tmp_path_factory.mktemp("collector")) as running:
        yield running


@pytest.fixture(scope="module")
def let_through(collector: Collector, all_cases: list[Case]) -> set[str]:
    """Ask the collector's whitelist: the span ids of the records that reach its sink."""
    for start in range(0, len(all_cases), RECORDS_PER_REQUEST):
        some = [case.record for case in all_cases[start : start + RECORDS_PER_REQUEST]]
        assert 200 == collector.post(_request(some)).status_code
    return {record["spanId"] for record in collector.records()}


def test_there_are_enough_records_of_both_kinds(all_cases: list[Case], verdicts: Verdicts) -> None:
    """At least 2,000 records, hundreds of them whole, and each reason for a refusal among them."""
    reasons = {rejection.reason for rejection in verdicts.rejections}
    assert len(all_cases) >= 2000
    assert len(verdicts.accepted) >= 300
    assert _REASONS_OF_A_RECORD == reasons


_REASONS_OF_A_RECORD = set(Reason) - {
    Reason.RECORD_MALFORMED,  # the receiver refuses the whole request
    Reason.TIMESTAMP_INVALID,  # the plain batch's: OTLP's times are numbers
    Reason.PROCESSING_FAILED,  # nothing that a record can do
}


def test_both_walls_agree_record_by_record(
    all_cases: list[Case], verdicts: Verdicts, let_through: set[str]
) -> None:
    """Wherever the collector can express the rule, it drops exactly what the processor rejects."""
    rejected = {rejection.index: rejection.reason for rejection in verdicts.rejections}
    disagreements = [
        f"{case.made}: processor {rejected.get(index, 'accepted')}"
        for index, case in enumerate(all_cases)
        if case.unexpressed is None
        and (index in rejected) is (case.record["spanId"] in let_through)
    ]
    assert [] == disagreements


def test_what_the_collector_cannot_express_is_documented(
    all_cases: list[Case], verdicts: Verdicts, let_through: set[str]
) -> None:
    """The whitelists differ on the rules that the documentation names, no more and no less."""
    rejected = {rejection.index for rejection in verdicts.rejections}
    differing = Counter(
        case.unexpressed
        for index, case in enumerate(all_cases)
        if (index in rejected) is (case.record["spanId"] in let_through)
    )
    documented = {rule for rule, _ in UNEXPRESSED} - NOT_OF_ONE_RECORD
    assert documented == set(differing)


def test_what_the_processor_accepts_passes_the_collector_unchanged(
    otelcol: Path, tmp_path: Path, verdicts: Verdicts
) -> None:
    """Behind the processor the whitelist is invisible: the same records in the same order."""
    clean = [json.loads(accepted.record) for accepted in verdicts.accepted]
    records = ",".join(accepted.record for accepted in verdicts.accepted)
    body = f'{{"resourceLogs":[{verdicts.origins[0]}{records}]}}]}}]}}'.encode()
    with collecting(otelcol, tmp_path) as behind:
        assert 200 == behind.post(body).status_code
        assert [_plain(record) for record in clean] == [_plain(r) for r in behind.records()]


NAMES = ["shop", "@shop/web", "a b", "", "x" * 128, "x" * 129]
DROPPED: list[Json] = [{"intValue": "3"}, {"intValue": "-1"}, {"stringValue": "3"}]
SCOPES = [{"name": "web", "version": "1.2"}, {"name": "a b", "version": "1"}, {}]


def test_both_walls_leave_the_same_envelope(catalog: Catalog, collector: Collector) -> None:
    """Of a resource and a scope both keep what the catalog lists, where its value is sound."""
    envelopes = [_surrounded(*given) for given in product(NAMES, DROPPED, SCOPES)]
    body = json.dumps({"resourceLogs": envelopes}).encode()
    assert 200 == collector.post(body).status_code
    processed = [json.loads(f"{o}]}}]}}") for o in read_json(body, Envelope(catalog, JSON)).origins]
    collected = collector.requests()[-1]["resourceLogs"]
    assert [_envelope(one) for one in processed] == [_envelope(one) for one in collected]


def _surrounded(name: str, dropped: Json, scope: Json) -> Json:
    """Return an event in an envelope of listed, unlisted and mistyped fields."""
    given = {
        "service.name": {"stringValue": name},
        "service.version": {"intValue": "1"},
        "telesift.client.dropped": dropped,
        "process.owner": {"stringValue": "somebody"},
    }
    attributes = [{"key": key, "value": value} for key, value in given.items()]
    foreign = {"attributes": [{"key": "x", "value": {"stringValue": "x"}}]}
    record = {"timeUnixNano": str(time.time_ns()), "eventName": "auth.logout"}
    scope_logs = {"scope": scope | foreign, "logRecords": [record]}
    return {"resource": {"attributes": attributes}, "scopeLogs": [scope_logs]}


def _envelope(resource_logs: Json) -> tuple[dict[str, Json], dict[str, str]]:
    pairs = resource_logs["resource"].get("attributes", [])
    # an integer may be written as a number or as a string
    attributes = {p["key"]: {kind: str(v) for kind, v in p["value"].items()} for p in pairs}
    return attributes, resource_logs["scopeLogs"][0]["scope"]


def _plain(record: Json) -> Json:
    """Return a record free of the ways in which OTLP/JSON may write the same thing."""
    attributes = {
        pair["key"]: next((kind, str(value)) for kind, value in pair["value"].items())
        for pair in record["attributes"]
    }
    fields = {key: str(value) for key, value in record.items() if value and key != "attributes"}
    return fields | attributes


def _request(records: list[Json]) -> bytes:
    scope_logs = {"scope": {}, "logRecords": records}
    return json.dumps({"resourceLogs": [{"resource": {}, "scopeLogs": [scope_logs]}]}).encode()
