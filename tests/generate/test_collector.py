# SPDX-License-Identifier: Apache-2.0
"""The generated whitelist, run in the real collector, admits and drops as the catalog says.

A registry with every type is used here; that processor and collector agree on the shipped
catalog is shown in tests/collector.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from processors.catalog.load import load
from telesift.generate import collector
from tests.catalog.registries import SOUND, write
from tests.collector.running import FILE_SINK, collecting, require_otelcol

UUID = "0b6e7f3a-52c1-4d8e-9a47-1f0c6b2d9e11"
RED = {"key": "colour", "value": {"stringValue": "red"}}

REGISTRY = (
    SOUND.replace('"[a-z0-9-]+"', r'"[!#-&(-\\[\\]-~]+"')  # the shipped one that needs escapes
    + """\
attribute_groups:
  - id: telesift.resource
    visibility: internal
    attributes: [{ref: label}]
"""
)


def record(*attributes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a sound record of the event, with some more attributes, or other fields."""
    return {
        "timeUnixNano": "1795426200000000000",
        "eventName": "wall.painted",
        "attributes": [RED, *attributes],
        **fields,
    }


def attribute(key: str, **value: Any) -> dict[str, Any]:
    """Return one attribute, by the kind of its value."""
    return {"key": key, "value": value}


ADMITTED = {
    "minimal": record(),
    "label at its length": record(attribute("label", stringValue="a" * 8)),
    "label of brackets": record(attribute("label", stringValue="[]~!#")),
    "share at a bound": record(attribute("share", doubleValue=1.0)),
    "share as an int": record(attribute("share", intValue="1")),
    "dry": record(attribute("dry", boolValue=False)),
    "coats": record(attribute("coats", intValue="9223372036854775807")),
    "coats as a whole double": record(attribute("coats", doubleValue=2.0)),
    "an empty body": record(body={"stringValue": ""}),
    "ids": record(
        attribute("log.record.uid", stringValue=UUID), attribute("user.id", stringValue=UUID)
    ),
    "named by an attribute": record(
        attribute("event.name", stringValue="wall.painted"), eventName=""
    ),
    "named twice over": record(attribute("event.name", stringValue="wall.built")),
    "observed only": record(timeUnixNano="0", observedTimeUnixNano="1795426200000000000"),
}
DROPPED = {
    "unknown event": record(eventName="wall.built"),
    "no event": record(eventName=""),
    "required attribute missing": record() | {"attributes": []},
    "enum not listed": record() | {"attributes": [attribute("colour", stringValue="mauve")]},
    "enum of another type": record() | {"attributes": [attribute("colour", intValue="1")]},
    "unknown attribute": record(attribute("evil", stringValue="x")),
    "attribute named like a verdict": record(attribute("admitted", boolValue=True)),
    "unknown event with a verdict": record(
        attribute("admitted", boolValue=True), attribute("sound", boolValue=True), eventName="x"
    ),
    "attribute twice": record(RED),
    "label too long": record(attribute("label", stringValue="a" * 9)),
    "label with a quote": record(attribute("label", stringValue='a"')),
    "label with a backslash": record(attribute("label", stringValue="a\\")),
    "label with a line break": record(attribute("label", stringValue="a\n")),
    "label empty": record(attribute("label", stringValue="")),
    "label not text": record(attribute("label", intValue="1")),
    "share out of range": record(attribute("share", doubleValue=1.01)),
    "share as text": record(attribute("share", stringValue="0.5")),
    "dry as text": record(attribute("dry", stringValue="true")),
    "dry as a number": record(attribute("dry", intValue="1")),
    "coats negative": record(attribute("coats", intValue="-1")),
    "coats a fraction": record(attribute("coats", doubleValue=2.5)),
    "coats beyond int64": record(attribute("coats", doubleValue=1e300)),
    "coats true": record(attribute("coats", boolValue=True)),
    "coats a list": record(attribute("coats", arrayValue={"values": [{"intValue": "1"}]})),
    "a body": record(body={"stringValue": "x"}),
    "a body of nothing in particular": record(body={"kvlistValue": {"values": []}}),
    "id no uuid": record(attribute("log.record.uid", stringValue="1")),
    "user by address": record(attribute("user.id", stringValue="jane@example.com")),
    "no time": record(timeUnixNano="0"),
    "named by an attribute twice": record(
        attribute("event.name", stringValue="wall.painted"),
        attribute("event.name", stringValue="wall.painted"),
        eventName="",
    ),
    "named by a number": record(attribute("event.name", intValue="1"), eventName=""),
}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Send every case through a collector; return what came out: resource logs, one per request."""
    folder = tmp_path_factory.mktemp("collector")
    whitelist = folder / "whitelist.yaml"
    whitelist.write_text(collector.render(load(write(folder, REGISTRY))))
    envelope = {
        "resource": {
            "attributes": [attribute("label", stringValue="a"), attribute("evil", stringValue="x")]
        },
    }
    scope = {
        "name": "jane doe",
        "version": "1.0",
        "attributes": [attribute("evil", boolValue=True)],
    }
    records = [
        case | {"traceId": f"{index:032x}", "spanId": f"{index:016x}", "severityText": "x"}
        for index, case in enumerate([*ADMITTED.values(), *DROPPED.values()], 1)
    ]
    body = {"resourceLogs": [envelope | {"scopeLogs": [{"scope": scope, "logRecords": records}]}]}
    with collecting(require_otelcol(), folder, FILE_SINK, whitelist) as running:
        assert 200 == running.post(json.dumps(body).encode()).status_code
    return [logs for request in running.requests() for logs in request["resourceLogs"]]


def test_the_collector_admits_what_the_catalog_admits_and_drops_the_rest(
    sent: list[dict[str, Any]],
) -> None:
    """One odd record costs neither its batch nor the whitelist."""
    names = dict(enumerate([*ADMITTED, *DROPPED], 1))
    records = [r for logs in sent for scope in logs["scopeLogs"] for r in scope["logRecords"]]
    assert list(ADMITTED) == [names[int(record["traceId"], 16)] for record in records]
    assert {"wall.painted"} == {record["eventName"] for record in records}
    assert "event.name" not in {a["key"] for record in records for a in record["attributes"]}
    assert all(record["timeUnixNano"] == "1795426200000000000" for record in records)


def test_what_surrounds_a_record_is_stripped(sent: list[dict[str, Any]]) -> None:
    """Unknown resource and scope attributes, names that are none, and severity texts are gone."""
    (logs,) = sent
    (scope,) = logs["scopeLogs"]
    assert [attribute("label", stringValue="a")] == logs["resource"]["attributes"]
    assert {"version": "1.0"} == scope["scope"]
    assert not any("severityText" in record for record in scope["logRecords"])


def test_the_processors_are_named_in_their_order(tmp_path: Path) -> None:
    """The header tells how to list them, and a dollar sign survives the collector's expansion."""
    text = collector.render(load(write(tmp_path)))
    assert ", ".join(yaml.safe_load(text)["processors"]) in text.splitlines()[4]
    assert "$" not in text.replace("$$", "")
