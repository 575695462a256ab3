# SPDX-License-Identifier: Apache-2.0
"""The vault's schema, script by script."""

from pathlib import Path
from typing import Final

from service_kit.postgres.migrations import History

HISTORY: Final = History("vault", Path(__file__).parent)
