# SPDX-License-Identifier: Apache-2.0
"""The collector's binary, for the tests that run it."""

from pathlib import Path

import pytest

from tests.collector.running import require_otelcol


@pytest.fixture(scope="session")
def otelcol() -> Path:
    """Return the real collector, or skip."""
    return require_otelcol()
