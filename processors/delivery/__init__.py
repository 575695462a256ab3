# SPDX-License-Identifier: Apache-2.0
"""From an accepted batch to every sink: the outbox, the couriers, the ledger.

Source: ADR "durable outbox and what 200 means".
"""
