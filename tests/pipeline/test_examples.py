# SPDX-License-Identifier: Apache-2.0
"""The pipeline and the examples agree, in both encodings (see `tests/examples/README.md`)."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from processors.pipeline.encode import encode_resource_logs
from processors.pipeline.envelope import Envelope
from processors.pipeline.judge import Context, judge
from processors.pipeline.otlp import read_json
from processors.pipeline.plain import read_plain
from processors.pipeline.verdicts import Verdicts
from processors.pipeline.whitelist import Whitelist
from tests.pipeline.batches import NOW_MS, NOW_NS, identity, otlp, plain, record

EXAMPLES = Path(__file__).parents[1] / "examples"
FILES = sorted(EXAMPLES.rglob("*.json"))
PLAIN_NAMES = {"log.record.uid": "id", "user.id": "user_id", "session.id": "session_id"}
CONTEXT = Context(NOW_NS, identity(is_service=True))


def case_of(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read an example; its time is now."""
    case = json.loads(path.read_text())
    if case["event"].get("ts") == "@now":
        case["event"]["ts"] = datetime.fromtimestamp(NOW_NS / 1e9, UTC).isoformat()
    return case["event"], case["expect"]


def attributes_of(verdicts: Verdicts) -> dict[str, Any]:
    """Return what would be stored of the only event, under the names of the plain event."""
    stored = json.loads(encode_resource_logs(verdicts.origins, verdicts.accepted))
    [log_record] = stored["scopeLogs"][0]["logRecords"]
    attributes = {}
    for attribute in log_record["attributes"]:
        [(kind, value)] = attribute["value"].items()
        key = PLAIN_NAMES.get(attribute["key"], attribute["key"])
        attributes[key] = int(value) if kind == "intValue" else value
    return attributes


def check(verdicts: Verdicts, event: dict[str, Any], expect: dict[str, Any]) -> None:
    """Assert that verdicts are what an example expects."""
    if "reason" in expect:
        [rejection] = verdicts.rejections
        wanted = (expect["reason"], expect.get("attribute"))
        assert wanted == (rejection.reason, rejection.attribute)
        return
    assert [] == verdicts.rejections
    attributes = attributes_of(verdicts)
    assert expect.get("attributes", {}).items() <= attributes.items()
    for key in expect.get("hashed", ()):
        assert re.fullmatch(r"[0-9a-f]{64}", attributes[key])
        assert event[key] != attributes[key]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_plain_event_gets_the_verdict_of_its_example(path: Path, whitelist: Whitelist) -> None:
    """Files are the test cases."""
    event, expect = case_of(path)
    check(judge(read_plain(plain(event)), whitelist, CONTEXT), event, expect)


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if "timestamp" not in path.name and "_unknown" not in str(path)],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_an_otlp_record_gets_the_verdict_of_its_example(
    path: Path, whitelist: Whitelist, envelope: Envelope
) -> None:
    """OTLP has its own way to say when; all else is the same."""
    event, expect = case_of(path)
    body = otlp(record(event | {"ts": NOW_MS}))
    check(judge(read_json(body, envelope), whitelist, CONTEXT), event, expect)
