# SPDX-License-Identifier: Apache-2.0
"""Mode dev: fixed tokens from AUTH_DEV_TOKENS, for a developer's machine and for tests.

The settings refuse it when ENVIRONMENT=production.
"""

from collections.abc import Iterable

from service_kit.auth.caller import Caller, Credential, identify
from service_kit.http.problem import Unauthenticated


class DevTokens:
    """Knows the callers of a fixed list, `token:user-uuid:role[+role]` each."""

    def __init__(self, tokens: Iterable[str]) -> None:
        # Looked up by fingerprint: how long that takes says nothing about a token.
        self._callers = {
            Credential(is_cookie, token).fingerprint(): caller
            for token, caller in map(_parse, tokens)
            for is_cookie in (False, True)
        }

    def recall(self, credential: Credential) -> Caller:
        """Look the token up."""
        caller = self._callers.get(credential._replace(chunks=()).fingerprint())
        if caller is None:
            raise Unauthenticated
        return caller

    verify = recall


def _parse(entry: str) -> tuple[str, Caller]:
    token, user_id, roles = entry.split(":")
    return token, identify(user_id, None, roles.split("+"))
