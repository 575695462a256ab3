# SPDX-License-Identifier: Apache-2.0
"""A prompt as text: alone, with its front matter, or as JSON; and back."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec
import yaml

from prompt_vault.forms import PromptForm

_FRONT_MATTER: Final = re.compile(r"\A---\n(.*?)\n---\n+(.*)\Z", re.DOTALL)

Portable = Mapping[str, Any]


def _with_front_matter(prompt: Portable) -> str:
    head = {key: value for key, value in prompt.items() if key != "body"}
    return (
        f"---\n{yaml.safe_dump(head, sort_keys=False, allow_unicode=True)}---\n\n{prompt['body']}\n"
    )


def _as_json(prompt: Portable) -> str:
    return json.dumps(prompt, indent=2, ensure_ascii=False)


VARIANTS: Final[Mapping[str, Callable[[Portable], str]]] = {
    "body": lambda prompt: str(prompt["body"]),
    "front_matter": _with_front_matter,
    "json": _as_json,
}
"""What can be copied, by the name that the event `prompt_copied` has for it."""


def parse(text: str) -> Iterator[PromptForm | None]:
    """Read the prompts of a text, None for each entry that is none."""
    for entry in _entries(text.strip()):
        try:
            yield msgspec.convert(entry, PromptForm)
        except msgspec.ValidationError:
            yield None


def _entries(text: str) -> list[Any]:
    if match := _FRONT_MATTER.match(text):
        return [_one(*match.groups())]
    try:
        document = json.loads(text)
    except ValueError:
        return [None]
    if isinstance(document, dict) and isinstance(document.get("prompts"), list):
        return list(document["prompts"])
    return document if isinstance(document, list) else [document]


def _one(head: str, body: str) -> Any:
    try:
        fields = yaml.safe_load(head)
    except yaml.YAMLError:
        return None
    return fields | {"body": body.strip()} if isinstance(fields, dict) else None
