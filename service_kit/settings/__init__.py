# SPDX-License-Identifier: Apache-2.0
"""Settings: environment variables, read once at start into one frozen struct.

An unknown TELESIFT_* or a bad value stops the start with one clear line that names the variable
and what is expected, and never the value: values of settings are secrets too.
"""

from service_kit.settings.fields import Settings
from service_kit.settings.read import SettingsError, read
from service_kit.settings.values import AuthMode, Environment, JwtAlgorithm, LogLevel, Sink

__all__ = [
    "AuthMode",
    "Environment",
    "JwtAlgorithm",
    "LogLevel",
    "Settings",
    "SettingsError",
    "Sink",
    "read",
]
