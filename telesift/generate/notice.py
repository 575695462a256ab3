# SPDX-License-Identifier: Apache-2.0
"""The line that every generated file begins with, in its own comment syntax."""

from typing import Final

NOTICE: Final = "Generated from processors/catalog, do not edit: make generate"
