# SPDX-License-Identifier: Apache-2.0
"""The loader reads a registry whole, or says in which line it cannot."""

from datetime import date
from pathlib import Path

import pytest

from processors.catalog.load import EVENTS, CatalogError, load
from processors.catalog.model import Format, Sensitivity, ValueType
from tests.catalog.registries import MANIFEST, SOUND, changed, line_of, write

OTHER_FILE = """\
file_format: definition/2
attributes:
  - key: label
    type: boolean
    brief: Another label.
    stability: stable
    annotations: {telesift: {sensitivity: none}}
"""

GROUPED = changed(
    "events:\n",
    "attribute_groups:\n"
    "  - id: acme.all\n    visibility: internal\n    attributes: [{ref: dry}]\n"
    "events:\n",
)


def test_a_sound_registry_loads_whole(tmp_path: Path) -> None:
    """Every type, bound and reference of the files is in the model."""
    catalog = load(write(tmp_path))
    event = catalog.events["wall.painted"]
    assert ["colour", "label", "share", "dry", "coats"] == list(event.attributes)
    assert {"colour"} == event.required
    assert ("red", "green", "blue") == event.attributes["colour"].members
    assert ("[a-z0-9-]+", 8) == (
        event.attributes["label"].pattern,
        event.attributes["label"].max_bytes,
    )
    assert (ValueType.DOUBLE, 0, 1) == (
        event.attributes["share"].type,
        event.attributes["share"].minimum,
        event.attributes["share"].maximum,
    )
    assert date(2027, 1, 31) == event.review_by
    assert ("1.2.3", "https://telesift.example/schemas/1.2.3") == (
        catalog.version,
        catalog.schema_url,
    )


def test_a_reference_narrows_an_enum_and_refines_its_words(tmp_path: Path) -> None:
    """The event has its own members, brief and examples; the definition keeps its own."""
    narrowed = changed(
        "        requirement_level: required\n",
        "        brief: The wall's colour.\n        examples: [red]\n"
        "        annotations: {telesift: {members: [red, green]}}\n",
    )
    catalog = load(write(tmp_path, narrowed))
    use = catalog.events["wall.painted"].attributes["colour"]
    assert (("red", "green"), "The wall's colour.", ("red",)) == (
        use.members,
        use.brief,
        use.examples,
    )
    assert ("red", "green", "blue") == catalog.attributes["colour"].members
    assert catalog.narrows(use)


def test_a_group_brings_its_attributes(tmp_path: Path) -> None:
    """`ref_group` stands for the references of the group."""
    grouped = GROUPED.replace("      - ref: dry\n", "      - ref_group: acme.all\n")
    assert "dry" in load(write(tmp_path, grouped)).events["wall.painted"].attributes


def test_the_group_telesift_resource_lists_what_survives_of_a_resource(tmp_path: Path) -> None:
    """Without that group, nothing of a resource survives."""
    named = GROUPED.replace("acme.all", "telesift.resource")
    assert {} == load(write(tmp_path / "a", GROUPED)).resource
    assert ["dry"] == list(load(write(tmp_path / "b", named)).resource)


def test_the_digest_follows_what_is_said_and_not_where(tmp_path: Path) -> None:
    """A comment changes nothing; a bound does."""
    digest = load(write(tmp_path / "a")).digest
    assert digest == load(write(tmp_path / "b", f"# a comment\n{SOUND}")).digest
    assert digest != load(write(tmp_path / "c", changed("max_bytes: 8", "max_bytes: 9"))).digest


STEWARDED = """\
attribute_groups:
  - id: acme.file
    visibility: public
    brief: What the file is about.
    stability: stable
    annotations: {telesift: {owner: "@acme/file", review_by: 2027-02-28}}
"""


def test_an_owner_and_a_review_date_stand_once_for_a_file(tmp_path: Path) -> None:
    """Each holds where a definition has none of its own, and in its own file only."""
    paint = changed(
        """\
    annotations: {telesift: {owner: "@acme/paint", review_by: 2027-01-31}}
""",
        STEWARDED,
    ).replace('max_bytes: 8\n        owner: "@acme/paint"', "max_bytes: 8")
    other = OTHER_FILE.replace("label", "other")
    catalog = load(write(tmp_path, paint, other=other))
    painted, label, coats, apart = (
        catalog.events["wall.painted"],
        *(catalog.attributes[key] for key in ("label", "coats", "other")),
    )
    assert ("@acme/file", date(2027, 2, 28)) == (painted.owner, painted.review_by)
    assert ("@acme/file", date(2027, 1, 31)) == (label.owner, label.review_by)
    assert ("@acme/paint", date(2027, 1, 31)) == (coats.owner, coats.review_by)
    assert ("", None) == (apart.owner, apart.review_by)


WRONG_GROUPS = [
    ("public", "internal", "brief:", "unknown field `brief`"),
    ("public", "private", "visibility:", "Invalid value 'private'"),
    ("    stability: stable\n", "", "- id: acme.file", "missing required field `stability`"),
    ("owner:", "team:", "annotations:", "unknown field `team`"),
    ("2027-02-28", "soon", "annotations:", "Invalid RFC3339 encoded date"),
]


