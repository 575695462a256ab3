# SPDX-License-Identifier: Apache-2.0
"""What a caller of any service may ask for."""

from typing import Final

REQUEST_BYTES: Final = 256 * 1024
"""One request body, as it arrives and again after decompression."""

REQUESTS_PER_MINUTE: Final = 120
"""Requests a user may make per minute, unless TELESIFT_RATE_LIMIT says otherwise."""
