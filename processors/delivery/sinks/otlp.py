# SPDX-License-Identifier: Apache-2.0
"""The `otlp` sink: rows go to a collector as one OTLP/JSON request, as they are stored.

Source: the OTLP specification, "OTLP/HTTP Response" and "Failures". Where it lets a client drop
data we hold on to it: a wrong address or an expired token is no reason to lose events.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Final

import requests
import urllib3

from processors.delivery.events import events, split
from processors.delivery.frames import FrameUnreadable, export_request
from processors.delivery.sinks import Batch, Receipt, Retry, Row, export_body
from processors.delivery.sinks.otlp_answer import rejected_records
from processors.delivery.sinks.otlp_target import Target

# What a data-dependent refusal looks like; every other one is about us, or about the moment.
_CONDEMNED: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,  # the specification's "bad data"
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,  # its half may fit
        HTTPStatus.UNPROCESSABLE_ENTITY,  # how some backends say 400
    }
)
_NOTHING: Final = export_request([])

Undeliverable = Counter[tuple[str, str]]


class OtlpSink:
    """Posts to one endpoint, over one connection that is kept alive."""

    name = "otlp"

    def __init__(self, target: Target) -> None:
        self._target = target
        self._session = requests.Session()
        self._session.headers.update(target.headers)
        self._session.headers.update(
            {"Content-Type": "application/json", "Content-Encoding": "zstd"}
        )
        if target.certificate:
            self._session.verify = target.certificate
        self._session.cert = target.client_certificate
        # Else requests would look for a password in ~/.netrc and put it in our header's place.
        self._session.auth = lambda request: request

    def deliver(self, batch: Batch) -> Receipt:
        """Post a batch, in parts where the whole is refused; raises `Retry`."""
        undeliverable = Undeliverable()
        self._send(batch.rows, undeliverable)
        return Receipt(batch.events - undeliverable.total(), undeliverable)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _send(self, rows: Sequence[Row], undeliverable: Undeliverable) -> None:
        answer = self._post(export_body(rows))
        if _is_taken(answer):
            count = min(rejected_records(answer.content), sum(row.events for row in rows))
            if count:
                undeliverable["", "partial_success"] += count
            return
        self._raise_unless_data_is_refused(answer)
        for part in _halves(rows, f"http_{answer.status_code}", undeliverable):
            self._send(part, undeliverable)

    def _raise_unless_data_is_refused(self, answer: requests.Response) -> None:
        if answer.status_code not in _CONDEMNED:
            raise Retry(f"http_{answer.status_code}", _retry_after(answer))
        # An endpoint that refuses even an empty request says nothing about our data.
        if not _is_taken(self._post(_NOTHING)):
            raise Retry(f"http_{answer.status_code}_to_all", _retry_after(answer))

    def _post(self, body: bytes) -> requests.Response:
        try:
            return self._session.post(
                self._target.url,
                data=body,
                timeout=self._target.timeout_seconds,
                allow_redirects=False,  # events go where the operator said, nowhere else
            )
        except requests.Timeout:
            raise Retry("timeout") from None
        except requests.RequestException:
            raise Retry("connection") from None


def _is_taken(answer: requests.Response) -> bool:
    return answer.status_code in (HTTPStatus.OK, HTTPStatus.ACCEPTED)


def _halves(
    rows: Sequence[Row], reason: str, undeliverable: Undeliverable
) -> Iterator[Sequence[Row]]:
    """Divide what was refused; what cannot be divided further is the culprit and set aside."""
    parts = rows if len(rows) > 1 else _single_events(rows[0], reason, undeliverable)
    middle = len(parts) // 2
    if parts:
        yield parts[:middle]
        yield parts[middle:]


def _single_events(row: Row, reason: str, undeliverable: Undeliverable) -> Sequence[Row]:
    try:
        frames = split(row.frames)
        if len(frames) > 1:
            return [Row(row.seq, 1, frame) for frame in frames]
        undeliverable[events(row.frames)[0].event, reason] += row.events
    except FrameUnreadable:
        undeliverable["", "frame_unreadable"] += row.events
    return []


def _retry_after(answer: requests.Response) -> float | None:
    try:
        return urllib3.Retry().get_retry_after(answer.raw)
    except urllib3.exceptions.InvalidHeader:
        return None
