# SPDX-License-Identifier: Apache-2.0
"""The vault's tables, as Peewee sees them; `migrations/` makes them."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from peewee import (
    BlobField,
    BooleanField,
    CharField,
    DatabaseProxy,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
    UUIDField,
)
from playhouse.postgres_ext import ArrayField, DateTimeTZField

THREADS: Final = 8
"""Connections in the pool: one for each of gunicorn's threads."""

database = DatabaseProxy()


def now() -> datetime:
    """Return the present moment, as all our tables keep it."""
    return datetime.now(UTC)


class _Table(Model):
    class Meta:
        database = database
        schema = "vault"


class User(_Table):
    """A person who may sign in."""

    id = UUIDField(primary_key=True)
    name = CharField(unique=True)
    password = BlobField()
    is_analyst = BooleanField(default=False)

    class Meta:
        table_name = "users"


class Session(_Table):
    """A visit; of the cookie's token only the hash is kept."""

    id = UUIDField(primary_key=True, default=uuid4)
    token_hash = BlobField(unique=True)
    user_id: UUID
    user = ForeignKeyField(User, on_delete="CASCADE")
    expires_at = DateTimeTZField()

    class Meta:
        table_name = "sessions"


class Prompt(_Table):
    """A prompt and the model it was written for; `version` counts its changes."""

    id = UUIDField(primary_key=True, default=uuid4)
    owner_id: UUID
    owner = ForeignKeyField(User, on_delete="CASCADE")
    title = TextField()
    body = TextField()
    collection = TextField(default="")
    tags = ArrayField(TextField, default=list)
    model = TextField(default="")
    version = IntegerField(default=1)
    created_at = DateTimeTZField(default=now)
    updated_at = DateTimeTZField(default=now)
    share_token = TextField(null=True, unique=True)

    class Meta:
        table_name = "prompts"

    def as_json(self) -> dict[str, Any]:
        """Return what the page shows."""
        return {
            "id": str(self.id),
            **self.as_portable(),
            "version": self.version,
            "updated_at": self.updated_at,
            "share_token": self.share_token,
        }

    def as_portable(self) -> dict[str, Any]:
        """Return what an export and a copy carry: nothing that only this vault understands."""
        return {
            "title": self.title,
            "collection": self.collection,
            "tags": self.tags,
            "model": self.model,
            "body": self.body,
        }
