# SPDX-License-Identifier: Apache-2.0
"""The settings of all services, for which one environment may hold the variables."""

import os
from collections.abc import Mapping
from typing import Final, TypeVar

from msgspec import structs

from dashboard.settings import DashboardSettings
from processors.gateway.settings import ProcessorSettings
from psr_service.settings import PsrSettings
from service_kit import settings
from service_kit.settings import ServiceSettings

BY_SERVICE: Final[Mapping[str, type[ServiceSettings]]] = {
    "processor": ProcessorSettings,
    "psr": PsrSettings,
    "dashboard": DashboardSettings,
}

VARIABLES: Final = frozenset(
    field.encode_name for kind in BY_SERVICE.values() for field in structs.fields(kind)
)
"""Every variable that some service reads."""

Kind = TypeVar("Kind", bound=ServiceSettings)


def read(
    kind: type[Kind], environ: Mapping[str, str] = os.environ, *, serving: bool = True
) -> Kind:
    """Read a service's settings beside the others'; raises `SettingsError`."""
    return settings.read(kind, environ, serving=serving, known=VARIABLES)
