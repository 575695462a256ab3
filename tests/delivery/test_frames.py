# SPDX-License-Identifier: Apache-2.0
"""Frames concatenate, and damage to one is noticed."""

import contextlib
import json

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from processors.delivery.outbox.events import events, split
from processors.delivery.outbox.frames import (
    FrameUnreadable,
    compress,
    decompress,
    export_request,
    join,
)
from tests.delivery.samples import TIME_NS, USER, frame, new_ids, resource_logs


@given(st.lists(st.binary(min_size=1), min_size=1))
def test_joined_frames_decompress_to_the_joined_texts(texts: list[bytes]) -> None:
    """Rows become one request without being decoded."""
    assert b",".join(texts) == decompress(join(map(compress, texts)))


def test_rows_become_one_export_request() -> None:
    """What a sink posts is one OTLP/JSON ExportLogsServiceRequest."""
    rows = [join([frame(new_ids(2)), frame(new_ids(1))]), frame(new_ids(3))]
    request = json.loads(decompress(export_request(rows)))
    counts = [
        len(scope_logs["logRecords"])
        for resource_logs in request["resourceLogs"]
        for scope_logs in resource_logs["scopeLogs"]
    ]
    assert [2, 1, 3] == counts


@given(data=st.data())
def test_a_damaged_frame_is_never_taken_for_a_whole_one(data: st.DataObject) -> None:
    """Whatever bit flips and wherever it is cut off, the reader notices."""
    whole = bytes(join([frame(["a"]), frame(["b"])]))
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans(), label="cut off"):
        damaged = whole[: at or 1]
    else:
        flip = data.draw(st.integers(1, 255))
        damaged = whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :]
    intact = [decompress(whole), decompress(frame(["a"])), decompress(frame(["a"])) + b","]
    with contextlib.suppress(FrameUnreadable):
        assert decompress(damaged) in intact


def test_a_frame_that_would_unfold_beyond_the_limit_is_not_unfolded() -> None:
    """A few bytes cannot take the memory."""
    with pytest.raises(FrameUnreadable):
        decompress(compress(bytes(10_000_000)), limit=1000)


def test_a_frame_that_hides_its_size_is_not_ours() -> None:
    """We always write the size, so no reader needs to guess it."""
    stream = zstandard.ZstdCompressor().compressobj()
    with pytest.raises(FrameUnreadable):
        decompress(stream.compress(b"{}") + stream.flush())


def test_events_come_back_as_the_pipeline_wrote_them() -> None:
    """Sinks that need single events see every field again, in the story's names."""
    (event,) = events(frame(["id-1"]))
    assert ("tags.added", "id-1", TIME_NS) == (event.event, event.id, event.time_ns)
    assert (USER, "s-1") == (event.user_id, event.session_id)
    assert {"count": 3} == event.attributes
    assert {"service.name": "vault"} == event.resource


def test_splitting_gives_each_event_a_frame_of_its_own() -> None:
    """A culprit can be found alone, and its neighbours keep all they carry."""
    ids = new_ids(5)
    together = join([frame(ids[:2]), frame(ids[2:])])
    assert events(together) == [event for one in split(together) for event in events(one)]
    assert 5 == len(split(together))


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[", b'{"resource":{},"scopeLogs":[{"logRecords":[{}]}]}', b"\xff"]
)
def test_a_text_that_is_no_resource_logs_is_unreadable(text: bytes) -> None:
    """Foreign content is set aside, not a crash of the relay."""
    if text:
        with pytest.raises(FrameUnreadable):
            events(compress(text))
    else:
        assert [] == events(compress(text))


def test_the_error_quotes_nothing() -> None:
    """What cannot be read does not end up in a log either."""
    with pytest.raises(FrameUnreadable) as caught:
        events(compress(resource_logs(["secret"])[:-3]))
    assert ("", None) == (str(caught.value), caught.value.__cause__)
