# SPDX-License-Identifier: Apache-2.0
"""Hashes agree with the shared vectors, and Python with JavaScript."""

import json
import re
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service_kit import hashing

VECTORS = Path(__file__).parents[1] / "vectors"
CASES = json.loads((VECTORS / "hashing.json").read_text("utf-8"))
EVERY = range(0x110000)

# What JavaScript can hold, where a pair of surrogates is one character.
# A character that this Unicode does not assign yet may normalise in a newer one.
TEXTS = st.text(
    st.characters(exclude_categories=["Cn", "Cs"])
    | st.sampled_from("\ud83d\ude00ΣςİßǅK \u00a0\u0307\u0345")
)
SCALARS = st.none() | st.booleans() | st.integers(-(2**54), 2**54) | TEXTS
FILTERS = st.dictionaries(st.text(max_size=4), SCALARS | st.lists(SCALARS, max_size=4), max_size=4)


def assigned_in_both() -> str:
    here = "".join(filter(lambda c: unicodedata.category(c) not in {"Cn", "Cs"}, map(chr, EVERY)))
    script = r"process.stdout.write(fs.readFileSync(0, 'utf8').replace(/\p{Cn}/gu, ''))"
    return subprocess.run(
        ["node", "-e", script], input=here.encode(), stdout=subprocess.PIPE, check=True
    ).stdout.decode()


def in_javascript(texts: list[str] = [], filters: list[Any] = []) -> dict[str, list[Any]]:  # noqa: B006 read only
    run = subprocess.run(
        ["node", VECTORS / "reference.mjs"],
        input=json.dumps({"texts": texts, "filters": filters}),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout)


def in_python(filters: Any) -> list[str] | None:
    try:
        return [hashing.canonical_filters(filters), hashing.hash_filters(filters)]
    except ValueError:
        return None


def as_javascript_reads_it(value: Any) -> Any:
    return json.loads(json.dumps(value))


def why(case: dict[str, Any]) -> str:
    return str(case["why"])


@pytest.mark.parametrize("case", CASES["queries"], ids=why)
def test_query_vectors_hold(case: dict[str, str]) -> None:
    """A query has the normal form and the hash of the shared vectors."""
    assert case["normalised"] == hashing.normalise_query(case["text"])
    assert case["hash"] == hashing.hash_query(case["text"])


@pytest.mark.parametrize("case", CASES["filters"], ids=why)
def test_filter_vectors_hold(case: dict[str, Any]) -> None:
    """Filters have the canonical form and the hash of the shared vectors."""
    assert case["canonical"] == hashing.canonical_filters(case["filters"])
    assert case["hash"] == hashing.hash_filters(case["filters"])


@pytest.mark.parametrize("case", CASES["refused"], ids=why)
def test_what_the_languages_write_differently_is_refused(case: dict[str, Any]) -> None:
    """Floats, big integers, nesting and broken keys raise, without quoting what they saw."""
    with pytest.raises(ValueError, match=r"^a filter's (name|value) is") as refusal:
        hashing.hash_filters(case["filters"])
    assert not re.search(r"\d{3}|\ud83d", str(refusal.value))


@pytest.mark.parametrize("case", CASES["keyed"], ids=why)
def test_keyed_hash_is_hmac_sha_256(case: dict[str, str]) -> None:
    """The keyed hash gives RFC 4231's answers."""
    assert case["hash"] == hashing.keyed_hash(bytes.fromhex(case["secret_hex"]), case["value"])


def test_keyed_hash_refuses_an_empty_secret() -> None:
    """A pseudonym under no key is not one."""
    with pytest.raises(ValueError, match="secret"):
        hashing.keyed_hash(b"", "share-token")


def test_javascript_gives_the_vectors() -> None:
    """The reference in JavaScript agrees with every shared case."""
    accepted, refused = CASES["filters"], CASES["refused"]
    answers = in_javascript(
        [case["text"] for case in CASES["queries"]],
        [case["filters"] for case in accepted + refused],
    )
    assert [[case["normalised"], case["hash"]] for case in CASES["queries"]] == answers["texts"]
    expected = [[case["canonical"], case["hash"]] for case in accepted] + [None] * len(refused)
    assert expected == answers["filters"]


def test_javascript_agrees_on_every_character() -> None:
    """Each character that both Unicode versions assign normalises alike in JavaScript."""
    text = "\n".join(f"a{character}b" for character in assigned_in_both())
    [[theirs, _]] = in_javascript([text])["texts"]
    pairs = zip(hashing.normalise_query(text).split(" "), theirs.split(" "), strict=True)
    assert not [pair for pair in pairs if pair[0] != pair[1]]


def test_javascript_agrees_on_random_values() -> None:
    """Random texts and filters, odd ones included, have the same form, hash and refusals."""
    texts: list[str] = []
    filters: list[Any] = []

    @settings(deadline=None)
    @given(TEXTS, FILTERS)
    def collect(text: str, mapping: dict[str, Any]) -> None:
        texts.append(as_javascript_reads_it(text))
        filters.append(as_javascript_reads_it(mapping))

    collect()
    filters.append({"share": 0.5})  # chance need not bring one that both refuse
    answers = in_javascript(texts, filters)
    assert [[hashing.normalise_query(t), hashing.hash_query(t)] for t in texts] == answers["texts"]
    assert [in_python(f) for f in filters] == answers["filters"]
    assert None in answers["filters"]


@settings(deadline=None)
@given(TEXTS)
def test_normalising_twice_changes_nothing(text: str) -> None:
    """A normal form is its own normal form."""
    once = hashing.normalise_query(text)
    assert once == hashing.normalise_query(once)


@settings(deadline=None)
@given(FILTERS)
def test_order_and_repetition_do_not_count(filters: dict[str, Any]) -> None:
    """Filters given in another order, with list items twice, hash alike."""
    shuffled = {
        key: value[::-1] + value if isinstance(value, list) else value
        for key, value in reversed(filters.items())
    }
    assert in_python(filters) == in_python(shuffled)
