# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema contract is a valid schema, closed, and true to the catalog's bounds."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from processors.catalog.load import load
from telesift.generate import json_schema
from tests.catalog.registries import changed, write

NOW = "2026-11-23T09:30:00Z"
UUID = "0b6e7f3a-52c1-4d8e-9a47-1f0c6b2d9e11"


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> jsonschema_rs.Draft202012Validator:
    """Return the contract of the sound registry, which has every type."""
    schema = json_schema.render(load(write(tmp_path_factory.mktemp("paint"))))
    return jsonschema_rs.Draft202012Validator(json.loads(schema), validate_formats=True)


def painted(**attributes: Any) -> dict[str, Any]:
    """Return a sound event with some more attributes."""
    return {"event": "wall.painted", "ts": NOW, "colour": "red", **attributes}


ADMITTED = [
    painted(),
    painted(label="a-1", share=0.5, dry=True, coats=2),
    painted(share=1),
    painted(coats=2.0),
    painted(coats=2**63 - 1),
    painted(label="a" * 8),
    painted(id=UUID, user_id=UUID.upper()),
    painted(user_id=7),
    painted(ts="2026-11-23t09:30:00.123456+05:30"),
    painted(ts=1_795_426_200_000),
    painted(ts=1_795_426_200_000.5),
]
REFUSED = [
    {},
    [],
    {"event": "wall.painted", "ts": NOW},
    {"event": "wall.painted", "colour": "red"},
    {"event": "wall.built", "ts": NOW, "colour": "red"},
    painted(event=None),
    painted(evil=1),
    painted(body="x"),
    painted(colour="mauve"),
    painted(colour=None),
    painted(label="a" * 9),
    painted(label=""),
    painted(label="A"),
    painted(label="a\n"),
    painted(share=1.1),
    painted(share="0.5"),
    painted(dry=1),
    painted(coats=2.5),
    painted(coats=-1),
    painted(coats=True),
    painted(coats=2**63),
    painted(id="1"),
    painted(ts="2026-11-23T09:30:00"),
    painted(ts="2026-11-23 09:30:00Z"),
    painted(ts="2026-13-23T09:30:00Z"),
    painted(ts=0),
    painted(ts=True),
]


@pytest.mark.parametrize("event", ADMITTED, ids=repr)
def test_an_event_within_bounds_is_admitted(
    event: Any, contract: jsonschema_rs.Draft202012Validator
) -> None:
    """Bounds are inclusive, and a whole double is an integer."""
    assert contract.is_valid(event)


@pytest.mark.parametrize("event", REFUSED, ids=repr)
def test_an_event_out_of_bounds_is_refused(
    event: Any, contract: jsonschema_rs.Draft202012Validator
) -> None:
    """Nothing unknown, missing, mistyped or out of range gets through."""
    assert not contract.is_valid(event)


def test_the_contract_is_a_schema_of_its_draft() -> None:
    """Other validators can read it, too."""
    assert jsonschema_rs.meta.is_valid(json.loads(json_schema.render(load())))


def test_an_event_has_its_own_narrower_enum(tmp_path: Path) -> None:
    """The contract follows the event, not the shared definition."""
    text = changed(
        "        requirement_level: required\n",
        "        annotations: {telesift: {members: [red]}}\n",
    )
    schema = json_schema.render(load(write(tmp_path, text)))
    contract = jsonschema_rs.validator_for(json.loads(schema))
    assert contract.is_valid(painted())
    assert not contract.is_valid(painted(colour="green"))
