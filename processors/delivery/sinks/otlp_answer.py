# SPDX-License-Identifier: Apache-2.0
"""What an OTLP backend says about a request that it took."""

import msgspec
from msgspec import Struct


class _PartialSuccess(Struct):
    rejectedLogRecords: int | str = 0


class _ExportLogsServiceResponse(Struct):
    partialSuccess: _PartialSuccess | None = None


_decode = msgspec.json.Decoder(_ExportLogsServiceResponse).decode


def rejected_records(body: bytes) -> int:
    """Read how many records were refused for good; 0 where the answer does not say.

    Its `errorMessage` may quote what we sent, so it is not even read.
    """
    try:
        partial = _decode(body).partialSuccess
        return max(0, int(partial.rejectedLogRecords)) if partial else 0
    except (msgspec.MsgspecError, ValueError):
        return 0
