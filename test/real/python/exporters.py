"""Sends one span with each OTLP exporter of the SDK, as the environment variables named GRPC_ENDPOINT and HTTP_ENDPOINT say where."""

import os

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

exporters = {
    "gRPC": GrpcExporter(endpoint=os.environ["GRPC_ENDPOINT"]),
    "HTTP": HttpExporter(endpoint=os.environ["HTTP_ENDPOINT"] + "/v1/traces"),
}
for name, exporter in exporters.items():
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("exporters").start_as_current_span("over " + name):
        pass
    provider.shutdown()
