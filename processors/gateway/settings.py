# SPDX-License-Identifier: Apache-2.0
"""The processor's own settings."""

from typing import Annotated, ClassVar, Final

from processors.delivery.sinks.sink import SinkName
from service_kit import flags
from service_kit.flags import Flag
from service_kit.settings import Environment, Rule, ServiceSettings, about, variable
from service_kit.settings.values import Secret, up_to

_GIBIBYTE: Final = 1024**3


class ProcessorSettings(ServiceSettings, frozen=True, kw_only=True):
    """What the operator decided about the processor."""

    defaults: ClassVar = {
        **ServiceSettings.defaults,
        Environment.PRODUCTION: {
            **ServiceSettings.defaults[Environment.PRODUCTION],
            "FEATURES_PSR": "false",
        },
    }
    rules: ClassVar = (
        *ServiceSettings.rules,
        Rule(
            "TELESIFT_HASH_SECRET is required when ENVIRONMENT=production",
            lambda s: s.is_production and not s.hash_secret,
        ),
        Rule(
            "TELEMETRY_SINK=db needs DATABASE_URL when ENVIRONMENT=production",
            lambda s: s.is_production and SinkName.DB in s.telemetry_sink and not s.database_url,
        ),
    )

    features_telemetry: Annotated[
        Flag, about("Whether events are taken: true, false, or a percentage of the users.")
    ] = variable("FEATURES_TELEMETRY", flags.on("FEATURES_TELEMETRY"))
    features_psr: Annotated[
        Flag, about("Whether ratings are taken: true, false, or a percentage of the users.")
    ] = variable("FEATURES_PSR", flags.on("FEATURES_PSR"))

    telemetry_sink: Annotated[
        tuple[SinkName, ...], about("Where accepted events go, comma separated.")
    ] = variable("TELEMETRY_SINK", (SinkName.LOGS,))
    telemetry_retention_days: Annotated[
        int, up_to(3650), about("How long events stay in PostgreSQL.")
    ] = variable("TELEMETRY_RETENTION_DAYS", 7)
    hash_secret: Annotated[
        Secret | None, about("The key of hashed attributes; keep it for good.")
    ] = variable("TELESIFT_HASH_SECRET")
    outbox_max_bytes: Annotated[
        int,
        up_to(16 * 1024**4),
        about("How large the outbox may grow before its oldest events expire."),
    ] = variable("TELESIFT_OUTBOX_MAX_BYTES", _GIBIBYTE)
    outbox_max_age_hours: Annotated[
        int, up_to(365 * 24), about("How long an event may wait for a sink before it expires.")
    ] = variable("TELESIFT_OUTBOX_MAX_AGE_HOURS", 7 * 24)
