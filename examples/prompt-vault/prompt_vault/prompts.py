# SPDX-License-Identifier: Apache-2.0
"""Prompts: list and search, create, read, change, delete, duplicate and copy."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
from falcon import HTTP_201, HTTP_204, Request, Response
from peewee import ModelSelect

from prompt_vault.forms import PromptChange, PromptForm, answer, read
from prompt_vault.models import Prompt, database, now
from prompt_vault.rendering import VARIANTS
from service_kit.http.problem import BadRequest, NotFound
from service_kit.telemetry import traced


def owned(req: Request) -> "ModelSelect[Prompt]":
    """Return the caller's prompts; all others do not exist for them."""
    return Prompt.select().where(Prompt.owner == UUID(req.context.caller.user_id))


def find(req: Request, prompt_id: UUID) -> Prompt:
    """Return one of the caller's prompts; raises `NotFound`."""
    prompt: Prompt | None = owned(req).where(Prompt.id == prompt_id).first()
    if prompt is None:
        raise NotFound("There is no such prompt.")
    return prompt


class PromptsResource:
    """`/prompts`."""

    @traced("vault.search")
    def on_get(self, req: Request, resp: Response) -> None:
        """List the prompts that a search finds, the latest change first."""
        found = _narrow(owned(req), req).order_by(Prompt.updated_at.desc(), Prompt.id)
        everything = list(owned(req).select(Prompt.collection, Prompt.tags))
        answer(
            resp,
            {
                "items": [prompt.as_json() for prompt in found],
                "collections": sorted({prompt.collection for prompt in everything} - {""}),
                "tags": sorted({tag for prompt in everything for tag in prompt.tags}),
            },
        )

    @traced("vault.create")
    def on_post(self, req: Request, resp: Response) -> None:
        """Store a new prompt."""
        form = read(req, PromptForm)
        prompt = Prompt.create(
            owner=UUID(req.context.caller.user_id), **msgspec.structs.asdict(form)
        )
        answer(resp, prompt.as_json())
        resp.status = HTTP_201


def _narrow(prompts: "ModelSelect[Prompt]", req: Request) -> "ModelSelect[Prompt]":
    if text := req.get_param("q"):
        prompts = prompts.where(Prompt.title.contains(text) | Prompt.body.contains(text))
    if collection := req.get_param("collection"):
        prompts = prompts.where(Prompt.collection == collection)
    if tags := req.get_param_as_list("tag"):
        prompts = prompts.where(Prompt.tags.contains(*tags))
    return prompts


class PromptResource:
    """`/prompts/{prompt_id}`."""

    @traced("vault.read")
    def on_get(self, req: Request, resp: Response, prompt_id: UUID) -> None:
        """Answer with a prompt; the PSR service asks here whether a caller may rate it."""
        answer(resp, find(req, prompt_id).as_json())

    @traced("vault.update")
    def on_patch(self, req: Request, resp: Response, prompt_id: UUID) -> None:
        """Change some of its parts, and count a version where the wording changed."""
        change: dict[str, Any] = msgspec.to_builtins(read(req, PromptChange))
        with database.atomic():
            prompt = find(req, prompt_id)
            rewritten = change.get("body", prompt.body) != prompt.body
            for name, value in change.items():
                setattr(prompt, name, value)
            prompt.version += rewritten
            prompt.updated_at = now()
            prompt.save()
        answer(resp, prompt.as_json())

    @traced("vault.delete")
    def on_delete(self, req: Request, resp: Response, prompt_id: UUID) -> None:
        """Delete it."""
        find(req, prompt_id).delete_instance()
        resp.status = HTTP_204


class DuplicatesResource:
    """`/prompts/{prompt_id}/duplicates`."""

    @traced("vault.duplicate")
    def on_post(self, req: Request, resp: Response, prompt_id: UUID) -> None:
        """Store a copy of a prompt, which is not shared yet."""
        prompt = find(req, prompt_id)
        content = prompt.as_portable() | {"title": f"{prompt.title} (copy)"[:200]}
        answer(resp, Prompt.create(id=uuid4(), owner=prompt.owner_id, **content).as_json())
        resp.status = HTTP_201


class CopyResource:
    """`/prompts/{prompt_id}/copy`."""

    @traced("vault.copy")
    def on_get(self, req: Request, resp: Response, prompt_id: UUID) -> None:
        """Answer with the text that goes onto the clipboard."""
        render = VARIANTS.get(req.get_param("variant") or "body")
        if render is None:
            raise BadRequest(f"variant is one of {', '.join(VARIANTS)}.")
        answer(resp, {"text": render(find(req, prompt_id).as_portable())})
