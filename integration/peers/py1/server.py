"""A server made with the official Python SDK, first generation, on a free loopback port, or over stdio.

It has legacy sessions, whose streams can be resumed. Its tools ask, wait and change things as those of our
own server do. Questions for roots and news of changes go on the session's GET stream: the SDK has no other
way for them.

    python server.py             Streamable HTTP: prints `listening on http://127.0.0.1:PORT/mcp`
    python server.py sse         HTTP+SSE: prints `listening on http://127.0.0.1:PORT/sse`
    python server.py ws          WebSocket: prints `listening on ws://127.0.0.1:PORT/ws`
    python server.py stdio       stdio
"""

import asyncio
import functools
import socket
import sys

import uvicorn
from mcp import types
from mcp.server.fastmcp import Context, FastMCP
from mcp.server.lowlevel import NotificationOptions
from mcp.server.websocket import websocket_server
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from events import Events

RETRY_MS = 50
AWAY_SECONDS = 0.3

server = FastMCP("tidegate-py1-peer", log_level="ERROR", event_store=Events(), retry_interval=RETRY_MS)
# There is no setting for it: a server that tells of changes has to declare them here.
lowlevel = server._mcp_server
lowlevel.create_initialization_options = functools.partial(
    lowlevel.create_initialization_options,
    NotificationOptions(prompts_changed=True, resources_changed=True, tools_changed=True),
)


class Who(BaseModel):
    name: str = Field(title="Your name")
    age: int = Field(ge=0)


async def name(cx: Context) -> str:
    answer = await cx.elicit("Who are you?", Who)
    assert answer.action == "accept", answer
    return f"{answer.data.name} ({answer.data.age})"


async def thought(cx: Context) -> str:
    question = types.TextContent(type="text", text="What is two and two?")
    answer = await cx.session.create_message(
        [types.SamplingMessage(role="user", content=question)],
        max_tokens=100,
        system_prompt="Be brief.",
        related_request_id=cx.request_id,
    )
    assert isinstance(answer.content, types.TextContent), answer
    return answer.content.text


async def roots(cx: Context) -> str:
    answer = await cx.session.list_roots()
    return ", ".join(str(root.uri) for root in answer.roots)


@server.tool()
async def greet(cx: Context) -> str:
    return f"Hello, {await name(cx)}!"


@server.tool()
async def think(cx: Context) -> str:
    return f"The model says: {await thought(cx)}"


@server.tool()
async def look(cx: Context) -> str:
    return f"Roots: {await roots(cx)}"


@server.tool()
async def everything(cx: Context) -> str:
    return "; ".join(await asyncio.gather(name(cx), thought(cx), roots(cx)))


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
    match what:
        case "tools":
            await cx.session.send_tool_list_changed()
        case "prompts":
            await cx.session.send_prompt_list_changed()
        case "resources":
            await cx.session.send_resource_list_changed()
    return "told"


async def over_websocket(socket: WebSocket) -> None:
    async with websocket_server(socket.scope, socket.receive, socket.send) as (read, write):
        await lowlevel.run(read, write, lowlevel.create_initialization_options())


def serve(scheme: str, path: str, app: Starlette) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"listening on {scheme}://127.0.0.1:{listener.getsockname()[1]}/{path}", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            serve("http", "mcp", server.streamable_http_app())
        case ["sse"]:
            serve("http", "sse", server.sse_app())
        case ["ws"]:
            serve("ws", "ws", Starlette(routes=[WebSocketRoute("/ws", over_websocket)]))
        case ["stdio"]:
            server.run("stdio")
        case _:
            sys.exit("usage: python server.py [sse|ws|stdio]")
