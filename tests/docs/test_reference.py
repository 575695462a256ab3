# SPDX-License-Identifier: Apache-2.0
"""The generated pages are as they would be generated now, and leave nothing out."""

import ast
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest
from falcon.inspect import inspect_routes
from telesift.reference import pages

from dashboard.app import create_app as create_dashboard
from processors.gateway.app import create_app as create_processor
from psr_service.app import create_app as create_psr
from psr_service.store import fetch
from service_kit import postgres
from service_kit.postgres import migrations
from service_kit.settings import Settings, page, read
from telesift.database import HISTORIES
from telesift.generate import api_page
from telesift.generate.database_page import MARK, dictionary
from tests.services import environment

ROOT = Path(__file__).parents[2]
FIELDS = {field.name: field.encode_name for field in msgspec.structs.fields(Settings)}
HEALTH = {"/livez", "/readyz", "/version", "/openapi.json"}
READERS = {
    "service_kit": "all",
    "telesift/gunicorn_server.py": "all",
    "telesift/commands": "commands",
    "processors": "processor",
    "psr_service": "psr",
    "dashboard": "dashboard",
}


@pytest.mark.parametrize("path", pages())
def test_a_generated_page_is_up_to_date(path: str) -> None:
    """Write it again with `make generate`."""
    assert pages()[path] == (ROOT / path).read_text("utf-8")


def test_the_dictionary_is_the_live_databases(database_url: str) -> None:
    """Write it again with `make generate`; every table, view and column has its comment."""
    database = postgres.single(database_url)
    migrations.up(database, HISTORIES)
    with database.connection_context():
        live = dictionary(partial(fetch, database))
    assert "None" not in live
    assert live == (ROOT / "docs/psr.md").read_text("utf-8").partition(MARK)[2]


def test_each_setting_names_its_readers() -> None:
    """Who reads a setting is found in the sources; what service_kit reads, every service reads."""
    said = {name: set(page.READ_BY.get(name, "all").split(", ")) for name in FIELDS.values()}
    assert found_readers() == said


def found_readers() -> dict[str, set[str]]:
    """Give who reads each setting."""
    found: dict[str, set[str]] = {name: set() for name in FIELDS.values()}
    for place, reader in READERS.items():
        for field in read_in(ROOT / place) & FIELDS.keys():
            found[FIELDS[field]].add(reader)
    return {name: {"all"} if "all" in readers else readers for name, readers in found.items()}


def read_in(place: Path) -> set[str]:
    """Give the attributes of whatever is called settings, or just read, in a file or folder."""
    files = [place] if place.is_file() else place.rglob("*.py")
    return {
        node.attr
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value).startswith(("settings", "read("))
    } | ({"environment"} if place.name == "service_kit" else set())


@pytest.mark.parametrize(
    ("service", "create"),
    [("processor", create_processor), ("psr", create_psr), ("dashboard", create_dashboard)],
)
def test_every_endpoint_is_in_its_services_document(
    service: str, create: Callable[[Settings], object], tmp_path: Path, database_url: str
) -> None:
    """What the application answers and what its document lists is the same."""
    app = create(read(environment(tmp_path) | {"DATABASE_URL": database_url}))
    (document,) = (known.document for known in api_page.SERVICES if known.name == service)
    assert routes(app) - HEALTH == document["paths"].keys() - HEALTH


def routes(app: object) -> set[str]:
    """Give the paths of a Falcon application."""

    return {route.path for route in inspect_routes(app)}
