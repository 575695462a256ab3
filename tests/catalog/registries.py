# SPDX-License-Identifier: Apache-2.0
"""Small registries to break: a sound one, and ways to write another beside it."""

from pathlib import Path

MANIFEST = "schema_url: {url: https://telesift.example/schemas/1.2.3}\n"

SOUND = """\
file_format: definition/2
attributes:
  - key: colour
    type:
      members: [{id: red}, {id: green}, {id: blue}]
    brief: The colour.
    stability: stable
    annotations:
      telesift: {sensitivity: none, owner: "@acme/paint", review_by: 2027-01-31}
  - key: label
    type: string
    brief: The label.
    stability: stable
    examples: [a-1]
    annotations:
      telesift:
        sensitivity: none
        pattern: "[a-z0-9-]+"
        max_bytes: 8
        owner: "@acme/paint"
        review_by: 2027-01-31
  - key: share
    type: double
    brief: The share.
    stability: stable
    examples: [0.5]
    annotations:
      telesift:
        sensitivity: none
        min: 0
        max: 1
        unit: "1"
        owner: "@acme/paint"
        review_by: 2027-01-31
  - key: dry
    type: boolean
    brief: Whether it is dry.
    stability: stable
    examples: [true]
    annotations:
      telesift: {sensitivity: none, owner: "@acme/paint", review_by: 2027-01-31}
  - key: coats
    type: int
    brief: How many coats.
    stability: stable
    examples: [2]
    annotations:
      telesift:
        sensitivity: none
        min: 0
        unit: "{coat}"
        owner: "@acme/paint"
        review_by: 2027-01-31
events:
  - name: wall.painted
    brief: A wall was painted.
    stability: stable
    attributes:
      - ref: colour
        requirement_level: required
      - ref: label
      - ref: share
      - ref: dry
      - ref: coats
    annotations: {telesift: {owner: "@acme/paint", review_by: 2027-01-31}}
"""
"""Every type once, in one event."""


def write(directory: Path, paint: str = SOUND, **others: str) -> Path:
    """Write a registry of `paint.yaml` and other files; returns its directory."""
    directory = directory / "events"
    directory.mkdir(parents=True)
    for name, text in {"manifest": MANIFEST, "paint": paint, **others}.items():
        (directory / f"{name}.yaml").write_text(text, encoding="utf-8")
    return directory


def changed(old: str, new: str) -> str:
    """Return the sound registry with one passage replaced."""
    assert SOUND.count(old) == 1, f"{old!r} is not there exactly once"
    return SOUND.replace(old, new)


def line_of(passage: str, text: str) -> int:
    """Return the number of the only line that holds a passage."""
    (line,) = (number for number, line in enumerate(text.splitlines(), 1) if passage in line)
    return line
