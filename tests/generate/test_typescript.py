# SPDX-License-Identifier: Apache-2.0
"""The generated TypeScript compiles, and makes a wrong `track()` not compile."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from processors.catalog.load import load
from processors.catalog.model import Catalog
from telesift.generate import events_page, typescript
from tests.catalog.registries import write

ROOT = Path(__file__).parents[2]
TSC = ROOT / "node_modules" / ".bin" / "tsc"
FLAGS = ["--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--module", "nodenext"]

TRACK = """\
import type { EventName, TrackArgs } from "./events.js";
declare function track<E extends EventName>(event: E, ...props: TrackArgs<E>): void;
declare const anyEvent: EventName;
"""
RIGHT = """\
track("auth.logout");
track("auth.logout", {});
track("auth.logout", { latency_ms: 42 });
track("prompts.create", { prompt_id: "x", source: "editor" });
track("prompt_copied", { prompt_id: "x", variant: "json", source: "card", version: "2" });
"""
WRONG = """\
track("auth.logut");
track();
track("auth.logout", { latency_ms: "42" });
track("auth.logout", { prompt_id: "x" });
track("auth.logout", { latency_ms: 42, note: "x" });
track("auth.logout", {}, {});
track("prompts.create");
track("prompts.create", {});
track("prompts.create", { prompt_id: 7 });
track("prompts.create", { prompt_id: "x", source: "paste" });
track("prompt_copied", { prompt_id: "x", variant: "json" });
track("prompt_copied", { prompt_id: "x", variant: "json", source: "editor" });
track("import.started", { source: "card" });
track(anyEvent as string);
"""


@dataclass(frozen=True)
class Compiled:
    """A folder that was compiled, and the compiler's complaints."""

    folder: Path
    complaints: list[str]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """Compile the generated modules and their users, once.

    Without tsc, skip the tests, or fail them where CI=true.
    """
    if not TSC.exists():
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("no TypeScript compiler: `make node_modules/.ready`")
    folder = tmp_path_factory.mktemp("typescript")
    expected_errors = "".join(f"// @ts-expect-error\n{line}\n" for line in WRONG.splitlines())
    sources = {
        "events.ts": typescript.events(load()),
        "rules.ts": typescript.rules(load()),
        "calls.ts": TRACK + RIGHT + expected_errors,
        "examples.ts": TRACK + _examples(),
        "package.json": '{"type": "module"}',
        "run.js": RUN_RULES,
    }
    for name, text in sources.items():
        (folder / name).write_text(text)
    compiler = [str(TSC), *FLAGS, "calls.ts", "examples.ts", "rules.ts"]
    done = subprocess.run(compiler, cwd=folder, capture_output=True, text=True, check=False)
    return Compiled(folder, done.stdout.splitlines())


def _examples() -> str:
    lines = []
    for event in load().events.values():
        props = {k: v for k, v in events_page.sent(event).items() if k not in ("event", "ts")}
        lines.append(f"track({json.dumps(event.name)}, {json.dumps(props)});")
        lines.append("// @ts-expect-error")
        lines.append(f"track({json.dumps(event.name)}, {json.dumps(props | {'evil': 1})});")
    return "\n".join(lines)


def test_right_calls_compile_and_wrong_ones_do_not(compiled: Compiled) -> None:
    """Each wrong call is marked as an expected error; one that compiled would be a complaint."""
    assert [] == [line for line in compiled.complaints if line.startswith("calls.ts")]


def test_every_event_takes_its_own_example_and_nothing_more(compiled: Compiled) -> None:
    """What the page of the catalog shows can be tracked as it is."""
    assert [] == [line for line in compiled.complaints if line.startswith("examples.ts")]


RUN_RULES = """\
import { RULES } from "./rules.js";
const patterns = ({ required, attributes }) => ({
  required,
  attributes: Object.fromEntries(Object.entries(attributes).map(([key, rule]) =>
    [key, rule.pattern ? { ...rule, pattern: rule.pattern.source } : rule])),
});
console.log(JSON.stringify(Object.fromEntries(
  Object.entries(RULES).map(([name, rules]) => [name, patterns(rules)]))));
"""


def test_the_rules_say_what_the_catalog_says(compiled: Compiled) -> None:
    """Run in Node, the table has each event's attributes, requirements and bounds."""
    assert [] == compiled.complaints
    done = subprocess.run(["node", "run.js"], cwd=compiled.folder, capture_output=True, check=True)
    assert _expected(load()) == json.loads(done.stdout)


def _expected(catalog: Catalog) -> dict[str, object]:
    return {
        name: {
            "required": sorted(event.required),
            "attributes": {key: _rule(attribute) for key, attribute in event.attributes.items()},
        }
        for name, event in catalog.events.items()
    }


def _rule(attribute: object) -> dict[str, object]:
    match attribute:
        case object(members=tuple(members)):
            return {"type": "enum", "members": list(members)}
        case object(pattern=str(pattern), max_bytes=length):
            # a slash is escaped in a JavaScript regular expression
            source = f"^(?:{pattern})$".replace("/", "\\/")
            return {"type": "string", "pattern": source, "maxLength": length}
        case object(type=type_, minimum=low, maximum=high):
            return {"type": type_, "min": low, "max": high or 2**53 - 1}
    raise AssertionError(attribute)


def test_a_boolean_and_a_double_have_their_types(tmp_path: Path) -> None:
    """The shipped catalog has neither; another one may."""
    catalog = load(write(tmp_path))
    events, rules = typescript.events(catalog), typescript.rules(catalog)
    assert "    share?: number;\n" in events
    assert "    dry?: boolean;\n" in events
    assert 'const dryRule: Rule = { type: "boolean" };\n' in rules
    assert 'const shareRule: Rule = { type: "double", min: 0, max: 1 };\n' in rules
