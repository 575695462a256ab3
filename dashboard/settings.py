# SPDX-License-Identifier: Apache-2.0
"""The dashboard's own settings."""

from typing import Annotated

from service_kit.settings import ServiceSettings, about, variable
from service_kit.settings.values import PathPrefix, PostgresUrl, Url


class DashboardSettings(ServiceSettings, frozen=True, kw_only=True):
    """What the operator decided about the dashboard."""

    dashboard_database_url: Annotated[
        PostgresUrl | None,
        about(
            "The dashboard's own login, a member of psr_analyst; unset outside production,"
            " that role of DATABASE_URL."
        ),
    ] = variable("DASHBOARD_DATABASE_URL")
    processor_url: Annotated[Url, about("Where the dashboard asks for the ledger.")] = variable(
        "TELESIFT_PROCESSOR_URL", "http://127.0.0.1:4319"
    )
    path_prefix: Annotated[
        PathPrefix | None,
        about("The path under which a proxy passes requests on unchanged; none where it strips."),
    ] = variable("TELESIFT_PATH_PREFIX")
