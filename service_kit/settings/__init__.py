# SPDX-License-Identifier: Apache-2.0
"""Settings: environment variables, read once at start into one frozen struct per service.

An unknown TELESIFT_* or a bad value stops the start with one clear line that names the variable
and what is expected, and never the value: values of settings are secrets too.
"""

from service_kit.settings.base import Rule, ServiceSettings, about, variable
from service_kit.settings.reading import SettingsError, read
from service_kit.settings.values import AuthMode, Environment, JwtAlgorithm, LogLevel

__all__ = [
    "AuthMode",
    "Environment",
    "JwtAlgorithm",
    "LogLevel",
    "Rule",
    "ServiceSettings",
    "SettingsError",
    "about",
    "read",
    "variable",
]
