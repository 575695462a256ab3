# SPDX-License-Identifier: Apache-2.0
"""What an unset variable means where that depends on ENVIRONMENT.

Written as the operator would write it, so that a default is read like any other value.
"""

from collections.abc import Mapping
from typing import Final

from service_kit.settings.values import Environment

BY_ENVIRONMENT: Final[Mapping[Environment, Mapping[str, str]]] = {
    Environment.DEVELOPMENT: {},
    Environment.STAGING: {"AUTH_MODE": "session"},
    Environment.PRODUCTION: {
        "AUTH_MODE": "session",
        "FEATURES_PSR": "false",
        "FEATURES_PSR_AGGREGATE": "false",
    },
}
