# SPDX-License-Identifier: Apache-2.0
"""The Prompt Vault: a host application in which the whole of Telesift is at work.

Read `app` first; what concerns Telesift is in `sessions` (who is calling), `telemetry` (events from
the server) and in every `@traced`. The browser's half is in `../web/src/telemetry.ts`.
"""
