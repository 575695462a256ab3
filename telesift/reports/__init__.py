# SPDX-License-Identifier: Apache-2.0
"""What the ratings, the events and the ledger say: a `Sheet`, for people and for programs."""
