# SPDX-License-Identifier: Apache-2.0
"""What the dashboard answers, one class per path."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import msgspec
from falcon import MEDIA_HTML, MEDIA_JSON, HTTPTemporaryRedirect, Request, Response
from falcon.asgi import Request as AsgiRequest

from dashboard.messages import PanelAnswer, parse_filters
from dashboard.panels import Panel
from service_kit.auth import Role
from service_kit.http.problem import NotFound
from service_kit.tables import MEDIA_CSV, as_csv


@dataclass(frozen=True, slots=True)
class PageResource:
    """`GET /`: the page, which has no figures in it and is anybody's."""

    html: str
    public: ClassVar = True

    def on_get(self, req: AsgiRequest, resp: Response) -> None:
        """Answer with the page; what it may show is decided when it asks for a panel.

        Its links are relative, so that it works under any prefix: its own path must end with /.
        """
        path = req.scope["path"]  # Falcon's own has lost its end
        if not path.endswith("/"):
            raise HTTPTemporaryRedirect(_with_slash(path, req.query_string))
        resp.content_type, resp.text = MEDIA_HTML, self.html


def _with_slash(path: str, query: str) -> str:
    """Return a relative address: which scheme, host and prefix a browser sees is not known."""
    last = path.rpartition("/")[2]
    return f"{last}/?{query}" if query else f"{last}/"


@dataclass(frozen=True, slots=True)
class PanelResource:
    """`GET /api/{panel}`, and `GET /api/{panel}.csv`."""

    panels: Mapping[str, Panel]
    today: Callable[[], date]
    roles: ClassVar = frozenset({Role.ANALYST})

    def on_get(self, req: Request, resp: Response, panel: str) -> None:
        """Answer with a panel's table as JSON, or as CSV by `.csv` or by Accept."""
        name, dot, extension = panel.partition(".")
        if name not in self.panels or (dot and extension != "csv"):
            raise NotFound
        filters = parse_filters(req.params, self.today())
        table = self.panels[name](req.context.credential, filters)
        resp.set_header("Cache-Control", "no-store")
        if dot or req.client_prefers((MEDIA_JSON, MEDIA_CSV)) == MEDIA_CSV:
            resp.content_type, resp.text = (
                f"{MEDIA_CSV}; charset=utf-8",
                as_csv(table.columns, table.rows),
            )
            resp.downloadable_as = f"{name}_{filters.since}_{filters.until}.csv"
        else:
            answer = PanelAnswer(filters, table)
            resp.content_type, resp.data = MEDIA_JSON, msgspec.json.encode(answer)
