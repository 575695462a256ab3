# SPDX-License-Identifier: Apache-2.0
"""Two demo users and thirty prompts, so that a first visit has something to look at."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Final

from prompt_vault.models import Prompt, User, database, now
from prompt_vault.passwords import conceal

USERS: Final = {
    "ada": ("ada00000-0000-4000-8000-000000000001", "analytical-engine"),
    "grace": ("93ace000-0000-4000-8000-000000000002", "first-compiler"),
}
"""Name: id and password. The sign-in page shows them: a demo has no secrets."""

ANALYST: Final = "grace"
"""Who may look at Telesift's dashboard, too."""


def plant() -> None:
    """Plant them into an empty vault; in one that was used before, change nothing."""
    with database.atomic():
        database.execute_sql("LOCK TABLE vault.users")  # two processes may start at once
        if User.select().exists():
            return
        for name, (user_id, password) in USERS.items():
            is_analyst = name == ANALYST
            User.create(id=user_id, name=name, password=conceal(password), is_analyst=is_analyst)
        for age, prompt in enumerate(_prompts()):
            owner, _ = USERS[prompt.pop("owner")]
            then = now() - timedelta(hours=5 * age)
            Prompt.create(owner=owner, created_at=then, updated_at=then, **prompt)


def _prompts() -> list[dict[str, str]]:
    prompts: list[dict[str, str]] = json.loads(Path(__file__).with_name("seed.json").read_text())
    return prompts
