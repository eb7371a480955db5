"""Logs through unmodified clients to the server at argv[1]: python-logging-loki, then OpenTelemetry."""

import logging
import sys

import logging_loki
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource

url = sys.argv[1]


def logger(name, handler):
    named = logging.getLogger(name)
    named.setLevel(logging.DEBUG)
    named.propagate = False
    named.addHandler(handler)
    return named


loki = logging_loki.LokiHandler(url=f"{url}/loki/api/v1/push", tags={"app": "python-logging-loki"}, version="1")
shop = logger("shop", loki)
for i in range(5):
    shop.info("order %d paid", i)
shop.error("payment failed", extra={"tags": {"module": "billing"}})

provider = LoggerProvider(resource=Resource.create({"service.name": "otel-python", "deployment.environment": "test"}))
provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(endpoint=f"{url}/otlp/v1/logs")))
otel = logger("otel", LoggingHandler(logger_provider=provider))
for i in range(5):
    otel.info("order %d paid", i)
otel.error("payment failed", extra={"module_name": "billing"})
provider.shutdown()
