# SPDX-License-Identifier: Apache-2.0
"""Hashes that travel in place of values that must not.

`keyed_hash` makes pseudonyms on the server.
`hash_query` and `hash_filters` have twins in the browser SDK (`hashQuery`, `hashFilters`):
both sides hash one normal form, defined so that Python and JavaScript build the same one.
`tests/vectors/hashing.json` holds shared cases, `tests/vectors/reference.mjs` the JavaScript.
Characters newer than Unicode 14, the version of Python 3.11, may hash differently there.
"""

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping

Scalar = str | bool | int | None
Filters = Mapping[str, Scalar | Iterable[Scalar]]

SAFE_INTEGER = 2**53 - 1  # JavaScript counts exactly as far as this
_FINAL_SIGMA, _SIGMA = "\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}"

# JavaScript's \s, spelled out: Python's also has U+001C-001F and U+0085, and lacks U+FEFF.
_WHITESPACE = re.compile("[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+")


def keyed_hash(secret: bytes, value: str) -> str:
    """Return the HMAC-SHA-256 of a value's UTF-8, as 64 lowercase hex digits.

    Raises ValueError for an empty secret: the hash of a guessable value would be reversible.
    """
    if not secret:
        raise ValueError("a keyed hash needs a secret that is not empty")
    return hmac.digest(secret, value.encode("utf-8", "surrogatepass"), "sha256").hex()


def normalise_query(text: str) -> str:
    """Return the form of a text in which spelling variants are equal.

    In this order: lone surrogates become U+FFFD; NFKC; lower case; final sigma becomes sigma;
    NFKC again; a run of white space (JavaScript's `\\s`) becomes one space, none at the ends.
    """
    # Lower-casing is free of locale here and there; the final sigma is its only rule that looks at
    # neighbours, and engines differ on what a neighbour is.
    lowered = _compatible(_well_formed(text)).lower().replace(_FINAL_SIGMA, _SIGMA)
    return _WHITESPACE.sub(" ", _compatible(lowered)).strip(" ")


def hash_query(text: str) -> str:
    """Return the SHA-256 of a normalised search query, as 64 lowercase hex digits."""
    return _sha256(normalise_query(text))


def hash_filters(filters: Filters) -> str:
    """Return the SHA-256 of a search's canonical filters, as 64 lowercase hex digits.

    Equal for selections that differ only in order, repetition, spelling (see `normalise_query`)
    or filters left empty.
    Raises ValueError for what `canonical_filters` refuses.
    """
    return _sha256(canonical_filters(filters))


def canonical_filters(filters: Filters) -> str:
    """Return filters as canonical JSON: RFC 8785, restricted to what both languages write alike.

    Strings are normalised as a query is.
    Null, the empty string and the empty list are dropped, from lists too; `false` and 0 stay.
    Lists are sets: sorted by their items' JSON, repeated items dropped.
    Keys stay as they are. All sorting is by UTF-16 code unit.
    Raises ValueError for floats, integers beyond ±(2^53 - 1), nested lists, mappings,
    and keys that are no well-formed strings.
    """
    members = {_key(key): _value(value) for key, value in filters.items()}
    kept = sorted((key for key, value in members.items() if value), key=_utf16)
    return "{" + ",".join(f"{_json(key)}:{members[key]}" for key in kept) + "}"


def _key(key: object) -> str:
    if not isinstance(key, str) or key != _well_formed(key):
        raise ValueError("a filter's name is a well-formed string")
    return key


def _value(value: object) -> str:
    """Return a value's canonical JSON, or nothing for one that is dropped."""
    if not isinstance(value, list | tuple | set | frozenset):
        return _scalar(value)
    items = sorted({_scalar(item) for item in value} - {""}, key=_utf16)
    return f"[{','.join(items)}]" if items else ""


def _scalar(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            normalised = normalise_query(value)
            return _json(normalised) if normalised else ""
        case int() if abs(value) <= SAFE_INTEGER:
            return json.dumps(value)
    raise ValueError("a filter's value is a string, a boolean, a safe integer, or a list of these")


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be")


def _well_formed(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _compatible(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
