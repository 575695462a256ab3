# SPDX-License-Identifier: Apache-2.0
"""What a pattern is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of personal data or secret, and how to recognise it.

    name: stable, goes into verdicts and documentation.
    marker: what takes the place of a match.
    brief: one line for people.
    expression: RE2 syntax; where it has a group, the group is the match and the rest its context.
    confirm: for what regular expressions cannot say (check digits, lengths by country):
      takes a candidate, answers how many of its leading characters are a match, 0 for none.
    overlapping: whether a refused candidate may hide a match that begins inside it.
      Only for expressions of bounded length: matching must stay linear.
    """

    name: str
    marker: str
    brief: str
    expression: str
    confirm: Callable[[str], int] = len
    overlapping: bool = False
