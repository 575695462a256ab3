// SPDX-License-Identifier: Apache-2.0

import type { Logger } from "@opentelemetry/api-logs";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";

let logger: Logger;
let provider: LoggerProvider;

window.contestant = {
  start(endpoint) {
    const exporter = new OTLPLogExporter({ url: `${endpoint}/v1/logs` });
    provider = new LoggerProvider({
      resource: resourceFromAttributes({ "service.name": "bench" }),
      processors: [new BatchLogRecordProcessor({ exporter })],
    });
    logger = provider.getLogger("bench");
  },
  track(prompt_id) {
    logger.emit({
      eventName: "prompt_copied",
      attributes: { prompt_id, variant: "body", source: "card" },
    });
  },
  flush: () => provider.forceFlush(),
};
