# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 one row a line: a table is read down its columns
"""Vendors' tokens by their shape: one row a kind.

Shapes are RE2. They ask for the prefix and for twenty characters at most, where the source gives
more: vendors change lengths without notice, and half of a token is as secret as all of it.
Long counts would also cost: an automaton has a state for each.
"""

import re
from typing import NamedTuple

from service_kit.pii.pattern import Pattern, whole


class VendorToken(NamedTuple):
    """A vendor's kind of token: what it is called, its shape, who describes it.

    A source without a dot is a rule of gitleaks (`config/gitleaks.toml`), others are the vendor's
    pages. No shape was tried on a real token.
    """

    name: str
    shape: str
    source: str


# fmt: off
VENDOR_TOKENS = (
    # models and their hosts
    VendorToken("OpenAI", r"sk-(?:(?:proj|svcacct|admin|None)-[\w-]{20,}|[A-Za-z0-9]{20,})", "openai-api-key"),
    VendorToken("OpenRouter", r"sk-or-(?:v1-)?[\w-]{20,}", "openrouter.ai/docs/api-reference/authentication"),
    VendorToken("Anthropic", r"sk-ant-(?:api|admin|oat|ort|sid)?\d*-?[\w-]{20,}", "anthropic-api-key"),
    VendorToken("Hugging Face", r"(?:hf|api_org)_[A-Za-z0-9]{20,}", "huggingface-access-token"),
    VendorToken("Groq", r"gsk_[A-Za-z0-9]{20,}", "console.groq.com/docs/quickstart"),
    VendorToken("xAI", r"xai-[A-Za-z0-9]{20,}", "docs.x.ai/docs/overview"),
    VendorToken("Replicate", r"r8_[A-Za-z0-9]{20,}", "replicate.com/docs/topics/security/api-tokens"),
    VendorToken("Perplexity", r"pplx-[A-Za-z0-9]{20,}", "perplexity-api-key"),
    VendorToken("Fireworks", r"fw_[A-Za-z0-9]{20,}", "docs.fireworks.ai/api-reference/introduction"),
    VendorToken("NVIDIA", r"nvapi-[\w-]{20,}", "docs.nvidia.com/ngc"),
    VendorToken("Cerebras", r"csk-[a-z0-9]{20,}", "inference-docs.cerebras.ai"),
    VendorToken("Tavily", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{20,}", "docs.tavily.com"),
    VendorToken("LangSmith", r"lsv2_(?:pt|sk)_[0-9a-f]{20,}(?:_[0-9a-f]+)?", "docs.smith.langchain.com"),
    VendorToken("Langfuse", r"sk-lf-[0-9a-f-]{20,}", "langfuse.com/docs/api"),
    VendorToken("Pinecone", r"pcsk_[A-Za-z0-9_]{20,}", "docs.pinecone.io"),
    VendorToken("Weights & Biases", r"wandb_v1_[\w-]{20,}", "docs.wandb.ai"),
    VendorToken("ElevenLabs", r"sk_[0-9a-f]{48}", "elevenlabs.io/docs/api-reference/authentication"),
    VendorToken("E2B", r"(?:sk_)?e2b_[0-9a-f]{20,}", "e2b.dev/docs/api-key"),
    VendorToken("Firecrawl", r"fc-[0-9a-f]{32}", "docs.firecrawl.dev"),
    # clouds
    VendorToken("AWS access key id", r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}\b", "aws-access-token"),
    VendorToken("AWS Bedrock", r"(?:ABSK[A-Za-z0-9+/]{20,}={0,2}|bedrock-api-key-[\w+/=-]{20,})", "docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html"),
    VendorToken("Google API key", r"AIza[\w-]{20,}", "gcp-api-key"),
    VendorToken("Google OAuth", r"ya29\.[\w.-]{20,}|1//0[\w-]{20,}|GOCSPX-[\w-]{20,}", "developers.google.com/identity/protocols/oauth2"),
    VendorToken("Azure client secret", r"[A-Za-z0-9_~.]{3}[0-9]Q~[\w~.-]{20,}", "azure-ad-client-secret"),
    VendorToken("Azure storage key", r"[A-Za-z0-9+/]{86}==", "learn.microsoft.com/azure/storage/common/storage-account-keys-manage"),
    VendorToken("Azure DevOps", r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}", "learn.microsoft.com/azure/devops/organizations/accounts"),
    VendorToken("Alibaba Cloud", r"LTAI[A-Za-z0-9]{16,}", "alibaba-access-key-id"),
    VendorToken("Tencent Cloud", r"AKID[A-Za-z0-9]{20,}", "cloud.tencent.com/document/product/598"),
    VendorToken("Yandex Cloud", r"(?:AQVN|y0_|t1\.)[\w-]{20,}(?:\.[\w=-]+)?", "yandex.cloud/docs/iam/concepts/authorization"),
    VendorToken("DigitalOcean", r"do[opr]_v1_[0-9a-fA-F]{20,}", "digitalocean-pat"),
    VendorToken("Cloudflare", r"v1\.0-[0-9a-f]{24}-[0-9a-f]{20,}", "cloudflare-origin-ca-key"),
    VendorToken("Cloudflare API token", r"cf(?:ut|at|k)_[\w-]{20,}", "developers.cloudflare.com/fundamentals/api/get-started/token-formats"),
    VendorToken("Heroku", r"HRKU-[\w-]{20,}", "heroku-api-key-v2"),
    VendorToken("Fly.io", r"fo1_[\w-]{20,}|fm[12][ar]?_[A-Za-z0-9+/]{20,}={0,3}", "flyio-access-token"),
    VendorToken("Vercel", r"vc[pkiarb]_[A-Za-z0-9]{20,}|vercel_blob_rw_[A-Za-z0-9_]{20,}", "vercel.com/docs/rest-api"),
    VendorToken("Netlify", r"nf[pcoub]_[A-Za-z0-9]{20,}", "docs.netlify.com/api/get-started"),
    VendorToken("Render", r"rnd_[A-Za-z0-9]{20,}", "render.com/docs/api"),
    VendorToken("Scaleway", r"SCW[A-Z0-9]{17}\b", "scaleway.com/docs/iam"),
    VendorToken("Tailscale", r"tskey-[a-z]+-[\w-]{15,}", "tailscale.com/kb/1277/key-prefixes"),
    VendorToken("ngrok", r"(?:ak_|cr_)?2[A-Za-z0-9]{26}_[A-Za-z0-9]{20,}", "ngrok.com/docs/api"),
    # source and packages
    VendorToken("GitHub", r"gh[oprsu]_[A-Za-z0-9]{20,}", "github-pat"),
    VendorToken("GitHub fine-grained", r"github_pat_\w{20,}", "github-fine-grained-pat"),
    VendorToken("GitLab", r"gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct|wt)-[\w.-]{20,}|GR1348941[\w-]{20,}", "gitlab-pat"),
    VendorToken("Bitbucket", r"ATBB[A-Za-z0-9]{20,}|ATCTT3[\w=-]{20,}", "support.atlassian.com/bitbucket-cloud"),
    VendorToken("Atlassian", r"ATATT3?[\w=-]{20,}", "atlassian-api-token"),
    VendorToken("npm", r"npm_[A-Za-z0-9]{20,}", "npm-access-token"),
    VendorToken("PyPI", r"pypi-Ag[\w-]{20,}", "pypi-upload-token"),
    VendorToken("RubyGems", r"rubygems_[0-9a-f]{20,}", "rubygems-api-token"),
    VendorToken("crates.io", r"cio[A-Za-z0-9]{32}\b", "crates.io"),
    VendorToken("Clojars", r"CLOJARS_[a-z0-9]{20,}", "clojars-api-token"),
    VendorToken("NuGet", r"oy2[a-z0-9]{43}", "learn.microsoft.com/nuget"),
    VendorToken("Docker Hub", r"dckr_(?:pat|oat)_[\w-]{20,}", "docs.docker.com/security/access-tokens"),
    VendorToken("JFrog", r"AKCp[A-Za-z0-9]{20,}|cmVmd[A-Za-z0-9]{20,}", "artifactory-api-key"),
    VendorToken("Sourcegraph", r"sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-fA-F]{40}", "sourcegraph-access-token"),
    VendorToken("CircleCI", r"CCIPAT_[A-Za-z0-9]{10,}_[0-9a-f]{20,}|CCIPRJ_[A-Za-z0-9_]{20,}", "circleci.com/docs/managing-api-tokens"),
    VendorToken("Buildkite", r"bkua_[0-9a-f]{20,}", "buildkite.com/docs/apis/managing-api-tokens"),
    VendorToken("SonarQube", r"sq[aup]_[0-9a-f]{40}", "docs.sonarsource.com"),
    VendorToken("Snyk", r"snyk_(?:uat|sat)\.[\w.-]{20,}", "docs.snyk.io"),
    # talk, mail, telephones
    VendorToken("Slack", r"xox[a-z](?:\.xox[bp])?-[\w-]*\d[\w-]{10,}|xapp-\d[\w-]{10,}", "slack-bot-token"),
    VendorToken("Discord bot", r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{20,}", "discord.com/developers/docs/reference"),
    VendorToken("Discord MFA", r"mfa\.[\w-]{20,}", "discord.com/developers/docs/reference"),
    VendorToken("Telegram bot", r"(?:bot)?\d{6,12}:A[\w-]{20,}", "telegram-bot-api-token"),
    VendorToken("Twilio", r"(?:SK|AC)[0-9a-f]{32}\b", "twilio-api-key"),
    VendorToken("SendGrid", r"SG\.[\w-]{16,}\.[\w-]{16,}", "sendgrid-api-token"),
    VendorToken("Mailgun", r"(?:pub)?key-[0-9a-z]{32}\b|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}\b", "mailgun-private-api-token"),
    VendorToken("Mailchimp", r"[0-9a-f]{32}-us\d{1,2}\b", "mailchimp-api-key"),
    VendorToken("Mandrill", r"md-[\w-]{22}\b", "mailchimp.com/developer/transactional"),
    VendorToken("Brevo", r"x(?:keysib|smtpsib)-[0-9a-f]{20,}-[A-Za-z0-9]{16}", "sendinblue-api-token"),
    VendorToken("Resend", r"re_[A-Za-z0-9]{8,}_[A-Za-z0-9]{16,}", "resend.com/docs/dashboard/api-keys"),
    VendorToken("Teams webhook", r"[a-z0-9-]+\.webhook\.office\.com/webhookb2/[\w@/-]{20,}", "microsoft-teams-webhook"),
    # money and shops
    VendorToken("Stripe", r"[prs]k_(?:live|test|prod)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,}", "stripe-access-token"),
    VendorToken("Square", r"sq0[a-z]{3}-[\w-]{20,}|EAAA[A-Z][\w-]{20,}", "square-access-token"),
    VendorToken("PayPal and Braintree", r"access_token\$(?:production|sandbox)\$[0-9a-z]{10,}\$[0-9a-f]{32}", "developer.paypal.com/braintree/docs"),
    VendorToken("PayPal client", r"(?:A[RSTUVWXYZabcdef]|E[A-P])[\w-]{76,80}\b", "developer.paypal.com/api/rest"),
    VendorToken("Shopify", r"shp(?:at|ca|pa|ss|ua|tka)_[0-9a-fA-F]{32}", "shopify-access-token"),
    VendorToken("Plaid", r"access-(?:sandbox|development|production)-[0-9a-f-]{36}", "plaid-api-token"),
    VendorToken("Adyen", r"AQE[\w+/=-]{20,}", "docs.adyen.com/development-resources/api-credentials"),
    VendorToken("Razorpay", r"rzp_(?:live|test)_[A-Za-z0-9]{14,}", "razorpay.com/docs/api/authentication"),
    VendorToken("Flutterwave", r"FLW(?:SEC|PUB)K(?:_TEST)?-[0-9a-zA-Z]{12,}(?:-X)?", "flutterwave-secret-key"),
    VendorToken("Lob", r"(?:live|test)_(?:pub_)?[0-9a-f]{20,}", "lob-api-key"),
    VendorToken("EasyPost", r"EZ[AT]K[A-Za-z0-9]{20,}", "easypost-api-token"),
    VendorToken("Shippo", r"shippo_(?:live|test)_[0-9a-fA-F]{40}", "shippo-api-token"),
    VendorToken("Duffel", r"duffel_(?:test|live)_[\w=-]{20,}", "duffel-api-token"),
    VendorToken("Coinbase", r"cb(?:sk|dp)_[\w-]{20,}", "docs.cdp.coinbase.com"),
    VendorToken("Polar", r"polar_(?:oat|pat|whs)_[A-Za-z0-9]{20,}", "docs.polar.sh"),
    VendorToken("Paddle", r"pdl_(?:live|sdbx)_apikey_[\w]{20,}", "developer.paddle.com/api-reference/about/api-keys"),
    # work and data
    VendorToken("Linear", r"lin_(?:api|oauth|wh)_[A-Za-z0-9]{20,}", "linear-api-key"),
    VendorToken("Notion", r"ntn_[A-Za-z0-9]{20,}|secret_[A-Za-z0-9]{43}\b", "notion-api-token"),
    VendorToken("Figma", r"fig(?:d|ur|uh|o[a-z]?)_[\w-]{20,}", "figma.com/developers/api#access-tokens"),
    VendorToken("Airtable", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{20,}", "airtable-personnal-access-token"),
    VendorToken("Asana", r"[12]/\d{10,}(?:/\d{10,})?:[0-9a-f]{32}", "developers.asana.com/docs/personal-access-token"),
    VendorToken("HubSpot", r"pat-(?:na|eu|ap)\d-[0-9a-f-]{36}", "developers.hubspot.com/docs"),
    VendorToken("Typeform", r"tfp_[\w.=-]{20,}", "typeform-api-token"),
    VendorToken("Intercom", r"dG9r[A-Za-z0-9+/=_-]{20,}", "developers.intercom.com"),
    VendorToken("Contentful", r"CFPAT-[\w-]{20,}", "contentful.com/developers/docs"),
    VendorToken("ReadMe", r"rdme_[a-z0-9]{20,}", "readme-api-token"),
    VendorToken("Postman", r"PMAK-[0-9a-f]{20,}-[0-9a-f]{20,}|PMAT-[A-Z0-9]{20,}", "postman-api-token"),
    VendorToken("Mapbox", r"[pst]k\.eyJ[\w-]{20,}\.[\w-]{16,}", "mapbox-api-token"),
    VendorToken("MaxMind", r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk", "maxmind-license-key"),
    VendorToken("Salesforce", r"00D[A-Za-z0-9]{12,15}![\w.]{20,}", "help.salesforce.com"),
    VendorToken("Facebook", r"EAA[A-Z][A-Za-z0-9]{20,}", "facebook-page-access-token"),
    VendorToken("X bearer", r"A{20,}[A-Za-z0-9%]{20,}", "twitter-bearer-token"),
    VendorToken("Dropbox", r"sl\.(?:u\.|B)?[\w-]{20,}", "dropbox-short-lived-api-token"),
    VendorToken("Amazon LWA", r"amzn1\.(?:application-oa2-client|oa2-cs\.v1)\.[0-9a-f]{20,}", "developer.amazon.com/docs/login-with-amazon"),
    VendorToken("Adobe", r"p8e-[A-Za-z0-9_-]{20,}", "adobe-client-secret"),
    # databases and secrets
    VendorToken("Supabase", r"sb(?:p_[0-9a-f]{40}|_(?:secret|publishable)_[\w-]{20,})", "supabase.com/docs/guides/api/api-keys"),
    VendorToken("Neon", r"napi_[a-z0-9]{20,}", "neon.com/docs/manage/api-keys"),
    VendorToken("PlanetScale", r"pscale_(?:tkn|pw|oauth)_[\w.=-]{20,}", "planetscale-api-token"),
    VendorToken("ClickHouse Cloud", r"4b1d[A-Za-z0-9]{38}\b", "clickhouse-cloud-api-secret-key"),
    VendorToken("MongoDB Atlas", r"mdb_sa_sk_[\w-]{20,}", "mongodb.com/docs/atlas/api"),
    VendorToken("Databricks", r"d(?:api|ose|kea)[0-9a-f]{32}(?:-\d)?\b", "databricks-api-token"),
    VendorToken("HashiCorp Vault", r"hv[sbr]\.[\w-]{20,}", "vault-service-token"),
    VendorToken("HashiCorp Terraform", r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{20,}", "hashicorp-tf-api-token"),
    VendorToken("Doppler", r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]+\.)?[A-Za-z0-9]{20,}", "doppler-api-token"),
    VendorToken("Infisical", r"st\.[0-9a-f-]{24,36}\.[0-9a-f]{32}\.[0-9a-f]{32}", "infisical.com/docs"),
    VendorToken("Pulumi", r"pul-[0-9a-f]{40}", "pulumi-api-token"),
    VendorToken("1Password", r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}|ops_eyJ[A-Za-z0-9+/]{20,}={0,3}", "1password-secret-key"),
    VendorToken("age", r"AGE-SECRET-KEY-1[A-Z0-9]{20,}", "age-secret-key"),
    VendorToken("Prefect", r"pn[ub]_[A-Za-z0-9]{36}", "prefect-api-token"),
    # watching
    VendorToken("Sentry", r"sntry[suai]_[\w+/=]{20,}", "sentry-org-token"),
    VendorToken("Grafana", r"glsa_[A-Za-z0-9]{20,}_[0-9a-fA-F]{8}|glc_[A-Za-z0-9+/]{20,}={0,3}|eyJrIjoi[A-Za-z0-9]{20,}={0,2}", "grafana-service-account-token"),
    VendorToken("New Relic", r"NR(?:AK|II|JS|IQ|RA|AA|BR|MM)-[A-Za-z0-9_-]{18,}|[0-9a-f]{36}NRAL", "new-relic-user-api-key"),
    VendorToken("Datadog", r"dd(?:p|app|pat|w)_[A-Za-z0-9]{20,}", "docs.datadoghq.com/account_management/api-app-keys"),
    VendorToken("Dynatrace", r"dt0[a-z]\d\d\.[A-Za-z0-9]{20,}\.[A-Za-z0-9]{20,}", "dynatrace-api-token"),
    VendorToken("Honeycomb", r"hc[abx]?(?:ik|mk|lk)_[a-z0-9]{20,}", "docs.honeycomb.io"),
    VendorToken("Axiom", r"xa[ap]t-[0-9a-f-]{36}", "axiom.co/docs/reference/tokens"),
    VendorToken("PostHog", r"ph[csxr]_[A-Za-z0-9]{20,}", "posthog.com/docs/api"),
    VendorToken("LaunchDarkly", r"(?:api|sdk|mob)-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "launchdarkly.com/docs/home/account/api"),
    VendorToken("PagerDuty", r"pd(?:us|eu)\+_[\w+-]{20,}", "developer.pagerduty.com"),
    VendorToken("Octopus Deploy", r"API-[A-Z0-9]{20,}", "octopus-deploy-api-key"),
    VendorToken("OpenShift", r"sha256~[\w-]{20,}", "openshift-user-token"),
    VendorToken("Okta", r"00[A-Za-z][\w-]{39}\b", "okta-access-token"),
    VendorToken("GitHub-style, of any vendor", r"(?:sk|pat|key|tok|token|secret|access|auth|api)_(?:live_|prod_|test_)?[A-Za-z0-9]{20,}", "github.blog/2021-04-05-behind-githubs-new-authentication-token-formats"),
)
# fmt: on

VENDOR_TOKEN = Pattern(
    name="vendor_token",
    kind="token",
    brief="token or key of a vendor below, by its prefix and length",
    expression=rf"(?:^|[^\w-])((?:{'|'.join(row.shape for row in VENDOR_TOKENS)})\w*)",
    confirm=whole(lambda token: not re.search("[xX]{8}", token)),  # a placeholder
    unmasked=True,
)
