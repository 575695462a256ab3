# SPDX-License-Identifier: Apache-2.0
"""`telesift catalog`: what it prints, and how it ends, is what CI goes by."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from telesift.commands.catalog import app
from tests.catalog.registries import changed, write


def run(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_lint_is_silent_on_the_shipped_catalog() -> None:
    """No news is good news."""
    result = run("lint")
    assert (0, "") == (result.exit_code, result.output)


def test_lint_prints_each_finding_and_fails(tmp_path: Path) -> None:
    """File, line, check and message, one per line."""
    directory = write(tmp_path, changed("brief: The label.", 'brief: ""'))
    result = run("lint", "--catalog", directory)
    expected = "events/paint.yaml:10: brief: label has no brief that is a sentence\n"
    assert (1, expected) == (result.exit_code, result.output)


@pytest.mark.parametrize("command", ["lint", "generate", "check"])
def test_a_catalog_that_does_not_load_fails_every_command(tmp_path: Path, command: str) -> None:
    """The error names file and line; there is no traceback."""
    directory = write(tmp_path, changed("type: string", "type: any"))
    result = run(command, "--catalog", directory)
    assert 1 == result.exit_code
    assert result.output.startswith("events/paint.yaml:11: ")
    assert 1 == result.output.count("\n")


def test_check_names_what_drifted_and_what_to_do(tmp_path: Path) -> None:
    """A file that was changed by hand, or forgotten, fails the check until it is written anew."""
    assert 0 == run("generate", "--root", tmp_path).exit_code
    assert 0 == run("check", "--root", tmp_path).exit_code
    page = tmp_path / "docs" / "telemetry" / "events.md"
    page.write_text(page.read_text() + "and one more thing\n")
    (tmp_path / "browser-sdk" / "src" / "generated" / "events.ts").unlink()
    result = run("check", "--root", tmp_path)
    assert 1 == result.exit_code
    problem = "is not what would be generated now; run: make generate"
    expected = ["browser-sdk/src/generated/events.ts", "docs/telemetry/events.md"]
    assert [f"{path}: {problem}" for path in expected] == result.output.splitlines()
    assert 0 == run("generate", "--root", tmp_path).exit_code
    assert 0 == run("check", "--root", tmp_path).exit_code


def test_scan_fails_on_an_unknown_event_only(tmp_path: Path) -> None:
    """This is the story's CI rule."""
    file = tmp_path / "app.ts"
    file.write_text('track("auth.logout");\n')
    assert 0 == run("scan", file).exit_code
    file.write_text('track("auth.logout");\ntrack("auth.logut");\n')
    result = run("scan", file)
    expected = f"{file}:2: event 'auth.logut' is not in the catalog\n"
    assert (1, expected) == (result.exit_code, result.output)


def test_scan_refuses_a_path_that_is_not_there(tmp_path: Path) -> None:
    """A typo in a CI job does not pass for a clean tree."""
    assert 2 == run("scan", tmp_path / "nowhere").exit_code
