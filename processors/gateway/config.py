# SPDX-License-Identifier: Apache-2.0
"""`GET /telemetry/config`: the limits, the catalog's digest and the caller's flags.

Clients read it once and never have to guess (DESIGN section 2, "Limits").
"""

import hashlib
from typing import Any

from falcon import HTTP_304, MEDIA_JSON
from falcon.asgi import Request, Response
from msgspec import json

from processors.catalog.model import Catalog
from service_kit import limits
from service_kit.settings import Settings

_MAX_AGE_SECONDS = 60  # how long a flag may take to reach a page


class ConfigResource:
    """What a client needs to know before it sends."""

    def __init__(self, settings: Settings, catalog: Catalog) -> None:
        self._flags = {"telemetry": settings.features_telemetry, "psr": settings.features_psr}
        self._fixed = {
            "limits": limits_document(settings.rate_limit),
            "catalog": {"digest": catalog.digest, "version": catalog.version},
        }

    async def on_get(self, req: Request, resp: Response) -> None:
        """Answer with an ETag; 304 when the client already has this very answer."""
        owner = req.context.caller.user_id
        flags = {name: flag.enabled_for(owner) for name, flag in self._flags.items()}
        body = json.encode(self._fixed | {"flags": flags})
        tag = hashlib.sha256(body).hexdigest()[:32]
        resp.etag = tag
        resp.cache_control = ["private", f"max-age={_MAX_AGE_SECONDS}"]
        if tag in (req.if_none_match or ()):
            resp.status = HTTP_304
            return
        resp.content_type, resp.data = MEDIA_JSON, body


def limits_document(requests_per_minute: int) -> dict[str, Any]:
    """Name every limit, in the units its name says."""
    return {
        "events_per_request": limits.EVENTS_PER_REQUEST,
        "event_bytes": limits.EVENT_BYTES,
        "request_bytes": limits.REQUEST_BYTES,
        "requests_per_minute": requests_per_minute,
        "oldest_event_seconds": limits.OLDEST_EVENT_SECONDS,
        "newest_event_seconds": limits.NEWEST_EVENT_SECONDS,
        "note_characters": limits.NOTE_CHARACTERS,
    }
