# SPDX-License-Identifier: Apache-2.0
"""Which regular expressions a catalog may use: those that mean the same everywhere.

A pattern is run by Python, by the collector (Go's RE2), by JSON Schema validators (ECMAScript,
Rust) and by browsers. The dialects agree on a small part, and only that part is let in: literals,
groups, alternatives, quantifiers and positive character classes over printable ASCII, without the
quote and the backslash, so that a value that matches is valid inside JSON text as it is.
"""

import re
from typing import Final

import re2

_CLASS_ITEM: Final = r"(?:\\[\[\]^-]|[!#-,.-Z_`a-z{|}~ -])"
_CLASS: Final = rf"\[(?!\^)((?:{_CLASS_ITEM})+)\]"
_LITERAL: Final = r"[A-Za-z0-9_:@/=,;~#%&!<> '-]|\\[.+*?()|{}\[\]^$/]"
_QUANTIFIER: Final = r"[*+?]|\{\d+(?:,\d*)?\}"
_PORTABLE: Final = re.compile(rf"(?:{_LITERAL}|{_CLASS}|\(\?:|[)|]|{_QUANTIFIER})+")
_RANGE: Final = re.compile(rf"({_CLASS_ITEM})-({_CLASS_ITEM})")
_SET_OPERATORS: Final = ("&&", "--", "~~")  # Rust reads them as set algebra inside a class


def problem(pattern: str) -> str | None:
    """Return what keeps a pattern out of the catalog, or None."""
    classes = re.findall(_CLASS, pattern)
    if not _PORTABLE.fullmatch(pattern):
        return "pattern uses syntax that the dialects do not share (anchors are implied)"
    if any(operator in items for items in classes for operator in _SET_OPERATORS):
        return "pattern has a character class that Rust reads as set algebra"
    if any(_crosses_forbidden(items) for items in classes):
        return "pattern admits a quote or a backslash"
    return None if _compiles(pattern) else "pattern does not compile"


def _crosses_forbidden(items: str) -> bool:
    ranges = [(low[-1], high[-1]) for low, high in _RANGE.findall(items)]
    return any(low <= forbidden <= high for low, high in ranges for forbidden in '"\\')


def _compiles(pattern: str) -> bool:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error:
        return False
    return True
