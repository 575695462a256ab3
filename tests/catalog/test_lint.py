# SPDX-License-Identifier: Apache-2.0
"""Each check of the catalog finds what it is there for, and says where."""

from datetime import date
from pathlib import Path

import pytest

from processors.catalog.lint import CHECKS, Finding, lint
from processors.catalog.load import load
from tests.catalog.registries import SOUND, changed, line_of, write

TODAY = date(2026, 6, 1)

SECOND_EVENT = (
    SOUND
    + """\
  - name: wall.cleaned
    brief: A wall was cleaned.
    stability: stable
    attributes:
      - ref: colour
        annotations: {telesift: {members: [blue]}}
    annotations: {telesift: {owner: "@acme/paint", review_by: 2027-01-31}}
"""
)

LABEL = 'pattern: "[a-z0-9-]+"'
BROKEN = {
    "event-name": (
        changed("name: wall.painted", "name: Wall Painted"),
        "name: Wall Painted",
        "Wall Painted is not lower-case words joined by dots",
    ),
    "attribute-name": (
        changed("key: coats", "key: paintCoats").replace("ref: coats", "ref: paintCoats"),
        "key: paintCoats",
        "paintCoats is not named like the others of its kind",
    ),
    "brief": (
        changed("brief: The label.", 'brief: ""'),
        "key: label",
        "label has no brief that is a sentence",
    ),
    "owner": (
        changed(
            f'{LABEL}\n        max_bytes: 8\n        owner: "@acme/paint"',
            f"{LABEL}\n        max_bytes: 8\n        owner: jane",
        ),
        "key: label",
        "label has no owner such as @org/team",
    ),
    "review-date": (
        changed(", review_by: 2027-01-31}\n  - key: label", "}\n  - key: label"),
        "key: colour",
        "colour has no review date",
    ),
    "expired": (
        changed(
            'max_bytes: 8\n        owner: "@acme/paint"\n        review_by: 2027-01-31',
            'max_bytes: 8\n        owner: "@acme/paint"\n        review_by: 2026-05-31',
        ),
        "key: label",
        "label was to be reviewed by 2026-05-31",
    ),
    "open-enum": (
        changed("{id: blue}]", "{id: blue}]\n      allow_custom_values: true"),
        "key: colour",
        "colour allows values that it does not list",
    ),
    "wide-enum": (
        SECOND_EVENT,
        "requirement_level: required",
        "wall.painted does not narrow colour, as other events do",
    ),
    "loose-string": (
        changed("        max_bytes: 8\n", ""),
        "key: label",
        "label is a string without a max_bytes",
    ),
    "loose-number": (
        changed('        min: 0\n        unit: "{coat}"', '        unit: "{coat}"'),
        "key: coats",
        "coats is a number without a min",
    ),
    "unit": (
        changed('        unit: "{coat}"\n', ""),
        "key: coats",
        "coats is a number without a unit (UCUM)",
    ),
    "unused": (
        changed("      - ref: dry\n", ""),
        "key: dry",
        "dry is used by no event, nor by the resource",
    ),
    "reason": (
        changed(
            f"sensitivity: none\n        {LABEL}",
            f"sensitivity: pseudonymous\n        {LABEL}",
        ),
        "key: label",
        "label is sensitive and gives no reason for itself",
    ),
    "content": (
        SOUND.replace("label", "user_name"),
        "key: user_name",
        "user_name sounds like content, which never travels",
    ),
    "example": (
        changed("examples: [a-1]", "examples: [A 1]"),
        "key: label",
        "label has an example that it does not admit",
    ),
}


def test_a_sound_registry_has_no_findings(tmp_path: Path) -> None:
    """No check fires at random."""
    assert [] == lint(load(write(tmp_path)), TODAY)


def test_the_shipped_catalog_has_no_findings() -> None:
    """What is shipped keeps its own rules; the clock stands still here, in `make lint` it runs."""
    assert [] == lint(load(), date(2026, 12, 1))


def test_every_check_has_its_case() -> None:
    """Every check is shown to fire."""
    assert sorted(BROKEN) == sorted(check.id for check in CHECKS)


@pytest.mark.parametrize("check", BROKEN)
def test_a_check_finds_its_case_and_nothing_else(tmp_path: Path, check: str) -> None:
    """One change, one finding, at the definition that it is about."""
    text, where, message = BROKEN[check]
    line = line_of(where, text)
    if check == "wide-enum":
        line -= 1  # the reference begins a line before
    expected = [Finding("events/paint.yaml", line, check, message)]
    assert expected == lint(load(write(tmp_path, text)), TODAY)


def test_a_review_date_passes_at_the_end_of_its_day(tmp_path: Path) -> None:
    """On the day itself there is still time."""
    catalog = load(write(tmp_path))
    last_day = date(2027, 1, 31)
    assert [] == lint(catalog, last_day)
    assert {"expired"} == {finding.check for finding in lint(catalog, date(2027, 2, 1))}


def test_a_review_date_far_away_is_no_review(tmp_path: Path) -> None:
    """A definition cannot be waved through for decades."""
    distant = SOUND.replace("2027-01-31", "2126-01-31")
    assert {"review-date"} == {f.check for f in lint(load(write(tmp_path, distant)), TODAY)}


@pytest.mark.parametrize(
    ("key", "unit", "found"), [("wait_ms", "ms", False), ("wait_ms", "s", True)]
)
def test_a_suffix_does_not_claim_another_unit(
    tmp_path: Path, key: str, unit: str, found: bool
) -> None:
    """`_ms` is in milliseconds."""
    text = SOUND.replace("coats", key).replace("{coat}", unit)
    findings = lint(load(write(tmp_path, text)), TODAY)
    assert found == ("unit" in {finding.check for finding in findings})


@pytest.mark.parametrize(
    ("key", "example", "found"),
    [("dry", "7", True), ("share", "2", True), ("share", "1", False), ("coats", "0.5", True)],
)
def test_an_example_is_one(tmp_path: Path, key: str, example: str, found: bool) -> None:
    """Examples of every type are held to the bounds of their attribute."""
    examples = {"dry": "[true]", "share": "[0.5]", "coats": "[2]"}
    text = changed(f"examples: {examples[key]}", f"examples: [{example}]")
    findings = lint(load(write(tmp_path, text)), TODAY)
    assert found == ("example" in {finding.check for finding in findings})


def test_a_finding_reads_like_a_compiler() -> None:
    """Editors can jump to it."""
    finding = Finding("events/paint.yaml", 3, "brief", "colour has none")
    assert "events/paint.yaml:3: brief: colour has none" == str(finding)
