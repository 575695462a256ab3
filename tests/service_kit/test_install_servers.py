# SPDX-License-Identifier: Apache-2.0
"""The script that installs the tests' servers, where it may and where it may not."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "install_servers.sh"
ROOT = "echo 0"
NOBODY = "echo 65534"


def install(machine: Path, programs: dict[str, str], **env: str) -> tuple[int, str]:
    """Run the script on a machine that has these programs only; return its code and its words."""
    for name, script in programs.items():
        program = machine / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    done = subprocess.run(
        ["/bin/bash", SCRIPT],
        env={"PATH": str(machine), "SBIN": str(machine), **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_nothing_is_said_where_nothing_is_missing(tmp_path: Path) -> None:
    """The usual case."""
    assert (0, "") == install(
        tmp_path,
        dict.fromkeys(["redis-server", "pgbouncer", "chromium-browser", "firefox-esr"], ""),
    )


@pytest.mark.parametrize(
    ("programs", "why"),
    [
        ({"id": NOBODY}, "not root"),
        ({"id": ROOT}, "no apt-get"),
        ({"id": ROOT, "apt-get": "exit 100"}, "apt-get could not install them"),
    ],
)
def test_what_cannot_be_installed_is_skipped_aloud(
    tmp_path: Path, programs: dict[str, str], why: str
) -> None:
    """One line on a developer's machine; an error in CI, where tests must not skip."""
    code, words = install(tmp_path, programs)
    assert (0, True) == (
        code,
        f"{why}; the tests that need redis-server pgbouncer chromium firefox-esr are" in words,
    )
    assert 1 == install(tmp_path, programs, CI="true")[0]


def test_only_what_is_missing_is_installed(tmp_path: Path) -> None:
    """Apt is asked for it by name."""
    log = tmp_path / "apt.log"
    programs = dict.fromkeys(["pgbouncer", "chromium", "firefox-esr"], "")
    programs |= {"id": ROOT, "apt-get": f'echo "$@" >> {log}'}
    code, words = install(tmp_path, programs)
    assert (0, "servers: installing redis-server\n") == (code, words)
    assert ["update", "install --yes --no-install-recommends redis-server"] == (
        log.read_text().splitlines()
    )
