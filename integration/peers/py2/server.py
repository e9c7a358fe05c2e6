"""A server made with the official Python SDK, second generation, on a free loopback port.

It serves both eras at one URL; the streams of legacy sessions can be resumed. Its tools ask, wait and change
things as those of our own server do; what they ask is written once for both eras.

    python server.py      prints `listening on http://127.0.0.1:PORT/mcp`
"""

import asyncio
import functools
import socket
import warnings
from typing import Annotated

import mcp_types as types
import uvicorn
from mcp.server import NotificationOptions
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.resolve import Elicit, ListRoots, Resolve, Sample
from mcp.shared.exceptions import MCPDeprecationWarning
from pydantic import BaseModel, Field

from events import Events

# What the legacy era has and the modern one has not is deprecated in this generation.
warnings.simplefilter("ignore", MCPDeprecationWarning)

MODERN = "2026-07-28"
RETRY_MS = 50
AWAY_SECONDS = 0.3

server = MCPServer("tidegate-py2-peer", log_level="ERROR")
# There is no setting for it: a server that tells legacy sessions of changes has to declare them here.
lowlevel = server._lowlevel_server
lowlevel.create_initialization_options = functools.partial(
    lowlevel.create_initialization_options,
    NotificationOptions(prompts_changed=True, resources_changed=True, tools_changed=True),
)


subscribed: set[str] = set()


async def on_subscribe(context: object, params: types.SubscribeRequestParams) -> types.EmptyResult:
    subscribed.add(params.uri)
    return types.EmptyResult()


async def on_unsubscribe(context: object, params: types.UnsubscribeRequestParams) -> types.EmptyResult:
    subscribed.discard(params.uri)
    return types.EmptyResult()


lowlevel.add_request_handler("resources/subscribe", types.SubscribeRequestParams, on_subscribe)
lowlevel.add_request_handler("resources/unsubscribe", types.UnsubscribeRequestParams, on_unsubscribe)


class Who(BaseModel):
    name: str = Field(title="Your name")
    age: int = Field(ge=0)

    def __str__(self) -> str:
        return f"{self.name} ({self.age})"


def ask_name() -> Elicit[Who]:
    return Elicit("Who are you?", Who)


def ask_model() -> Sample:
    question = types.TextContent(type="text", text="What is two and two?")
    return Sample([types.SamplingMessage(role="user", content=question)], max_tokens=100, system_prompt="Be brief.")


def ask_roots() -> ListRoots:
    return ListRoots()


Name = Annotated[Who, Resolve(ask_name)]
Thought = Annotated[types.CreateMessageResult, Resolve(ask_model)]
Roots = Annotated[types.ListRootsResult, Resolve(ask_roots)]


def listed(roots: types.ListRootsResult) -> str:
    return ", ".join(str(root.uri) for root in roots.roots)


@server.tool()
async def greet(name: Name) -> str:
    return f"Hello, {name}!"


@server.tool()
async def think(thought: Thought) -> str:
    return f"The model says: {thought.content.text}"


@server.tool()
async def look(roots: Roots) -> str:
    return f"Roots: {listed(roots)}"


@server.tool()
async def everything(name: Name, thought: Thought, roots: Roots) -> str:
    return f"{name}; {thought.content.text}; {listed(roots)}"


@server.tool()
async def steps(n: int, delay_ms: int, cx: Context) -> str:
    for step in range(1, n + 1):
        await cx.info(f"step {step}")
        await cx.report_progress(step, n)
        await asyncio.sleep(delay_ms / 1000)
    return f"Done: {n} steps"


@server.tool()
async def away(cx: Context) -> str:
    await cx.info("before")
    await cx.close_sse_stream()
    await asyncio.sleep(AWAY_SECONDS)
    await cx.info("after")
    return "Done: closed true"


cancelled = 0


@server.tool()
async def wait(cx: Context) -> str:
    """Works until it is cancelled; `cancelled_waits` tells how often that was."""
    global cancelled
    await cx.report_progress(1)
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        cancelled += 1
        raise


@server.tool(name="cancelled")
async def cancelled_waits() -> str:
    return str(cancelled)


@server.prompt()
async def advice() -> str:
    return "Mind the tide."


@server.resource("tide://level")
async def level() -> str:
    return "high"


@server.tool()
async def change(what: str, cx: Context) -> str:
    is_modern = cx.protocol_version == MODERN
    match what:
        case "tools":
            await (cx.notify_tools_changed if is_modern else cx.session.send_tool_list_changed)()
        case "prompts":
            await (cx.notify_prompts_changed if is_modern else cx.session.send_prompt_list_changed)()
        case "resources":
            await (cx.notify_resources_changed if is_modern else cx.session.send_resource_list_changed)()
        case uri if is_modern:
            await cx.notify_resource_updated(uri)
        case uri if uri in subscribed:
            await cx.session.send_resource_updated(uri)
    return "told"


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}/mcp", flush=True)
    app = server.streamable_http_app(event_store=Events(), retry_interval=RETRY_MS)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])
