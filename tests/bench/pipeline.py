# SPDX-License-Identifier: Apache-2.0
"""The pipeline's cost per batch, beside the floor: msgspec decoding and encoding the same bytes."""

import time
from collections.abc import Callable

import msgspec

from processors.catalog.load import load
from processors.gateway.protobuf import PROTOBUF, read_protobuf
from processors.pipeline.encode import encode_resource_logs
from processors.pipeline.envelope import Envelope
from processors.pipeline.judge import Context, judge
from processors.pipeline.otlp import JSON, read_json
from processors.pipeline.records import Batch
from processors.pipeline.whitelist import compile_whitelist
from tests.bench.batches import otlp_batch
from tests.clients.otlp_protobuf import to_protobuf
from tests.pipeline.batches import identity

ROUNDS = 30
CALLS = 100


def measure() -> dict[str, float]:
    """Return microseconds of CPU per 50-event batch, floor and pipeline taken in turn."""
    body = otlp_batch()
    protobuf = to_protobuf(body)
    catalog = load()
    whitelist = compile_whitelist(catalog, b"bench")
    of_json, of_protobuf = Envelope(catalog, JSON), Envelope(catalog, PROTOBUF)
    context = Context(time.time_ns(), identity())

    def pipeline(batch: Batch) -> bytes:
        verdicts = judge(batch, whitelist, context)
        assert not verdicts.rejections
        return encode_resource_logs(verdicts.origins, verdicts.accepted)

    candidates: dict[str, Callable[[], object]] = {
        "floor": lambda: msgspec.json.encode(msgspec.json.decode(body)),
        "pipeline, JSON": lambda: pipeline(read_json(body, of_json)),
        "pipeline, protobuf": lambda: pipeline(read_protobuf(protobuf, of_protobuf)),
    }
    return {"batch bytes": len(body)} | _best_of(candidates)


def _best_of(candidates: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Take turns, so that a noisy moment meets all of them, and keep each one's best round."""
    best = dict.fromkeys(candidates, float("inf"))
    for _ in range(ROUNDS):
        for name, call in candidates.items():
            started = time.process_time()
            for _ in range(CALLS):
                call()
            best[name] = min(best[name], (time.process_time() - started) / CALLS * 1e6)
    return best


def report() -> None:
    """Print the figures and the ratio to the floor."""
    figures = measure()
    for name, value in figures.items():
        print(f"  {name:24} {value:10.1f}{'' if name == 'batch bytes' else ' µs'}")
    ratio = figures["pipeline, JSON"] / figures["floor"]
    print(f"  {'pipeline ÷ floor':24} {ratio:10.2f}     (goal ≤ 2.5)")


if __name__ == "__main__":
    report()