@pytest.mark.parametrize(("old", "new", "where", "message"), WRONG_GROUPS)
def test_an_error_in_a_group_names_its_line(
    tmp_path: Path, old: str, new: str, where: str, message: str
) -> None:
    """As Weaver has it, a public group says what it is, and an internal one has no annotations."""
    group = STEWARDED.replace(old, new)
    expected = (SOUND + group)[: len(SOUND) + group.index(where)].count("\n") + 1
    with pytest.raises(CatalogError, match=message) as caught:
        load(write(tmp_path, SOUND + group))
    assert f"events/paint.yaml:{expected}" == str(caught.value.source)


def test_a_file_has_one_owner(tmp_path: Path) -> None:
    """Of two groups that say who answers for the file, the second is refused."""
    second = STEWARDED.replace("attribute_groups:\n", "").replace("acme.file", "acme.again")
    text = SOUND + STEWARDED + second
    with pytest.raises(CatalogError, match="another group of this file says") as caught:
        load(write(tmp_path, text))
    assert f"events/paint.yaml:{len(text.splitlines())}" == str(caught.value.source)


WRONG = [
    ("max_bytes: 8", "max_bytes: eight", "max_bytes: eight", "Expected `int | null`, got `str`"),
    ("max_bytes: 8", "max_byte: 8", "max_byte: 8", "unknown field `max_byte`"),
    ("max_bytes: 8", "max_bytes: 0", "max_bytes: 0", "max_bytes is at least 1"),
    ("max_bytes: 8", "min: 1", "min: 1", "min has no meaning for this type"),
    ("max_bytes: 8", "wire_key: user.id", "key: label", "user.id is the processor's own"),
    ("max_bytes: 8", "format: uuid", "format: uuid", "brings its own pattern and length"),
    ("max_bytes: 8", "format: email", "format: email", "Invalid enum value 'email'"),
    ('"[a-z0-9-]+"', '"[a-z"', "pattern:", "syntax that the dialects do not share"),
    ("key: label", "key: colour # again", "key: colour # again", "colour is defined twice"),
    ("key: label", "key: ts", "key: ts", "ts is a key of the event itself"),
    ("type: string", "type: string[]", "type: string[]", "Invalid enum value 'string[]'"),
    ("type: string", "type: any", "type: any", "Invalid enum value 'any'"),
    ("type: int", "type: string", "min: 0\n        unit", "min has no meaning for this type"),
    ("max: 1\n", "max: -1\n", "max: -1", "max is below min"),
    ("{id: green}", "{id: red}", "members: [{id: red}", "lists each member once"),
    ("{id: green}", "{id: 'a\"b'}", "members: [{id: red}", "without quote or backslash"),
    ("[{id: red}, {id: green}, {id: blue}]", "[]", "members: []", "an enum needs members"),
    ("- ref: dry", "- ref: wet", "- ref: wet", "unknown attribute wet"),
    ("- ref: dry", "- ref_group: wet", "- ref_group: wet", "unknown group wet"),
    ("- ref: dry", "- {}", "- {}", "either ref or ref_group"),
    ("- ref: dry", "- {ref: dry, ref_group: dry}", "- {ref: dry, ref_group", "either ref or"),
    ("- ref: dry", "- ref: label # again", "- ref: label # again", "label is listed twice"),
    ("brief: A wall was painted.", "brief: 7", "brief: 7", "Expected `str`, got `int`"),
    ("name: wall.painted", "nome: wall.painted", "nome: wall.painted", "unknown field `nome`"),
    ("definition/2", "definition/1", "definition/1", "Invalid enum value 'definition/1'"),
    ("events:\n", "metrics:\n", "metrics:", "unknown field `metrics`"),
    ("    brief: The label.\n", "    brief: A\n    brief: B\n", "brief: B", "duplicate key"),
    (
        "brief: The label.",
        "brief: [unclosed",
        "stability: stable\n    examples: [a",
        "expected ',' or",
    ),
]


@pytest.mark.parametrize(("old", "new", "where", "message"), WRONG)
def test_an_error_names_its_line(
    tmp_path: Path, old: str, new: str, where: str, message: str
) -> None:
    """Whatever is wrong, the error points at it."""
    text = changed(old, new)
    line = text[: text.index(where)].count("\n") + 1
    with pytest.raises(CatalogError) as caught:
        load(write(tmp_path, text))
    assert f"events/paint.yaml:{line}" == str(caught.value.source)
    assert message in str(caught.value)


def test_narrowing_to_an_unknown_member_names_the_member(tmp_path: Path) -> None:
    """A narrowed enum cannot grow."""
    text = changed(
        "        requirement_level: required\n",
        "        annotations:\n          telesift:\n            members:\n            - red\n"
        "            - mauve\n",
    )
    line = line_of("- mauve", text)
    with pytest.raises(CatalogError, match=f"paint.yaml:{line}: colour has no member mauve"):
        load(write(tmp_path, text))


