# SPDX-License-Identifier: Apache-2.0
"""Import and export."""

from uuid import UUID

import msgspec
from falcon import HTTP_201, Request, Response

from prompt_vault.forms import ImportForm, answer, read
from prompt_vault.models import Prompt, database
from prompt_vault.prompts import owned
from prompt_vault.rendering import parse
from service_kit.telemetry import span, traced


class ImportsResource:
    """`/imports`."""

    def on_post(self, req: Request, resp: Response) -> None:
        """Store what a text holds, less what is here already; count what could not be read."""
        form = read(req, ImportForm)
        with span("vault.import", source=form.source) as current, database.atomic():
            counts = _import(req, form.text)
            current.set_attributes(counts)
        answer(resp, counts)
        resp.status = HTTP_201


def _import(req: Request, text: str) -> dict[str, int]:
    owner = UUID(req.context.caller.user_id)
    known = {(prompt.title, prompt.body) for prompt in owned(req)}
    counts = {"created": 0, "skipped": 0, "error_count": 0}
    for form in parse(text):
        if form is None:
            counts["error_count"] += 1
        elif (form.title, form.body) in known:
            counts["skipped"] += 1
        else:
            known.add((form.title, form.body))
            Prompt.create(owner=owner, **msgspec.structs.asdict(form))
            counts["created"] += 1
    return counts


class ExportResource:
    """`/export`."""

    @traced("vault.export")
    def on_get(self, req: Request, resp: Response) -> None:
        """Answer with all of the caller's prompts, in the form that an import takes."""
        prompts = owned(req).order_by(Prompt.created_at, Prompt.id)
        answer(resp, {"prompts": [prompt.as_portable() for prompt in prompts]})
        resp.downloadable_as = "prompts.json"
