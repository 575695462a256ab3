# SPDX-License-Identifier: Apache-2.0
"""Feature flags: on, off, or on for a stable share of the owners."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

_BUCKETS: Final = 10_000  # a share is exact to a hundredth of a percent
_PERCENTAGE = re.compile(r"(\d{1,3})(?:\.(\d{1,2}))?%", re.ASCII)
_WORDS: Final = {"true": _BUCKETS, "false": 0}


@dataclass(frozen=True, slots=True)
class Flag:
    """A feature that is on for `buckets` of 10,000 owners.

    An owner's bucket depends on the flag's name and the owner alone: it is the same in every
    process, raising a share never switches anybody off, and two flags at 25 % do not pick the
    same quarter.
    """

    name: str
    buckets: int

    def enabled_for(self, owner_id: str) -> bool:
        """Return whether the feature is on for this owner."""
        if self.buckets in (0, _BUCKETS):
            return self.buckets == _BUCKETS
        digest = hashlib.sha256(f"{self.name}:{owner_id}".encode()).digest()
        return int.from_bytes(digest[:8]) % _BUCKETS < self.buckets


def parse(name: str, text: str) -> Flag:
    """Read `true`, `false` or a percentage such as `25%` or `0.5%`.

    Raises `ValueError`, without quoting the text, for anything else.
    """
    if text in _WORDS:
        return Flag(name, _WORDS[text])
    match = _PERCENTAGE.fullmatch(text)
    buckets = int(match[1] + (match[2] or "").ljust(2, "0")) if match else _BUCKETS + 1
    if buckets > _BUCKETS:
        raise ValueError("a flag is true, false or a percentage")
    return Flag(name, buckets)


def on(name: str) -> Flag:
    """Return a flag that is on for everybody."""
    return Flag(name, _BUCKETS)


def off(name: str) -> Flag:
    """Return a flag that is off for everybody."""
    return Flag(name, 0)
