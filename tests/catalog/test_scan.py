# SPDX-License-Identifier: Apache-2.0
"""The scan finds events in source code that the catalog does not know, and only those."""

from pathlib import Path

import pytest

from processors.catalog.scan import scan

KNOWN = {"auth.logout", "prompt_copied"}

IMPORT = 'import { track } from "@telesift/browser";'
FOUND = [
    ('<Row onClick={() => track("vault.opened")} />', "app.jsx"),
    (f'{IMPORT} track("vault.opened")', "app.ts"),
    (f"{IMPORT} track('vault.opened', {{ count: 1 }})", "app.js"),
    (f"{IMPORT} track(`vault.opened`)", "app.tsx"),
    (f'{IMPORT} track?.("vault.opened")', "app.mjs"),
    (f'{IMPORT} track<"vault.opened">("vault.opened")', "app.ts"),
    (f'{IMPORT} track(\n  "vault.opened",\n)', "app.ts"),
    (f'{IMPORT} <button onClick={{() => track("vault.opened")}} />', "app.jsx"),
    ('import { track as t } from "@telesift/browser"; t("vault.opened")', "app.ts"),
    ('import { init as start, track } from "/telesift/index.js"; track("vault.opened")', "app.js"),
    ('import * as sdk from "@telesift/browser"; sdk.track( "vault.opened" )', "app.jsx"),
    (
        'import { init } from "@telesift/browser"; const c = init(); c.track("vault.opened")',
        "app.ts",
    ),
    (
        'import { init } from "@telesift/browser"; let c; c = init(); c?.track("vault.opened")',
        "app.ts",
    ),
    ('const { track: t } = require("@telesift/browser"); t("vault.opened")', "app.cjs"),
    ('const { track } = await import("@telesift/browser"); track("vault.opened")', "app.mjs"),
    (
        'const a = <any>1; import { track } from "@telesift/browser"; track("vault.opened")',
        "app.ts",
    ),
    (f"<script setup>\n{IMPORT}\n</script>\n<a @click=\"track('vault.opened')\">", "App.vue"),
    (f'<script>\n{IMPORT} track("vault.opened")</script>', "App.svelte"),
    ('x = { eventName: "vault.opened" }', "app.ts"),
    ('x = {"eventName": "vault.opened"}', "app.py"),
    ("x = { eventName:\n    'vault.opened' }", "app.ts"),
    ('<Copy eventName="vault.opened" />', "app.tsx"),
    ('LogRecord(event_name="vault.opened")', "app.py"),
]
NOT_FOUND = [
    f'{IMPORT} track("auth.logout")',
    f"{IMPORT} track(name)",
    f"{IMPORT} track(`vault.${{action}}`)",
    f'{IMPORT} posthog.track("vault.opened")',
    f'{IMPORT} soundtrack("vault.opened")',
    f'{IMPORT} // track("vault.opened")',
    'import { track } from "other-analytics"; track("vault.opened")',
    'import { track as t } from "@telesift/browser"; track("vault.opened")',
    'import posthog from "posthog-js"; const c = posthog.init(); c.track("vault.opened")',
    'const track = console.log; track("vault.opened")',
    'function track(name) {} track("vault.opened")',
    'const { track } = useAnalytics(); track("vault.opened")',
    'posthog.track("vault.opened")',
    'x = { eventName: "prompt_copied" }',
    'eventName == "vault.opened"',
    'x = { myeventName: "vault.opened" }',
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
    file.write_text(f"\n{code}\n")
    line = 2 + code[: code.rindex("vault.opened")].count("\n")
    assert [f"{file}:{line}: event 'vault.opened' is not in the catalog"] == _scan(file)


@pytest.mark.parametrize("code", NOT_FOUND)
def test_other_code_is_left_alone(tmp_path: Path, code: str) -> None:
    """Known events, computed names and other functions are no findings."""
    file = tmp_path / "app.ts"
    file.write_text(code)
    assert [] == _scan(file)


def test_a_neighbour_that_hands_the_sdk_on_is_followed(tmp_path: Path) -> None:
    """Applications often have one module that exports `track` for all others."""
    (tmp_path / "telemetry.ts").write_text('export { track } from "@telesift/browser";')
    (tmp_path / "other.ts").write_text("export const track = (name: string) => name;")
    app = tmp_path / "app.ts"
    app.write_text('import { track } from "./telemetry"; track("vault.opened")')
    (tmp_path / "page.ts").write_text('import { track } from "./other.js"; track("a.b")')
    assert [app] == [unknown.file for unknown in scan([tmp_path], KNOWN)]


def test_every_call_of_a_file_is_reported(tmp_path: Path) -> None:
    """One unknown event does not hide the next."""
    file = tmp_path / "app.ts"
    file.write_text(f'{IMPORT} track("a.b"); track("auth.logout");\ntrack("c.d");')
    assert [1, 2] == [unknown.line for unknown in scan([file], KNOWN)]


def test_a_folder_is_searched_without_what_others_wrote(tmp_path: Path) -> None:
    """Packages, builds and generated files are not this project's to change."""
    for folder in ("src", "node_modules/sdk", ".git", "build", "dist", "src/generated"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "app.ts").write_text(f'{IMPORT} track("vault.opened")')
    (tmp_path / "src" / "notes.md").write_text(f'{IMPORT} track("vault.opened")')
    assert [tmp_path / "src" / "app.ts"] == [unknown.file for unknown in scan([tmp_path], KNOWN)]


def test_bytes_that_are_no_text_do_not_stop_the_scan(tmp_path: Path) -> None:
    """A stray byte hides nothing behind it."""
    (tmp_path / "app.js").write_bytes(
        b'x = "\xff\xfe";' + f'{IMPORT} track("vault.opened")'.encode()
    )
    (tmp_path / "gone.js").symlink_to(tmp_path / "nowhere")
    assert 1 == len(_scan(tmp_path))
