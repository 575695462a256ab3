# SPDX-License-Identifier: Apache-2.0
"""No link of the documentation leads nowhere."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.docs.blocks import ROOT, Inline, targets

LOCAL = {"127.0.0.1", "localhost"}


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """Each link to a page, a heading, a file or a picture has something at its end.

    It is `make docs`, but writes nothing.
    """
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going"]
    places = ["--builder", "dummy", "--conf-dir", "docs", ".", str(tmp_path)]
    built = subprocess.run(command + places, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ("", 0) == (built.stderr, built.returncode)


def test_links_to_other_sites_are_well_formed() -> None:
    """Whether their servers answer today is no business of a test."""
    assert [] == [str(target) for target in targets() if not is_well_formed(target)]


def is_well_formed(target: Inline) -> bool:
    """Return whether a target is one of ours, a place on this machine, or an address with https."""
    parts = urlsplit(target.text)
    if not parts.scheme:
        return not parts.netloc
    if parts.hostname in LOCAL:
        return parts.scheme == "http"
    return parts.scheme == "https" and "." in (parts.hostname or "") and " " not in target.text
