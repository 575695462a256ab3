# SPDX-License-Identifier: Apache-2.0
"""The collector's README leaves nothing out and shows nothing that does not work."""

import re
import subprocess
from pathlib import Path

from telesift.generate.collector import PROCESSORS
from tests.collector.running import FILE_SINK, FRAGMENTS, PIPELINE, WHITELIST, config_flags

README = (FRAGMENTS / "README.md").read_text()


def configs() -> list[Path]:
    """Return every configuration file that ships."""
    return [PIPELINE, *FRAGMENTS.glob("*.yaml"), WHITELIST]


def test_every_file_is_explained() -> None:
    """A file that is not in the README's table does not exist for its reader."""
    unexplained = [config.name for config in configs() if config.name not in README]
    assert [] == unexplained


def test_every_variable_is_explained() -> None:
    """Each `${env:...}` of the configuration is in the README's table."""
    text = "".join(config.read_text() for config in configs())
    variables = set(re.findall(r"\$\{env:(\w+)", text))
    assert [] == sorted(name for name in variables if f"`{name}`" not in README)


def test_the_whitelists_processors_are_listed_in_their_order() -> None:
    """What the README tells a platform team to list is what the generated file defines."""
    assert list(PROCESSORS) == re.findall(r"^        - (\w+/telesift_\w+)$", README, re.MULTILINE)


def test_the_addition_of_ones_own_validates(otelcol: Path, tmp_path: Path) -> None:
    """The README's region.yaml merges into the pipeline as it says."""
    found = re.search(r"# region\.yaml\n(.*?)```", README, re.DOTALL)
    assert found
    addition = tmp_path / "region.yaml"
    addition.write_text(found[1])
    command = [str(otelcol), "validate", *config_flags(PIPELINE, WHITELIST, FILE_SINK, addition)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, "") == (result.returncode, result.stderr)
