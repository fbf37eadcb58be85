"""The OpenTelemetry SDK set up as a service would set it up; where and how it sends comes from the environment."""

import os

from opentelemetry import metrics, trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def exporters():
    """The exporters for traces, logs and metrics that OTEL_EXPORTER_OTLP_PROTOCOL asks for."""
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    elif protocol == "http/protobuf":
        from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    else:
        raise SystemExit(
            f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol}; this program has exporters for grpc and http/protobuf."
        )
    return OTLPSpanExporter(), OTLPLogExporter(), OTLPMetricExporter()


def start_telemetry(service_name):
    """Sets the global providers; returns a tracer and a function that flushes and shuts all down."""
    span_exporter, log_exporter, metric_exporter = exporters()
    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", service_name)})

    tracer_provider = TracerProvider(resource=resource)
    tracer_provider.add_span_processor(BatchSpanProcessor(span_exporter))
    logger_provider = LoggerProvider(resource=resource)
    logger_provider.add_log_record_processor(BatchLogRecordProcessor(log_exporter))
    meter_provider = MeterProvider(resource=resource, metric_readers=[PeriodicExportingMetricReader(metric_exporter)])

    trace.set_tracer_provider(tracer_provider)
    set_logger_provider(logger_provider)
    metrics.set_meter_provider(meter_provider)

    def shutdown():
        tracer_provider.shutdown()
        logger_provider.shutdown()
        meter_provider.shutdown()

    return trace.get_tracer("scenarios"), shutdown
