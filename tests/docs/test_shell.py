# SPDX-License-Identifier: Apache-2.0
"""Every shell command in the documentation is one; requests go to real services."""

import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import typer

from processors.gateway.settings import ProcessorSettings
from telesift.cli import app
from telesift.local_stack import DEV_TOKENS
from telesift.settings import read
from tests.docs.blocks import ROOT, Block, blocks
from tests.docs.test_reference import FIELDS
from tests.services import Running, serving

ASSIGNMENT = re.compile("[A-Z_]+=.*")


def commands(block: Block) -> Iterator[list[str]]:
    """Return a shell block's commands, each as its words, without redirections and pipes."""
    for line in block.text.replace("\\\n", " ").splitlines():
        if words := shlex.split(line, comments=True):
            yield words[: words.index(">")] if ">" in words else words


def is_environment(block: Block) -> bool:
    """Return whether a block is nothing but variables."""
    return all(len(words) == 1 and ASSIGNMENT.fullmatch(*words) for words in commands(block))


def check_telesift(words: list[str]) -> None:
    """Parse the words with the command line itself, up to the point where it would act."""
    command = typer.main.get_command(app)
    context = command.make_context("telesift", words[1:])
    while inner := getattr(command, "commands", None):
        name, *rest = [*context._protected_args, *context.args]
        command = inner[name]
        context = command.make_context(name, rest, parent=context)


def check_collector(words: list[str]) -> None:
    """Find the configuration files, one of which the reader is to write."""
    files = [file for flag, file in pairwise(words) if flag == "--config"]
    assert files
    assert all((ROOT / file).is_file() for file in files if file != "yours.yaml")


def check_npm(words: list[str]) -> None:
    """Compare the package's name."""
    package = json.loads((ROOT / "browser-sdk/package.json").read_text("utf-8"))["name"]
    assert ["npm", "install", package] == words


def check_nothing(_: list[str]) -> None:
    """Leave what is not ours to run, or run elsewhere."""


COMMANDS: dict[str, Callable[[list[str]], None]] = {
    "telesift": check_telesift,
    "otelcol": check_collector,
    "otelcol-contrib": check_collector,
    "npm": check_npm,
    "make": check_nothing,  # its targets: test_names
    "curl": check_nothing,  # below, for real
    "kill": check_nothing,  # of the reader's own process; tests/e2e does the same
    "kubectl": check_nothing,  # somebody else's cluster
    "psql": check_nothing,  # a password of somebody else's
}


@pytest.mark.parametrize(
    "words", [words for block in blocks("sh") for words in commands(block)], ids=" ".join
)
def test_a_command_is_one(words: list[str]) -> None:
    """Commands and their options exist, and variables are settings or OpenTelemetry's."""
    while words and ASSIGNMENT.fullmatch(words[0]):
        name = words.pop(0).partition("=")[0]
        assert name in FIELDS.values() or name.startswith("OTEL_")
    if words:
        COMMANDS[Path(words[0]).name](words)


@pytest.mark.parametrize(
    "block",
    [block for block in blocks("sh") if is_environment(block)],
    ids=str,
)
def test_settings_allow_a_start(block: Block) -> None:
    """Where a block is a service's environment, a service starts in it."""
    lines = (words[0].partition("=") for words in commands(block))
    assert read(
        ProcessorSettings, {name: value if value != "..." else "x" * 32 for name, _, value in lines}
    )


CURLS = [block for block in blocks("sh") if block.text.startswith("curl")]
REFUSED = {'"title":"secret"': "400"}
"""What the page says is refused, and how."""


@pytest.fixture(scope="module")
def services(
    tmp_path_factory: pytest.TempPathFactory, database_url: str
) -> Iterator[list[Running]]:
    """Run the processor and the PSR service with the tokens of the local stack."""
    tokens = ",".join(f"{token}:{who}" for token, who in DEV_TOKENS.items())
    env = {"AUTH_DEV_TOKENS": tokens, "DATABASE_URL": database_url}
    folder = tmp_path_factory.mktemp("services")
    with serving("processor", folder, env) as processor, serving("psr", folder, env) as psr:
        yield [processor, psr]


@pytest.mark.parametrize("block", CURLS, ids=str)
def test_curl_is_answered_as_the_page_says(block: Block, services: list[Running]) -> None:
    """Each request goes to real services, at the addresses that they have here."""
    processor, psr = (service.url for service in services)
    text = re.sub(
        r"https://telemetry\.example\.com|http://127\.0\.0\.1:4319", processor, block.text
    )
    script = text.replace("http://127.0.0.1:4320", psr).replace(
        "curl ", "curl --silent --output /dev/null --write-out '%{http_code}' ", 1
    )
    answered = subprocess.run(
        ["bash", "-c", script],
        env={"TOKEN": "dev-user"},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = next((status for mark, status in REFUSED.items() if mark in text), "200")
    assert expected == answered.stdout
