# SPDX-License-Identifier: Apache-2.0
"""Keys, tokens and passwords: well-known shapes, and values that a keyword announces."""

import base64
import re

from service_kit.pii.pattern import Pattern

TOKEN = "[token]"  # noqa: S105 a marker

_TELLING = re.compile(r"[0-9=]|[a-z][A-Z]|[A-Z]{3}")


def _telling(candidate: str) -> int:
    """Return whether it is a secret, not a word: with a digit, padding, or capitals inside."""
    return len(candidate) if _TELLING.search(candidate) else 0


def _user_and_password(candidate: str) -> int:
    try:
        return len(candidate) if b":" in base64.b64decode(candidate, validate=True) else 0
    except ValueError:
        return 0


def _letters_and_digits(candidate: str) -> int:
    mixed = re.search(r"\d", candidate) and re.search(r"[A-Za-z]", candidate)
    return len(candidate) if mixed else 0


def _shape(name: str, brief: str, expression: str) -> Pattern:
    return Pattern(name, TOKEN, brief, expression)


SECRETS = (
    _shape(
        "private_key",
        "PEM private key, from its header to its end or as far as it looks like one",
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s]*"
        r"(?:-----END [A-Z0-9 ]*-----)?",
    ),
    _shape("jwt", "JSON Web Token, signed or encrypted", r"\beyJ[\w-]{8,}(?:\.{1,2}[\w-]{4,})+"),
    _shape(
        "aws_access_key",
        "AWS access key id",
        r"\b(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}\b",
    ),
    _shape(
        "github_token",
        "GitHub token, classic or fine-grained",
        r"\b(?:gh[oprsu]_[A-Za-z0-9]{36,}|github_pat_\w{22,})",
    ),
    _shape(
        "gitlab_token",
        "GitLab token",
        r"\bgl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct)-[\w.-]{20,}",
    ),
    _shape(
        "slack_token",
        "Slack token or webhook path",
        r"\b(?:xox[a-z]|xapp)-\d[A-Za-z0-9-]{10,}|\bhooks\.slack\.com/\w+/[\w/]{16,}",
    ),
    _shape(
        "stripe_key",
        "Stripe key or webhook secret",
        r"\b(?:[prs]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,}",
    ),
    _shape("anthropic_key", "Anthropic API key", r"\bsk-ant-[\w-]{20,}"),
    _shape(
        "openai_key",
        "OpenAI API key, and what others shaped like it",
        r"\bsk-(?:(?:proj|svcacct|admin|None|or-v1)-[\w-]{20,}|[A-Za-z0-9]{32,})",
    ),
    _shape(
        "google_key",
        "Google API key, OAuth token or client secret",
        r"\bAIza[\w-]{35,}|\bya29\.[\w.-]{20,}|\bGOCSPX-[\w-]{20,}",
    ),
    _shape(
        "ai_provider_key",
        "key of Hugging Face, Groq, xAI, Replicate or Perplexity",
        r"\b(?:hf_|gsk_|r8_|xai-|pplx-)[A-Za-z0-9]{30,}",
    ),
    _shape(
        "registry_token",
        "npm, PyPI or RubyGems token",
        r"\b(?:npm_[A-Za-z0-9]{36,}|pypi-[\w-]{32,}|rubygems_[0-9a-f]{48})",
    ),
    _shape("sendgrid_key", "SendGrid API key", r"\bSG\.[\w-]{16,}\.[\w-]{16,}"),
    Pattern(
        "authorization",
        TOKEN,
        "credentials after `Bearer` or in an `Authorization` header",
        r"\b(?i:authorization['\"]?\s*[:=]\s*['\"]?(?:[a-z][a-z0-9-]*\s+)?)([\w.~+/-]{8,}={0,2})"
        r"|\b(?i:bearer)\s+([\w.~+/-]{16,}={0,2})",
        _telling,
    ),
    Pattern(
        "basic_credentials",
        TOKEN,
        "base64 of `user:password` after `Basic`",
        r"\b(?i:basic)\s+([A-Za-z0-9+/]{8,}={0,2})",
        _user_and_password,
    ),
    Pattern(
        "assigned_secret",
        TOKEN,
        "eight letters and digits or more, given by `:` or `=` to a password, secret, token or key",
        r"(?:\b|_)(?i:pass(?:word|wd|phrase)|pwd|passwort|kennwort|contraseña|senha|hasło"
        r"|mot de passe|secret|(?:api|access|secret)[_ -]?key"
        r"|(?:(?:access|auth|refresh|session|id)[_ -]?)?token)"
        r"['\"]?\s*[:=]\s*['\"]?([^\s'\"<>{}\[\]$,;]{7,}[^\s'\"<>{}\[\]$,;.)])",
        _letters_and_digits,
    ),
)
