"""Calls a fake provider with Python's openai and prints, a JSON line a call or exchange, what the client got."""

import json

import openai
from openai import OpenAI

MESSAGES = [{"role": "user", "content": "How is the weather in Paris?"}]
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": SCHEMA}}


def say(step, **facts):
    print(json.dumps({"step": step, **facts}), flush=True)


def completion(reply):
    usage = reply.usage
    return {
        "id": reply.id,
        "model": reply.model,
        "finishReasons": [choice.finish_reason for choice in reply.choices],
        "inputTokens": usage.prompt_tokens,
        "outputTokens": usage.completion_tokens,
    }


def failing(step, call):
    try:
        call()
    except Exception as error:
        say(step, error=type(error).__name__, status=getattr(error, "status_code", None), code=getattr(error, "code", None))
    else:
        say(step, error=None)


def fault(text):
    return {"x-testkit-fault": text}


def main():
    client = OpenAI(max_retries=0)
    chat = client.chat.completions.create

    reply = chat(model="gpt-4o", messages=MESSAGES, n=2, temperature=0.5)
    say("chat", told=completion(reply), texts=[choice.message.content for choice in reply.choices])

    reply = chat(
        model="gpt-4o",
        messages=MESSAGES,
        response_format={"type": "json_schema", "json_schema": {"name": "w", "strict": True, "schema": SCHEMA}},
    )
    say("json", told=completion(reply), texts=[json.loads(reply.choices[0].message.content)])

    first = chat(model="gpt-4o", messages=MESSAGES, tools=[TOOL])
    say("tool", told=completion(first))
    message = first.choices[0].message
    result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "sunny"}
    second = chat(model="gpt-4o", messages=[*MESSAGES, message, result], tools=[TOOL])
    say("tool answered", told=completion(second), texts=[json.loads(message.tool_calls[0].function.arguments)])

    text, last = "", None
    for chunk in chat(model="gpt-4o", messages=MESSAGES, stream=True, stream_options={"include_usage": True}):
        text += "".join(choice.delta.content or "" for choice in chunk.choices)
        last = chunk
    usage = last.usage
    say("stream", told={"id": last.id, "inputTokens": usage.prompt_tokens, "outputTokens": usage.completion_tokens}, texts=[text])

    stream = chat(model="gpt-4o", messages=MESSAGES, stream=True)
    chunk = next(iter(stream))
    stream.close()
    say("stream left early", told={"id": chunk.id, "model": chunk.model})

    reply = client.responses.create(model="gpt-4o", input="How is the weather?")
    say("response", told={"id": reply.id, "inputTokens": reply.usage.input_tokens, "outputTokens": reply.usage.output_tokens}, texts=[reply.output_text])

    with client.responses.stream(model="gpt-4o", input="How is the weather?") as events:
        reply = events.until_done().get_final_response()
    say("response stream", told={"id": reply.id, "outputTokens": reply.usage.output_tokens}, texts=[reply.output_text])

    reply = client.embeddings.create(model="text-embedding-3-small", input=["sunny", "rain"], dimensions=8)
    say("embeddings", told={"model": reply.model, "inputTokens": reply.usage.prompt_tokens}, texts=[len(item.embedding) for item in reply.data])

    failing("rate limited", lambda: chat(model="gpt-4o", messages=MESSAGES, extra_headers=fault("status=429 retry-after=1")))
    failing("unavailable", lambda: chat(model="gpt-4o", messages=MESSAGES, extra_headers=fault("status=503")))
    failing("malformed", lambda: chat(model="gpt-4o", messages=MESSAGES, extra_headers=fault("malformed")))
    failing("cut before", lambda: chat(model="gpt-4o", messages=MESSAGES, extra_headers=fault("cut=0")))
    failing("timeout", lambda: client.with_options(timeout=0.2).chat.completions.create(model="gpt-4o", messages=MESSAGES, extra_headers=fault("timeout")))

    def cut():
        for _chunk in chat(model="gpt-4o", messages=MESSAGES, stream=True, extra_headers=fault("cut=3")):
            pass

    failing("stream cut", cut)

    # The provider refuses the first call of this model; the client tries again by itself.
    reply = client.with_options(max_retries=2).chat.completions.create(model="gpt-retried", messages=MESSAGES)
    say("retried", told=completion(reply))
    assert openai.__version__ == "2.54.0", openai.__version__


main()
