# SPDX-License-Identifier: Apache-2.0
"""Every file that a platform team may pass to a collector is one that it understands."""

import subprocess
from pathlib import Path

import pytest

from tests.collector.running import FILE_SINK, FRAGMENTS, PIPELINE, WHITELIST, config_flags

SINKS = sorted(FRAGMENTS.glob("sink-*.yaml"))
ADDITIONS = [FRAGMENTS / f"{name}.yaml" for name in ("metrics", "profiling", "traces")]
NOT_CONFIGURATION = [FRAGMENTS / "builder.yaml"]


def validate(otelcol: Path, *configs: Path) -> subprocess.CompletedProcess[str]:
    """Run `otelcol validate` on merged files."""
    command = [str(otelcol), "validate", *config_flags(*configs)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("sink", SINKS, ids=lambda path: path.stem)
def test_each_sink_completes_the_pipeline(otelcol: Path, sink: Path) -> None:
    """The pipeline, the whitelist and one sink are a whole configuration, without any variable."""
    result = validate(otelcol, PIPELINE, WHITELIST, sink)
    assert (0, "") == (result.returncode, result.stderr)


@pytest.mark.parametrize("addition", ADDITIONS, ids=lambda path: path.stem)
def test_each_addition_merges(otelcol: Path, addition: Path) -> None:
    """Metrics, profiling and traces can be added to any sink."""
    result = validate(otelcol, PIPELINE, WHITELIST, FILE_SINK, addition)
    assert (0, "") == (result.returncode, result.stderr)


def test_everything_merges_at_once(otelcol: Path) -> None:
    """All sinks and additions run side by side: none overwrites what another says."""
    result = validate(otelcol, PIPELINE, WHITELIST, *SINKS, *ADDITIONS)
    assert (0, "") == (result.returncode, result.stderr)


def test_no_fragment_is_left_out() -> None:
    """A new file in collector-config is validated here, or said to be no configuration."""
    assert sorted(SINKS + ADDITIONS + NOT_CONFIGURATION) == sorted(FRAGMENTS.glob("*.yaml"))


@pytest.mark.parametrize(
    "configs",
    [
        pytest.param((PIPELINE, WHITELIST), id="no-sink"),
        pytest.param((PIPELINE, FILE_SINK), id="no-whitelist"),
    ],
)
def test_half_a_pipeline_does_not_start(otelcol: Path, configs: tuple[Path, ...]) -> None:
    """Without a sink or without the whitelist it refuses, rather than pass events unseen."""
    assert validate(otelcol, *configs).returncode != 0
