"""An agent with the tools of clever-mcp, over standard input and output or over
HTTP: whichever the configuration in $MCP_CONFIG names. It reads what it is asked
from standard input, and writes its answer to standard output.

The model is any that speaks the chat completions of OpenAI: $MODEL at $MODEL_URL
(such as https://api.openai.com/v1), with the key in $MODEL_KEY.
"""

import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack

import httpx
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

MOST_TURNS = 20


async def connect(stack: AsyncExitStack, server: dict) -> ClientSession:
    if "url" in server:
        # A deployment may take minutes, and says how it goes while it does.
        timeout = httpx.Timeout(30, read=600)
        http = await stack.enter_async_context(httpx.AsyncClient(headers=server.get("headers"), timeout=timeout))
        read, write, _ = await stack.enter_async_context(streamable_http_client(server["url"], http_client=http))
    else:
        command = StdioServerParameters(command=server["command"], args=server.get("args", []), env=server.get("env"))
        read, write = await stack.enter_async_context(stdio_client(command))
    return await stack.enter_async_context(ClientSession(read, write))


async def ask(model: httpx.AsyncClient, messages: list, tools: list) -> dict:
    """Returns the next message of the model."""
    if os.environ["MODEL"] == "stand-in":
        return stand_in(messages)
    answer = await model.post("chat/completions", json={"model": os.environ["MODEL"], "messages": messages, "tools": tools})
    answer.raise_for_status()
    return answer.json()["choices"][0]["message"]


def stand_in(messages: list) -> dict:
    """In the place of a model, for tests: asks who is signed in, and repeats it."""
    if messages[-1]["role"] == "tool":
        return {"role": "assistant", "content": messages[-1]["content"]}
    call = {"id": "1", "type": "function", "function": {"name": "get_self", "arguments": "{}"}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


async def call(session: ClientSession, wanted: dict) -> dict:
    """Calls a tool. What it says when it refuses is for the model to read too."""
    result = await session.call_tool(wanted["function"]["name"], json.loads(wanted["function"]["arguments"] or "{}"))
    text = "\n".join(part.text for part in result.content if part.type == "text")
    return {"role": "tool", "tool_call_id": wanted["id"], "content": text}


async def main(prompt: str) -> str:
    with open(os.environ["MCP_CONFIG"], encoding="utf-8") as file:
        server = next(iter(json.load(file)["mcpServers"].values()))
    async with AsyncExitStack() as stack:
        session = await connect(stack, server)
        instructions = (await session.initialize()).instructions or ""
        tools = [
            {"type": "function", "function": {"name": tool.name, "description": tool.description, "parameters": tool.inputSchema}}
            for tool in (await session.list_tools()).tools
        ]
        key = {"Authorization": f"Bearer {os.environ.get('MODEL_KEY', '')}"}
        base = os.environ.get("MODEL_URL", "https://api.openai.com/v1")
        model = await stack.enter_async_context(httpx.AsyncClient(base_url=base, headers=key, timeout=300))
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": prompt}]
        for _ in range(MOST_TURNS):
            messages.append(await ask(model, messages, tools))
            wanted = messages[-1].get("tool_calls")
            if not wanted:
                return messages[-1]["content"]
            # One after the other: a later call may need what an earlier one did.
            messages += [await call(session, one) for one in wanted]
        return f"There is no answer after {MOST_TURNS} turns."


if __name__ == "__main__":
    print(asyncio.run(main(sys.stdin.read())))
