# SPDX-License-Identifier: Apache-2.0
"""What is stored: accepted events on disk until every sink has them, and the ledger beside them."""
