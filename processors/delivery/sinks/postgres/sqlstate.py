# SPDX-License-Identifier: Apache-2.0
"""What PostgreSQL's error codes mean for a delivery: try again, or this row will never go in.

Source: PostgreSQL documentation, appendix A, "PostgreSQL Error Codes".
"""

from typing import Final

from peewee import PeeweeException

from service_kit.postgres import sqlstate

NO_PARTITION: Final = "partition_missing"

# What is wrong with a value stays wrong: data exceptions, and program limits.
_REFUSALS: Final = ("22", "54")

# A whole code, or the class that it begins with. Everything else may be over by the next try, or
# once it has been put right: a constraint that others added is no fault of our rows.
_REASONS: Final = {
    "08": "database_away",
    "23514": NO_PARTITION,
    "23": "constraint_violated",
    "25006": "database_read_only",
    "40": "database_contended",
    "42501": "permission_denied",
    "42P01": "schema_missing",
    "53100": "database_full",
    "53": "database_overloaded",
    "55P03": "database_contended",
    "57014": "database_slow",
    "57": "database_away",
}
_CLASS: Final = 2


def refuses_row(error: PeeweeException) -> bool:
    """Return whether a row of the statement can never be stored, today or later."""
    return sqlstate(error).startswith(_REFUSALS)


def reason(error: PeeweeException) -> str:
    """Return our code for an error; the database's own words may quote a value."""
    code = sqlstate(error)
    if not code:  # the connection broke before an answer came
        return "database_away"
    return _REASONS.get(code) or _REASONS.get(code[:_CLASS], "database_error")
