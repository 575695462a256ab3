# SPDX-License-Identifier: Apache-2.0
"""compose.yaml cannot run in the tests; what it refers to can be checked all the same."""

from typing import Any

import pytest
import yaml

from processors.gateway.settings import ProcessorSettings
from telesift.settings import BY_SERVICE, read
from tests.collector.running import FRAGMENTS, ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]


def test_the_collectors_image_is_of_the_release_that_we_build() -> None:
    """The tests run the build; compose runs the official image of the same release."""
    manifest = yaml.safe_load((FRAGMENTS / "builder.yaml").read_text())
    release = manifest["dist"]["version"]
    image = f"otel/opentelemetry-collector-contrib:{release}"
    assert image == SERVICES["collector"]["image"]


def test_the_collector_reads_files_that_exist() -> None:
    """Each --config is a file of this repository, mounted where the flag says."""
    flags = SERVICES["collector"]["command"]
    files = [flag.removeprefix("--config=/etc/telesift/") for flag in flags]
    assert [] == [name for name in files if not (ROOT / name).is_file()]


@pytest.mark.parametrize("service", OURS)
def test_the_services_settings_are_accepted(service: str) -> None:
    """No service would refuse to start over its settings."""
    environ = {name: str(value) for name, value in SERVICES[service]["environment"].items()}
    assert "0.0.0.0" == read(BY_SERVICE.get(service, ProcessorSettings), environ).host