def test_a_group_does_not_nest(tmp_path: Path) -> None:
    """What an event carries is at most one step away from it."""
    nested = GROUPED.replace("[{ref: dry}]", "[{ref_group: acme.all}]").replace(
        "- ref: dry", "- ref_group: acme.all"
    )
    with pytest.raises(CatalogError, match="a group lists attributes, not groups"):
        load(write(tmp_path, nested))


def test_names_are_unique_across_files(tmp_path: Path) -> None:
    """The error points at the second definition."""
    with pytest.raises(CatalogError, match=r"paint\.yaml:10: label is defined twice"):
        load(write(tmp_path, other=OTHER_FILE))


def test_two_attributes_do_not_share_a_name_on_the_wire(tmp_path: Path) -> None:
    """A wire key is as unique as a key."""
    shared = changed("max_bytes: 8", "max_bytes: 8\n        wire_key: coats")
    with pytest.raises(CatalogError, match="coats is defined twice"):
        load(write(tmp_path, shared))


def test_a_registry_has_a_manifest(tmp_path: Path) -> None:
    """Files without a manifest are no registry."""
    directory = write(tmp_path)
    (directory / "manifest.yaml").unlink()
    with pytest.raises(CatalogError, match=r"events/manifest\.yaml:1: cannot be read"):
        load(directory)


def test_a_manifest_has_a_schema_url(tmp_path: Path) -> None:
    """The version of the catalog comes from it."""
    directory = write(tmp_path)
    (directory / "manifest.yaml").write_text(MANIFEST.replace("schema_url", "schema"))
    with pytest.raises(CatalogError, match=r"manifest\.yaml:1: .*`schema`"):
        load(directory)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    """Nothing is guessed from broken bytes."""
    directory = write(tmp_path)
    (directory / "paint.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogError, match=r"paint\.yaml:1: cannot be read"):
        load(directory)


def test_the_shipped_catalog_is_what_the_design_lists() -> None:
    """The whitelist of DESIGN section 3, event by event."""
    catalog = load(EVENTS)
    common = {"session_id", "version", "latency_ms"}
    own = {name: set(event.attributes) - common for name, event in catalog.events.items()}
    assert DESIGN == own
    required = {
        name: set(event.required) for name, event in catalog.events.items() if event.required
    }
    assert REQUIRED == required


PROMPT = {"prompt_id", "source"}
SHARE = {"prompt_id", "share_token"}
DESIGN = {
    "auth.login.success": set(),
    "auth.login.failure": set(),
    "auth.logout": set(),
    "vault.search_performed": {"result_count", "filter_hash", "query_len"},
    "vault.filtered_collection": {"result_count", "filter_hash"},
    "prompts.create": PROMPT,
    "prompts.update": PROMPT,
    "prompts.duplicate": PROMPT,
    "prompts.delete": PROMPT,
    "prompt_copied": PROMPT | {"variant"},
    "share.created": SHARE,
    "share.viewed": SHARE,
    "share.revoked": SHARE,
    "tags.added": {"prompt_id", "count"},
    "tags.removed": {"prompt_id", "count"},
    "models.selected": {"prompt_id", "model"},
    "import.started": {"source"},
    "import.completed": {"created", "skipped", "error_count"},
    "export.requested": {"result_count"},
    "export.completed": {"result_count"},
}
REQUIRED = {
    "prompts.create": {"prompt_id"},
    "prompts.update": {"prompt_id"},
    "prompts.duplicate": {"prompt_id"},
    "prompts.delete": {"prompt_id"},
    "prompt_copied": {"prompt_id", "variant", "source"},
}


def test_an_enum_is_narrowed_to_what_each_event_knows() -> None:
    """`source` means one thing; a prompt, a copy and an import know different members of it."""
    events = load(EVENTS).events
    assert ("card", "detail") == events["prompt_copied"].attributes["source"].members
    assert ("file", "paste", "url", "api") == events["import.started"].attributes["source"].members
    assert ("editor", "card", "detail", "import", "duplicate", "api", "other") == events[
        "prompts.create"
    ].attributes["source"].members


def test_only_what_a_person_could_type_is_free_form() -> None:
    """Enums, hashes, ids and hashed values are not; they need no personal-data check."""
    free = {key for key, attribute in load(EVENTS).attributes.items() if attribute.free_form}
    numbers = {"telesift.client.dropped", "telesift.clock.correction"}
    names = {key for key in load(EVENTS).resource if key not in numbers}
    assert {"session_id", "version", "model"} | names == free


def test_credentials_are_hashed_and_ids_are_formats() -> None:
    """The two properties that redaction stands on."""
    attributes = load(EVENTS).attributes
    hashed = {k for k, a in attributes.items() if a.sensitivity is Sensitivity.HASHED}
    assert {"share_token"} == hashed
    assert (Format.UUID, "session.id") == (
        attributes["prompt_id"].format,
        attributes["session_id"].wire_key,
    )
