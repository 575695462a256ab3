# SPDX-License-Identifier: Apache-2.0
"""The catalog is a Weaver registry: Weaver's own schemas accept its files.

Source of the schemas: open-telemetry/weaver, schemas/semconv.schema.v2.json and
schemas/definition-manifest.v2.json.
"""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from processors.catalog.document import read
from processors.catalog.load import EVENTS

HERE = Path(__file__).parent


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.yaml")), ids=lambda path: path.name)
def test_weaver_accepts_the_file(path: Path) -> None:
    """The manifest by the manifest's schema, every other file by the registry's."""
    is_manifest = path.name == "manifest.yaml"
    name = "weaver-definition-manifest.v2.json" if is_manifest else "weaver-semconv.schema.v2.json"
    schema = jsonschema_rs.validator_for(json.loads((HERE / name).read_text()))
    assert [] == [error.message for error in schema.iter_errors(read(path).value)]
