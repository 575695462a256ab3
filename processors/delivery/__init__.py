# SPDX-License-Identifier: Apache-2.0
"""From an accepted batch to every sink: the outbox, the relays, the sinks.

Source: ADR "durable outbox and what 200 means".
"""
