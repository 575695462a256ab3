# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema contract and the examples agree (see `tests/examples/README.md`)."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from processors.catalog.load import load
from telesift.generate import json_schema

EXAMPLES = Path(__file__).parents[1] / "examples"
FILES = sorted(EXAMPLES.rglob("*.json"))
BEYOND_A_SCHEMA = {"pii_detected", "timestamp_out_of_range"}
"""Reasons that only the pipeline can give."""


@pytest.fixture(scope="module")
def contract() -> jsonschema_rs.Draft202012Validator:
    """Return the contract, with its formats asserted."""
    schema = json.loads(json_schema.render(load()))
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_contract_admits_what_is_accepted_and_nothing_else(
    path: Path, contract: jsonschema_rs.Draft202012Validator
) -> None:
    """Valid is whatever passes or is redacted, and what only the pipeline can see through."""
    case: dict[str, Any] = json.loads(path.read_text())
    event, reason = case["event"], case["expect"].get("reason")
    if event.get("ts") == "@now":
        event["ts"] = datetime.now(UTC).isoformat()
    admitted = reason is None or reason in BEYOND_A_SCHEMA
    assert admitted == contract.is_valid(event)


def test_a_failing_example_gives_its_reason_and_no_other_does() -> None:
    """The file's name and its content say the same."""
    for path in FILES:
        kind = path.suffixes[-2]
        assert kind in {".pass", ".fail", ".redact"}, path
        assert (kind == ".fail") == ("reason" in json.loads(path.read_text())["expect"]), path


def test_every_event_has_one_that_passes_and_two_that_fail_or_change() -> None:
    """The examples show of every event what passes and what does not."""
    for name in load().events:
        kinds = [path.suffixes[-2] for path in (EXAMPLES / name).glob("*.json")]
        assert ".pass" in kinds, name
        assert ".fail" in kinds, name
        assert len(kinds) >= 3, name


def test_examples_are_of_catalogued_events() -> None:
    """A folder whose event is gone is gone with it."""
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert {"_unknown"} | load().events.keys() == folders
