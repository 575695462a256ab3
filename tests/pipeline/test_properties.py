# SPDX-License-Identifier: Apache-2.0
"""What holds for every input: nothing raises, every record is counted, two validators agree."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from processors.catalog.load import load
from processors.catalog.model import Attribute, ValueType
from processors.gateway.protobuf import PROTOBUF, read_protobuf
from processors.pipeline.encode import encode_resource_logs
from processors.pipeline.envelope import Envelope
from processors.pipeline.judge import Context, judge
from processors.pipeline.otlp import read_json
from processors.pipeline.plain import read_plain
from processors.pipeline.records import MalformedRequest
from processors.pipeline.verdicts import Reason, Verdicts
from processors.pipeline.whitelist import Whitelist
from tests.clients.otlp_protobuf import to_protobuf
from tests.pipeline.batches import NOW_MS, copied, otlp, plain, record

CATALOG = load()
OF_PROTOBUF = Envelope(CATALOG, PROTOBUF)
CONTRACT = jsonschema_rs.validator_for(
    json.loads((Path(__file__).parents[2] / "processors/catalog/event.schema.json").read_text())
)
# What a JSON Schema cannot say: the clock, the size of the text, and what looks like a person.
BEYOND_THE_CONTRACT = {
    Reason.PII_DETECTED,
    Reason.TIMESTAMP_OUT_OF_RANGE,
    Reason.EVENT_TOO_LARGE,
}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=80),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=3,
)


def valid(attribute: Attribute) -> st.SearchStrategy[Any]:
    """Return values that the catalog allows for an attribute."""
    if attribute.members is not None:
        return st.sampled_from(attribute.members)
    if attribute.pattern is not None:
        return st.from_regex(attribute.pattern, fullmatch=True)
    if attribute.type is ValueType.BOOLEAN:
        return st.booleans()
    return st.integers(attribute.minimum or 0, attribute.maximum or 2**63 - 1)


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """Return a catalogued event, sometimes with a part of it broken."""
    event = CATALOG.events[draw(st.sampled_from(sorted(CATALOG.events)))]
    result: dict[str, Any] = {"event": event.name, "ts": NOW_MS}
    for key, attribute in event.attributes.items():
        if key in event.required or draw(st.booleans()):
            result[key] = draw(valid(attribute))
    for _ in range(draw(st.integers(0, 2))):
        break_one = draw(
            st.sampled_from([*result, *CATALOG.attributes, "body", "id", "user_id", "x"])
        )
        result[break_one] = draw(values)
    return result


@given(event=events())
@settings(max_examples=500, deadline=None)
def test_the_pipeline_and_the_json_schema_agree(
    whitelist: Whitelist, context: Context, event: dict[str, Any]
) -> None:
    """Two independent validators admit and refuse the same events."""
    verdicts = judge(read_plain(plain(event)), whitelist, context)
    admitted = CONTRACT.is_valid(event)
    if verdicts.accepted:
        assert admitted, CONTRACT.validate(event)
    elif verdicts.rejections[0].reason not in BEYOND_THE_CONTRACT:
        assert not admitted, verdicts.rejections


@given(batch=st.lists(events(), min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_json_and_protobuf_get_the_same_verdicts(
    whitelist: Whitelist, envelope: Envelope, context: Context, batch: list[dict[str, Any]]
) -> None:
    """The encoding of a request decides nothing."""
    body = otlp(
        *[
            record(copied() | event | {"ts": NOW_MS})
            for event in batch
            if isinstance(event["event"], str)
        ]
    )
    from_json = judge(read_json(body, envelope), whitelist, context)
    from_protobuf = judge(read_protobuf(to_protobuf(body), OF_PROTOBUF), whitelist, context)
    assert from_json == from_protobuf


@given(body=st.binary(max_size=300))
@settings(max_examples=500, deadline=None)
def test_no_bytes_make_the_pipeline_raise(
    whitelist: Whitelist, envelope: Envelope, context: Context, body: bytes
) -> None:
    """Any body is either judged or refused as a whole."""
    for read in (
        read_plain,
        lambda b: read_json(b, envelope),
        lambda b: read_protobuf(b, OF_PROTOBUF),
    ):
        try:
            judge(read(body), whitelist, context)
        except MalformedRequest:
            continue


@given(records=st.lists(values, max_size=6), as_otlp=st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_record_is_accepted_or_rejected_once(
    whitelist: Whitelist, envelope: Envelope, context: Context, records: list[Any], as_otlp: bool
) -> None:
    """accepted + rejected = received, and what is stored is valid OTLP with as many records."""
    mixed = [*records, record(copied()) if as_otlp else copied()]
    body = otlp(*mixed) if as_otlp else plain(*mixed)
    verdicts = judge(read_json(body, envelope) if as_otlp else read_plain(body), whitelist, context)
    assert len(mixed) == verdicts.received
    assert [r.index for r in verdicts.rejections] == list(range(len(records)))
    assert 1 == stored_count(verdicts)


def stored_count(verdicts: Verdicts) -> int:
    """Count the log records of what would be stored, as an OTLP receiver would."""
    resource_logs = encode_resource_logs(verdicts.origins, verdicts.accepted)
    request = ExportLogsServiceRequest.FromString(
        to_protobuf(b'{"resourceLogs":[%b]}' % resource_logs)
    )
    return sum(len(s.log_records) for r in request.resource_logs for s in r.scope_logs)
