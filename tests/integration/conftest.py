# SPDX-License-Identifier: Apache-2.0
"""A real processor, one for each test module."""

from collections.abc import Iterator

import pytest

from tests import services


@pytest.fixture(scope="module")
def processor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[services.Running]:
    """Run `telesift serve processor` as a user would."""
    with services.serving("processor", tmp_path_factory.mktemp("processor")) as running:
        yield running
