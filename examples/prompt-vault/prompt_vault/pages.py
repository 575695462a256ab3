# SPDX-License-Identifier: Apache-2.0
"""The built front end: one page and its assets, from `web/dist`."""

from pathlib import Path
from typing import Any, Final

import falcon
from falcon import MEDIA_HTML, Request, Response

from prompt_vault.settings import VaultSettings
from service_kit.http.problem import NotFound

_PAGES: Final = ("/", "/p/{prompt_id:uuid}", "/new", "/transfer")
_DIST: Final = Path(__file__).parents[1] / "web" / "dist"


class SecurityHeaders:
    """Lets the page load its own assets, and call the two services, and nothing else."""

    def __init__(self, settings: VaultSettings) -> None:
        self._policy = "; ".join(
            (
                "default-src 'self'",
                f"connect-src 'self' {settings.processor_url} {settings.psr_url}",
                "img-src 'self' data:",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "form-action 'self'",
            )
        )

    def process_response(
        self, req: Request, resp: Response, resource: object, req_succeeded: bool
    ) -> None:
        """Add the headers to every answer."""
        resp.set_header("Content-Security-Policy", self._policy)
        resp.set_header("X-Content-Type-Options", "nosniff")


class PageResource:
    """Every address that is a page; which one, the front end decides."""

    public = True

    def on_get(self, req: Request, resp: Response, **_: Any) -> None:
        """Answer with the page; its assets have their hash in their name and never change."""
        if req.host == "localhost":  # to the services at 127.0.0.1 its cookie would not travel
            raise falcon.HTTPTemporaryRedirect(f"http://127.0.0.1:{req.port}{req.relative_uri}")
        index = _DIST / "index.html"
        if not index.exists():
            raise NotFound("The front end is not built; run: make vault")
        resp.content_type, resp.text = MEDIA_HTML, index.read_text()
        resp.set_header("Cache-Control", "no-cache")


def add(app: "falcon.App[Any, Any]") -> None:
    """Add the page's addresses and its assets."""
    page = PageResource()
    for path in _PAGES:
        app.add_route(path, page)
    if _DIST.is_dir():
        app.add_static_route("/", _DIST)
