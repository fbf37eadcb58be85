"""Python's `openai` under opentelemetry-instrumentation-genai-openai."""

from openai import OpenAI
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

from scenarios import run_scenarios
from telemetry import start_telemetry

tracer, shutdown = start_telemetry("openai-under-genai-openai")
try:
    OpenAIInstrumentor().instrument()
    run_scenarios(OpenAI(api_key="unused"), tracer)
finally:
    shutdown()
