# SPDX-License-Identifier: Apache-2.0
"""Share links: made and withdrawn by a prompt's owner, opened by anybody who was given one."""

import secrets
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Final
from uuid import UUID

from falcon import HTTP_204, MEDIA_HTML, Request, Response

from prompt_vault.forms import answer
from prompt_vault.models import Prompt
from prompt_vault.prompts import find
from prompt_vault.telemetry import ServerEvents
from service_kit.http.problem import NotFound
from service_kit.telemetry import traced

_PAGE: Final = Template(Path(__file__).with_name("shared.html").read_text())


class ShareResource:
    """`/prompts/{prompt_id}/share`."""

    @traced("vault.share")
    def on_post(self, req: Request, resp: Response, prompt_id: UUID) -> None:
        """Make the prompt's link, or return the one that it has."""
        prompt = find(req, prompt_id)
        prompt.share_token = prompt.share_token or secrets.token_urlsafe(16)
        prompt.save(only=[Prompt.share_token])
        answer(resp, prompt.as_json())

    @traced("vault.revoke")
    def on_delete(self, req: Request, resp: Response, prompt_id: UUID) -> None:
        """Withdraw the link: it leads nowhere from now on."""
        prompt = find(req, prompt_id)
        prompt.share_token = None
        prompt.save(only=[Prompt.share_token])
        resp.status = HTTP_204


@dataclass(frozen=True, slots=True)
class SharedResource:
    """`/s/{token}`: a page for people without an account."""

    events: ServerEvents
    public = True

    @traced("vault.view_shared")
    def on_get(self, req: Request, resp: Response, token: str) -> None:
        """Show a shared prompt, to people and not to search engines."""
        prompt = Prompt.get_or_none(Prompt.share_token == token)
        if prompt is None:
            raise NotFound("This link leads nowhere, or no longer.")
        # whoever opens it has no session; the processor keeps a keyed hash in the token's place
        self.events.emit("share.viewed", prompt_id=str(prompt.id), share_token=token)
        resp.set_header("X-Robots-Tag", "noindex, nofollow")
        resp.set_header("Referrer-Policy", "no-referrer")
        resp.content_type = MEDIA_HTML
        resp.text = _PAGE.substitute(title=escape(prompt.title), body=escape(prompt.body))
