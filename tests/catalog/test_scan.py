# SPDX-License-Identifier: Apache-2.0
"""The scan finds events in source code that the catalog does not know, and only those."""

from pathlib import Path

import pytest

from processors.catalog.scan import scan

KNOWN = {"auth.logout", "prompt_copied"}

FOUND = [
    ('track("vault.opened")', "app.ts"),
    ("track('vault.opened', { count: 1 })", "app.js"),
    ("track(`vault.opened`)", "app.tsx"),
    ('telemetry.track( "vault.opened" )', "app.jsx"),
    ('track?.("vault.opened")', "app.mjs"),
    ('track<"vault.opened">("vault.opened")', "app.ts"),
    ('track(\n  "vault.opened",\n)', "app.py"),
    ('{ eventName: "vault.opened" }', "app.ts"),
    ('{"eventName": "vault.opened"}', "app.py"),
    ("{ eventName:\n    'vault.opened' }", "app.ts"),
    ('<Copy eventName="vault.opened" />', "app.tsx"),
    ('LogRecord(event_name="vault.opened")', "app.py"),
]
NOT_FOUND = [
    'track("auth.logout")',
    '{ eventName: "prompt_copied" }',
    'soundtrack("vault.opened")',
    'backtrack("vault.opened")',
    "track(name)",
    "track(`vault.${action}`)",
    'eventName == "vault.opened"',
    'myeventName: "vault.opened"',
    'log("vault.opened")',
]


def _scan(path: Path) -> list[str]:
    return [str(unknown) for unknown in scan([path], KNOWN)]


@pytest.mark.parametrize(("code", "name"), FOUND)
def test_an_unknown_event_is_found_in_every_way_of_writing_it(
    tmp_path: Path, code: str, name: str
) -> None:
    """The report points at the name, also where the call began a line before."""
    file = tmp_path / name
    file.write_text(f"// first line\n{code}\n")
    line = 2 + code[: code.rindex("vault.opened")].count("\n")
    assert [f"{file}:{line}: event 'vault.opened' is not in the catalog"] == _scan(file)


@pytest.mark.parametrize("code", NOT_FOUND)
def test_other_code_is_left_alone(tmp_path: Path, code: str) -> None:
    """Known events, computed names and other functions are no findings."""
    file = tmp_path / "app.ts"
    file.write_text(code)
    assert [] == _scan(file)


def test_every_call_of_a_file_is_reported(tmp_path: Path) -> None:
    """One unknown event does not hide the next."""
    file = tmp_path / "app.ts"
    file.write_text('track("a.b"); track("auth.logout");\ntrack("c.d");')
    assert [1, 2] == [unknown.line for unknown in scan([file], KNOWN)]


def test_a_folder_is_searched_without_what_others_wrote(tmp_path: Path) -> None:
    """Packages, builds and generated files are not this project's to change."""
    for folder in ("src", "node_modules/sdk", ".git", "build", "dist", "src/generated"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "app.ts").write_text('track("vault.opened")')
    (tmp_path / "src" / "notes.md").write_text('track("vault.opened")')
    assert [tmp_path / "src" / "app.ts"] == [unknown.file for unknown in scan([tmp_path], KNOWN)]


def test_bytes_that_are_no_text_do_not_stop_the_scan(tmp_path: Path) -> None:
    """A stray byte hides nothing behind it."""
    (tmp_path / "app.js").write_bytes(b'\xff\xfe track("vault.opened")')
    (tmp_path / "gone.js").symlink_to(tmp_path / "nowhere")
    assert 1 == len(_scan(tmp_path))
