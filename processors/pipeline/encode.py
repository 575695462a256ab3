# SPDX-License-Identifier: Apache-2.0
"""An admitted event, written as the OTLP/JSON LogRecord that is stored and forwarded."""

from collections.abc import Iterable, Sequence

from processors.pipeline.records import LogRecord
from processors.pipeline.verdicts import Accepted

_TAIL = "]}]}"


def key_value(key: str, kind: str) -> tuple[str, str]:
    """Return what stands before and after a value in an OTLP/JSON KeyValue under a key of ours.

    `kind` is `stringValue`, `intValue`, `doubleValue` or `boolValue`; strings and 64-bit integers
    stand in quotation marks, so what is put between them must need no escapes.
    """
    mark = '"' if kind in ("stringValue", "intValue") else ""
    return f'{{"key":"{key}","value":{{"{kind}":{mark}', f"{mark}}}}}"


def encode_record(record: LogRecord, event: str, attributes: Iterable[str]) -> str:
    """Write one LogRecord; its name and ids are checked, its attributes are written already."""
    return (
        f'{{"timeUnixNano":"{record.timeUnixNano}",'
        f'"observedTimeUnixNano":"{record.observedTimeUnixNano}",'
        f'"severityNumber":{record.severityNumber or 0},"eventName":"{event}",'
        f'"attributes":[{",".join(attributes)}],'
        f'"traceId":"{record.traceId}","spanId":"{record.spanId}","flags":{record.flags or 0}}}'
    )


def encode_resource_logs(origins: Sequence[str], accepted: Iterable[Accepted]) -> bytes:
    """Join accepted records under their heads: OTLP/JSON ResourceLogs, comma separated.

    Gives b"" where nothing was accepted.
    """
    records: dict[int, list[str]] = {}
    for event in accepted:
        records.setdefault(event.origin, []).append(event.record)
    groups = (f"{origins[o]}{','.join(group)}{_TAIL}" for o, group in records.items())
    return ",".join(groups).encode()
