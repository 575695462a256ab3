# SPDX-License-Identifier: Apache-2.0
"""Personal data and secrets in free text: found by name, replaced by markers."""

from service_kit.pii.matching import PATTERNS, find
from service_kit.pii.pattern import Pattern
from service_kit.pii.redaction import redact

__all__ = ["PATTERNS", "Pattern", "find", "redact"]
