# SPDX-License-Identifier: Apache-2.0
"""The generated pages are as they would be generated now, and leave nothing out."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from falcon.inspect import inspect_routes

from dashboard.app import create_app as create_dashboard
from processors.catalog.load import load
from processors.gateway.app import create_app as create_processor
from psr_service.app import create_app as create_psr
from service_kit.settings import ServiceSettings
from telesift.generate import api_page, settings_page
from telesift.settings import BY_SERVICE, read
from tests.services import environment

ROOT = Path(__file__).parents[2]
FIELDS = {
    field.name: field.encode_name
    for kind in BY_SERVICE.values()
    for field in msgspec.structs.fields(kind)
}
HEALTH = {"/livez", "/readyz", "/version", "/openapi.json"}
FOLDERS = {"processor": "processors", "psr": "psr_service", "dashboard": "dashboard"}


def test_each_setting_is_read_by_the_services_that_have_it() -> None:
    """A service reads each of its own fields somewhere; what all have, the ground floor reads."""
    for service, kind in BY_SERVICE.items():
        common = {field.name for field in msgspec.structs.fields(ServiceSettings)}
        own = {field.name for field in msgspec.structs.fields(kind)} - common
        assert set() == own - read_in(ROOT / FOLDERS[service])
    assert set() == common - read_in(ROOT / "service_kit") - read_in(ROOT / "telesift/server")


def test_commands_read_what_the_page_says() -> None:
    """The page names the commands beside the services."""
    of_commands = read_in(ROOT / "telesift/commands") & FIELDS.keys()
    said = {name for name in FIELDS.values() if "commands" in settings_page.readers(name)}
    common = {field.encode_name for field in msgspec.structs.fields(ServiceSettings)}
    assert {FIELDS[name] for name in of_commands} - common == said


def read_in(place: Path) -> set[str]:
    """Return the attributes of whatever is called settings, or just read, in a file or folder."""
    files = [place] if place.is_file() else place.rglob("*.py")
    return {
        node.attr
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value).startswith(("settings", "read(", "self", "s"))
    } | ({"environment"} if place.name == "service_kit" else set())


@pytest.mark.parametrize(
    ("service", "create"),
    [("processor", create_processor), ("psr", create_psr), ("dashboard", create_dashboard)],
)
def test_every_endpoint_is_in_its_services_document(
    service: str, create: Callable[[Any], object], tmp_path: Path, database_url: str
) -> None:
    """What the application answers and what its document lists is the same."""
    app = create(read(BY_SERVICE[service], environment(tmp_path) | {"DATABASE_URL": database_url}))
    document = api_page.document(service, load())
    assert routes(app) - HEALTH == document["paths"].keys() - HEALTH


def routes(app: object) -> set[str]:
    """Return the paths of a Falcon application."""

    return {route.path for route in inspect_routes(app)}
