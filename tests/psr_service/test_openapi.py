# SPDX-License-Identifier: Apache-2.0
"""The service keeps what its OpenAPI document promises, on generated requests."""

import schemathesis
from falcon import testing
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection

from psr_service.openapi import document
from tests.psr_service.conftest import headers

# without "security": the test brings its own credentials, which are not under test
DOCUMENT = {key: value for key, value in document().items() if key != "security"}
schema = schemathesis.openapi.from_dict(DOCUMENT)


@schema.parametrize()
@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_are_as_documented(case: schemathesis.Case, client: testing.TestClient) -> None:
    """Status, media type, headers and schema of every answer; no 5xx; bad input is refused."""
    case.operation.schema.app = client.app
    checks_input = case.method == "POST" or "analytics" in case.path
    case.call_and_validate(
        app=client.app,
        headers=headers("analyst"),
        # elsewhere a parameter that we do not know is ignored, which OpenAPI cannot say
        excluded_checks=[] if checks_input else [negative_data_rejection],
    )


def test_document_names_every_route(client: testing.TestClient) -> None:
    """A path that the service answers and the document lacks would go untested."""
    documented = set(client.simulate_get("/openapi.json").json["paths"])
    inspected = {
        "/psr",
        "/psr/impressions",
        "/psr/dismissals",
        "/psr/eligibility",
        "/psr/prompts/{prompt_id}/summary",
        "/psr/analytics/{grouping}",
    }
    assert inspected == documented
