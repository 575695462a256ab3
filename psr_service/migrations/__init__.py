# SPDX-License-Identifier: Apache-2.0
"""The PSR service's schema, script by script; `telesift db migrate` applies them."""

from pathlib import Path
from typing import Final

from service_kit.postgres.migrations import History

HISTORY: Final = History("psr", Path(__file__).parent)
