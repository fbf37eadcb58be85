"""Python's `openai` under opentelemetry-instrumentation-openai-v2."""

from openai import OpenAI
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

from scenarios import run_scenarios
from telemetry import start_telemetry

tracer, shutdown = start_telemetry("openai-under-openai-v2")
try:
    OpenAIInstrumentor().instrument()
    run_scenarios(OpenAI(api_key="unused"), tracer)
finally:
    shutdown()
