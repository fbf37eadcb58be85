"""The same scenarios as ../scenarios.ts, with Python's client."""

import gc
import json

WEATHER = [{"role": "user", "content": "How is the weather in Paris?"}]

GET_WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def plain_chat(client):
    reply = client.chat.completions.create(
        model="gpt-4o-mini",
        temperature=0.2,
        top_p=1,
        max_completion_tokens=100,
        seed=7,
        stop=["END"],
        service_tier="default",
        messages=[{"role": "system", "content": "Answer in one sentence."}, *WEATHER],
    )
    assert reply.choices[0].message.content, "the reply has no text"


def two_choices(client):
    reply = client.chat.completions.create(model="gpt-4o", n=2, messages=WEATHER)
    assert reply.choices[1].message.content, "the second choice has no text"


def tool_loop(client):
    messages = list(WEATHER)
    first = client.chat.completions.create(model="gpt-4.1", tools=[GET_WEATHER], messages=messages)
    message = first.choices[0].message
    assert message.tool_calls, "the first reply asks for no tool"
    call = message.tool_calls[0]
    city = json.loads(call.function.arguments)["city"]
    messages.append(message.model_dump(exclude_none=True))
    messages.append({"role": "tool", "tool_call_id": call.id, "content": f"sunny in {city}"})
    second = client.chat.completions.create(model="gpt-4.1", tools=[GET_WEATHER], messages=messages)
    assert second.choices[0].message.content, "the reply has no text"


def streaming(client):
    stream = client.chat.completions.create(
        model="gpt-4.1-mini", stream=True, stream_options={"include_usage": True}, messages=WEATHER
    )
    text = "".join(choice.delta.content or "" for chunk in stream for choice in chunk.choices)
    assert text, "the reply has no text"


def stream_left_early(client):
    stream = client.chat.completions.create(model="gpt-4.1-nano", stream=True, messages=WEATHER)
    for chunk in stream:
        assert chunk.choices, "the first chunk has no choice"
        break
    # Collected here and now: when the collector meets an abandoned stream within a later call, closing it waits for a lock of the
    # connection pool that this very thread holds (openai 2.54.0, httpcore 1.0.9), for ever.
    del stream, chunk
    gc.collect()


def rate_limited(client):
    import openai

    try:
        client.with_options(max_retries=0).chat.completions.create(
            model="o4-mini", messages=WEATHER, extra_headers={"x-testkit-fault": "status=429 retry-after=1"}
        )
    except openai.RateLimitError:
        return
    raise AssertionError("the provider did not answer 429")


def embeddings(client):
    reply = client.embeddings.create(
        model="text-embedding-3-small",
        encoding_format="float",
        dimensions=8,
        input=["sunny in Paris", "rain in Oslo"],
    )
    assert len(reply.data[1].embedding) == 8, "the second embedding does not have 8 numbers"


def run_scenarios(client, tracer):
    """Runs all scenarios in order, each under a root span of its own."""
    for scenario in (plain_chat, two_choices, tool_loop, streaming, stream_left_early, rate_limited, embeddings):
        with tracer.start_as_current_span(f"scenario {scenario.__name__.replace('_', ' ')}"):
            scenario(client)
