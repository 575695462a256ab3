# SPDX-License-Identifier: Apache-2.0
"""The event page cannot lie: everything is on it, and its examples are real."""

import json
import re

import jsonschema_rs
import pytest

from processors.catalog import shape
from processors.catalog.lint import CHECKS
from processors.catalog.load import load
from telesift.generate import events_page, json_schema

PAGE = events_page.render(load())


def section(heading: str) -> str:
    """Return what stands under a heading, up to the next of its level."""
    level = heading.partition(" ")[0]
    _, found, rest = PAGE.partition(f"\n{heading}\n")
    assert found, f"no section {heading}"
    return re.split(rf"^#{{2,{len(level)}}} ", rest, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("name", load().events)
def test_every_event_has_its_section(name: str) -> None:
    """With each attribute, and with what is sent and kept."""
    event, text = load().events[name], section(f"## {name}")
    assert event.brief in text
    for key, attribute in event.attributes.items():
        required = "yes" if key in event.required else ""
        assert f"| [`{key}`](#{key}) | {required} | {attribute.brief} |" in text


@pytest.mark.parametrize("key", load().attributes)
def test_every_attribute_is_in_the_dictionary(key: str) -> None:
    """With its name in OTLP, its sensitivity and its owner."""
    attribute, text = load().attributes[key], section(f"### {key}")
    assert f"- In OTLP: `{attribute.wire_key}`\n" in text
    assert f"- Sensitivity: {attribute.sensitivity}" in text
    assert attribute.owner in text


def test_what_is_sent_in_an_example_is_valid() -> None:
    """The contract admits every example of the page."""
    contract = jsonschema_rs.validator_for(json.loads(json_schema.render(load())))
    examples = re.findall(r"Sent:\n\n```json\n(.*?)```", PAGE, re.DOTALL)
    assert len(load().events) == len(examples)
    assert [] == [text for text in examples if not contract.is_valid(json.loads(text))]


def test_what_is_kept_shows_the_redaction() -> None:
    """A share token is not in what is kept; its keyed hash is."""
    sent, kept = re.findall(r"```json\n(.*?)```", section("## share.created"), re.DOTALL)
    assert json.loads(sent)["share_token"] not in kept
    assert re.fullmatch("[0-9a-f]{64}", json.loads(kept)["share_token"])
    assert "Kept (`share_token` hashed):" in section("## share.created")


def test_every_link_within_the_page_leads_somewhere() -> None:
    """Headings lose their dots on the way to an anchor."""
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    assert set() == set(re.findall(r"\]\(#([^)]+)\)", PAGE)) - anchors


def test_every_annotation_and_every_check_is_explained() -> None:
    """Who writes a definition finds each key, and each rule that it is held to."""
    keys = {*shape.Constraints.__struct_fields__, *shape.Narrowing.__struct_fields__}
    assert keys == {key for key, _ in events_page.ANNOTATIONS}
    for check in CHECKS:
        assert f"| `{check.id}` | {check.summary} |" in PAGE
