# SPDX-License-Identifier: Apache-2.0
"""What keeps values out of PostgreSQL's own log."""

from typing import Final

QUIET: Final = {
    # Parameters of statements that are logged for their duration, or because they failed.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    # Without DETAIL ("Failing row contains ...") and CONTEXT ("JSON data, line 1: ...").
    "log_error_verbosity": "terse",
    # Without the statement: ours have no values in them, those of a person at psql do.
    "log_min_error_statement": "panic",
}
"""PostgreSQL's settings, and the values under which its log has none of ours."""
