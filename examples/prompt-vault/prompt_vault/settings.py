# SPDX-License-Identifier: Apache-2.0
"""What the operator decided: Telesift's own settings, and the few that only the vault has."""

from collections.abc import Mapping
from dataclasses import dataclass

from service_kit import settings


@dataclass(frozen=True, slots=True)
class VaultSettings:
    """`kit` holds what Telesift's services are told too: flags, database, origins, log level."""

    kit: settings.Settings
    processor_url: str
    psr_url: str
    dashboard_url: str
    asks_after_duplicate: bool


def read(environ: Mapping[str, str]) -> VaultSettings:
    """Read the environment; raises `service_kit.settings.SettingsError`."""
    port = environ.get("VAULT_PORT", "8000")
    defaults = {
        "AUTH_MODE": "session",
        "AUTH_ME_URL": f"http://127.0.0.1:{port}/me",
        "ALLOWED_ORIGINS": f"http://127.0.0.1:{port}",
    }
    return VaultSettings(
        kit=settings.read(defaults | dict(environ)),
        processor_url=environ.get("VAULT_PROCESSOR_URL", "http://127.0.0.1:4319"),
        psr_url=environ.get("VAULT_PSR_URL", "http://127.0.0.1:4320"),
        dashboard_url=environ.get("VAULT_DASHBOARD_URL", "http://127.0.0.1:4321"),
        asks_after_duplicate=environ.get("VAULT_ASK_AFTER_DUPLICATE", "false") == "true",
    )
