# SPDX-License-Identifier: Apache-2.0
"""The processor keeps what its OpenAPI document promises, on generated requests."""

import json

import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from processors.gateway.openapi import document, event_contract
from tests.services import Running, bearer

# without "security": the test brings its own credentials, which are not under test
DOCUMENT = {key: value for key, value in document(event_contract()).items() if key != "security"}
schema = schemathesis.openapi.from_dict(DOCUMENT)

# The clock is no part of a schema, so a generated time is refused as often as not, and OTLP
# demands that unknown fields be ignored: what is good data is for the property tests to say.
NOT_FOR_A_SCHEMA = [positive_data_acceptance, negative_data_rejection]


@schema.parametrize()
@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_the_document_says(case: schemathesis.Case, processor: Running) -> None:
    """Status, media type, headers and schema of every answer; never a 5xx."""
    case.call_and_validate(
        base_url=processor.url, headers=bearer("analyst-token"), excluded_checks=NOT_FOR_A_SCHEMA
    )


def test_the_service_serves_the_document(processor: Running) -> None:
    """`/openapi.json` is the document that is tested here, and needs no credentials."""
    answer = requests.get(f"{processor.url}/openapi.json", timeout=10)
    assert json.dumps(document(event_contract())) == json.dumps(answer.json())
