# SPDX-License-Identifier: Apache-2.0
"""The dashboard's API, described."""

from falcon import MEDIA_HTML

from dashboard import sign_in
from dashboard.messages import Filters, PanelAnswer, Token
from dashboard.panels import NAMES
from service_kit import openapi
from service_kit.openapi import Json
from service_kit.tables import MEDIA_CSV


def document() -> Json:
    """Return the OpenAPI document."""
    return openapi.document(
        "Telesift dashboard",
        {
            "/": {"get": _page()},
            "/api/{panel}": {"get": _panel()},
            sign_in.PATH: {"post": _sign_in(), "delete": _sign_out()},
        },
        (PanelAnswer, Token),
    )


def _page() -> Json:
    page = openapi.answer("The page.", openapi.text_of(MEDIA_HTML))
    return openapi.operation(
        "page", "Return the page, which has no figures in it.", {"200": page}, public=True
    )


def _panel() -> Json:
    name = {"enum": [*NAMES, *(f"{name}.csv" for name in NAMES)]}
    table = openapi.json_of(PanelAnswer) | openapi.text_of(MEDIA_CSV)
    return openapi.operation(
        "panel",
        "Read a panel's table, as JSON, or as CSV by its name or by Accept; for the role analyst.",
        {
            "200": openapi.answer("The table, and the filters as they were understood.", table),
            **openapi.problems(400, 401, 403, 404, 429, 503),
        },
        parameters=[
            openapi.path_parameter("panel", name),
            *openapi.query(Filters, optional=True),
        ],
    )


def _sign_in() -> Json:
    return openapi.operation(
        "signIn",
        "Keep a token in a cookie; in mode dev alone.",
        {"204": openapi.answer("Signed in."), **openapi.problems(400, 401, 413, 415)},
        body=openapi.json_of(Token),
        public=True,
    )


def _sign_out() -> Json:
    return openapi.operation(
        "signOut",
        "Remove the cookie; in mode dev alone.",
        {"204": openapi.answer("Signed out.")},
        public=True,
    )
