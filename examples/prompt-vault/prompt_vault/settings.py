# SPDX-License-Identifier: Apache-2.0
"""The vault's own settings, beside those that every Telesift service has."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from processors.gateway.settings import ProcessorSettings
from service_kit import flags
from service_kit.flags import Flag
from service_kit.settings import ServiceSettings, about, variable
from service_kit.settings.values import Url
from telesift.settings import read as read_settings


class VaultSettings(ServiceSettings, frozen=True, kw_only=True):
    """What the operator decided about the vault."""

    defaults: ClassVar = ProcessorSettings.defaults

    features_telemetry: Annotated[Flag, about("Whether pages send events.")] = variable(
        "FEATURES_TELEMETRY", flags.on("FEATURES_TELEMETRY")
    )
    features_psr: Annotated[Flag, about("Whether pages ask for ratings.")] = variable(
        "FEATURES_PSR", flags.on("FEATURES_PSR")
    )
    processor_url: Annotated[Url, about("Where the processor is.")] = variable(
        "VAULT_PROCESSOR_URL", "http://127.0.0.1:4319"
    )
    psr_url: Annotated[Url, about("Where the PSR service is.")] = variable(
        "VAULT_PSR_URL", "http://127.0.0.1:4320"
    )
    dashboard_url: Annotated[Url, about("Where the dashboard is.")] = variable(
        "VAULT_DASHBOARD_URL", "http://127.0.0.1:4321"
    )
    asks_after_duplicate: Annotated[
        Flag, about("Whether a duplicate leads to the question, too.")
    ] = variable("VAULT_ASK_AFTER_DUPLICATE", flags.off("VAULT_ASK_AFTER_DUPLICATE"))


def read(environ: Mapping[str, str]) -> VaultSettings:
    """Read the environment; raises `service_kit.settings.SettingsError`."""
    port = environ.get("VAULT_PORT", "8000")
    defaults = {
        "AUTH_MODE": "session",
        "AUTH_ME_URL": f"http://127.0.0.1:{port}/me",
        "ALLOWED_ORIGINS": f"http://127.0.0.1:{port}",
    }
    return read_settings(VaultSettings, defaults | dict(environ))
