# SPDX-License-Identifier: Apache-2.0
"""The processor's schema, script by script; `telesift db migrate` applies them."""

from pathlib import Path
from typing import Final

from service_kit.postgres.migrations import History

HISTORY: Final = History("processor", Path(__file__).parent)
