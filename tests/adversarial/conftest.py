# SPDX-License-Identifier: Apache-2.0
"""The processor in this process, as its own tests start it."""

from tests.gateway.conftest import connect

__all__ = ["connect"]
