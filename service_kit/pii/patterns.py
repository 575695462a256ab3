# SPDX-License-Identifier: Apache-2.0
"""All patterns, the most telling first: `find` names the first that matches."""

from service_kit.pii.contact import EMAIL, URL_WITH_QUERY, URL_WITH_USERINFO
from service_kit.pii.network import IPV4, IPV6
from service_kit.pii.numbers import IBAN, PAYMENT_CARD
from service_kit.pii.phone import ANNOUNCED_PHONE, PHONE
from service_kit.pii.secrets import SECRETS

PATTERNS = (
    URL_WITH_USERINFO,
    URL_WITH_QUERY,
    EMAIL,
    *SECRETS,
    IBAN,
    PAYMENT_CARD,
    IPV6,
    IPV4,
    PHONE,
    ANNOUNCED_PHONE,
)
