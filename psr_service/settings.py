# SPDX-License-Identifier: Apache-2.0
"""The PSR service's own settings."""

from typing import Annotated, ClassVar

from msgspec import Meta

from service_kit import flags
from service_kit.flags import Flag
from service_kit.settings import Environment, ServiceSettings, about, addresses, variable
from service_kit.settings.values import expected, objecting, up_to

PromptUrl = Annotated[
    str,
    Meta(pattern=r"^https?://\S*\{prompt_id\}\S*$"),
    expected("an http:// or https:// URL that contains {prompt_id}"),
    objecting(addresses.url_objection),
]


class PsrSettings(ServiceSettings, frozen=True, kw_only=True):
    """What the operator decided about ratings; in production they are off until switched on."""

    defaults: ClassVar = {
        **ServiceSettings.defaults,
        Environment.PRODUCTION: {
            **ServiceSettings.defaults[Environment.PRODUCTION],
            "FEATURES_PSR": "false",
            "FEATURES_PSR_AGGREGATE": "false",
        },
    }

    features_psr: Annotated[
        Flag, about("Whether ratings are taken: true, false, or a percentage of the users.")
    ] = variable("FEATURES_PSR", flags.on("FEATURES_PSR"))
    features_psr_aggregate: Annotated[
        Flag, about("Whether an answer to a rating carries the prompt's average and count.")
    ] = variable("FEATURES_PSR_AGGREGATE", flags.on("FEATURES_PSR_AGGREGATE"))

    psr_max_prompts_per_day: Annotated[
        int, up_to(1000), about("How often a user is asked for a rating in a day.")
    ] = variable("PSR_MAX_PROMPTS_PER_DAY", 3)
    psr_min_group: Annotated[
        int, up_to(10_000), about("Distinct owners below which analytics show no mean and no note.")
    ] = variable("PSR_MIN_GROUP", 5)
    prompt_lookup_url: Annotated[
        PromptUrl | None,
        about("The host's address of a prompt, asked whether the caller may rate it."),
    ] = variable("PROMPT_LOOKUP_URL")
