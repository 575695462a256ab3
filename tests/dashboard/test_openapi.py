# SPDX-License-Identifier: Apache-2.0
"""The dashboard keeps what its OpenAPI document promises."""

import msgspec
import pytest
import schemathesis
from falcon import testing
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from dashboard.app import create_app
from dashboard.openapi import document
from tests.dashboard.conftest import MakeSettings
from tests.services import Running, bearer

# without "security": the test brings its own credentials, which are not under test
DOCUMENT = {key: value for key, value in document().items() if key != "security"}
schema = schemathesis.openapi.from_dict(DOCUMENT)

# That a period must not end before it begins, and that a blank filter filters nothing, is not
# for a schema to say; the tests of the filters do.
NOT_FOR_A_SCHEMA = [positive_data_acceptance, negative_data_rejection]


@pytest.fixture(scope="module")
def analyst(make_settings: MakeSettings, processor: Running) -> testing.TestClient:
    """Return the dashboard with everything behind it."""
    app = create_app(make_settings(TELESIFT_PROCESSOR_URL=processor.url))
    return testing.TestClient(app, headers=bearer("analyst-token"))


@schema.parametrize()
@settings(max_examples=30, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_are_as_documented(case: schemathesis.Case, analyst: testing.TestClient) -> None:
    """Status, media type, headers and schema of every answer; never a 5xx."""
    case.operation.schema.app = analyst.app
    case.call_and_validate(
        app=analyst.app, headers=bearer("analyst-token"), excluded_checks=NOT_FOR_A_SCHEMA
    )


def test_the_document_is_served(analyst: testing.TestClient) -> None:
    """To anybody."""
    answer = testing.TestClient(analyst.app).simulate_get("/openapi.json")
    assert msgspec.json.encode(document()) == answer.content
