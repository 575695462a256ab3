# SPDX-License-Identifier: Apache-2.0
"""The walks through the architecture name steps that exist, where the page says they are."""

import importlib
import re
from functools import reduce

import pytest

from tests.docs.blocks import ROOT

STEP = re.compile(r"^\| \d\w? \| `([\w.]+)`[^|]* \| `([\w./-]+)` \|", re.MULTILINE)
STEPS = STEP.findall((ROOT / "docs/telemetry/architecture.md").read_text("utf-8"))


def test_the_page_has_its_walks() -> None:
    """An event to a sink, a rating to its row, `track()` to the wire."""
    assert {"Sink.deliver", "Store.rate", "track"} < {step for step, _ in STEPS}


@pytest.mark.parametrize(("step", "place"), STEPS)
def test_every_step_exists(step: str, place: str) -> None:
    """It is a member of its module or, in the page, a function of its file."""
    if place.endswith(".ts"):
        source = (ROOT / place).read_text("utf-8")
        assert re.search(rf"(function |^ +){step}\b.*[({{]", source, re.MULTILINE)
    else:
        reduce(getattr, step.split("."), importlib.import_module(place))
