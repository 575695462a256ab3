# SPDX-License-Identifier: Apache-2.0
"""What every HTTP service of ours does alike: bodies, errors, limits, health, middleware."""
