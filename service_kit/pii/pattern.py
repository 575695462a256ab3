# SPDX-License-Identifier: Apache-2.0
"""What a pattern is, and how words announce what follows them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from service_kit.pii.folding import fold


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way in which a kind of personal data or secret is written, and how to recognise it.

    name: stable, goes into verdicts and documentation.
    kind: what it is; several patterns may find one kind. Its marker takes the place of a match.
    brief: one line for people.
    expression: RE2 syntax; where it has a group, the group is the match and the rest its context.
    confirm: for what regular expressions cannot say (check digits, lengths by country):
      takes a candidate, answers how many of its leading characters are a match, 0 for none.
    overlapping: whether a refused candidate may hide a match that begins inside it.
      Only for expressions of bounded length: matching must stay linear.
    grouped: whether digit groups beside a match belong to the same number, and go with it.
    unmasked: whether it looks at harmless shapes too (a date of birth is a date).
    """

    name: str
    kind: str
    brief: str
    expression: str
    confirm: Callable[[str], int] = len
    overlapping: bool = False
    grouped: bool = False
    unmasked: bool = False

    @property
    def marker(self) -> str:
        return f"[{self.kind}]"


LETTER = r"A-Za-z\x{AA}\x{B5}\x{BA}\x{C0}-\x{1FFF}\x{3040}-\x{D7FF}"
"""Letters and their marks, for a class of RE2. Plain ranges: \\pL costs hundreds of states."""


def words(spaced: str, unspaced: str = "") -> str:
    """Return an expression for announcing words, given as alternatives of RE2.

    Spaced words stand alone; scripts without spaces between words run into what they announce.
    Folded like the texts that they are looked for in.
    """
    alone = rf"(?:^|[^0-9{LETTER}])(?i:{spaced})"
    expression = rf"(?:{alone}|(?:{unspaced}))" if unspaced else alone
    return fold(expression).decode()


def whole(check: Callable[[str], bool]) -> Callable[[str], int]:
    """Return a confirmation that takes all of a candidate or nothing."""
    return lambda candidate: len(candidate) if check(candidate) else 0


_CLASSES = ((re.compile("[0-9]"), "0"), (re.compile("[A-Z]"), "A"), (re.compile("[a-z]"), "a"))


def changes(text: str) -> float:
    """Return how often, per character, a text changes between digits, capitals and small letters.

    Random base 62 changes at 0.6, hexadecimals at 0.45, words and camel case below 0.2.
    """
    for expression, letter in _CLASSES:
        text = expression.sub(letter, text)
    text = re.sub("[^0Aa]", "", text)
    changed = sum(a != b for a, b in pairwise(text))
    return changed / max(1, len(text))
