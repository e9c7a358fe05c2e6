"""The official Python client, first generation (the legacy era), as a peer.

What it does and what it prints is told in `../ts2/client.mjs`. It reaches TARGET by Streamable HTTP, by
HTTP+SSE if that is a URL that ends with `/sse`, or starts it if that is `stdio:COMMAND ARGUMENTS…`.

    python client.py TARGET legacy call TOOL ARGUMENTS
    python client.py TARGET legacy listen TIMES
"""

import asyncio
import json
import sys
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from mcp import ClientSession, StdioServerParameters, stdio_client, types
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from pydantic import AnyUrl

DEADLINE = timedelta(seconds=60)
RESOURCE = "tide://level"
CHANGES = ["tools", "prompts", "resources", RESOURCE]


def show(event: str, **fields: object) -> None:
    print(json.dumps({"event": event, **fields}), flush=True)


async def on_log(params: types.LoggingMessageNotificationParams) -> None:
    show("log", level=params.level, data=params.data)


async def on_progress(progress: float, total: float | None, message: str | None) -> None:
    show("progress", progress=progress, total=total)


async def on_elicitation(context: object, params: types.ElicitRequestParams) -> types.ElicitResult:
    show("asked", method="elicitation/create", params=params.model_dump(mode="json"))
    return types.ElicitResult(action="accept", content={"name": "Ann", "age": 42})


async def on_sampling(context: object, params: types.CreateMessageRequestParams) -> types.CreateMessageResult:
    show("asked", method="sampling/createMessage", params=params.model_dump(mode="json"))
    content = types.TextContent(type="text", text="four")
    return types.CreateMessageResult(role="assistant", model="tide-1", content=content)


async def on_roots(context: object) -> types.ListRootsResult:
    show("asked", method="roots/list")
    return types.ListRootsResult(roots=[types.Root(uri="file:///harbour")])


changes: asyncio.Queue[str] = asyncio.Queue()


async def on_message(message: object) -> None:
    if isinstance(message, Exception):
        print(f"client: {message!r}", file=sys.stderr)
    elif isinstance(message, types.ServerNotification):
        match message.root:
            case types.ToolListChangedNotification():
                await changes.put("tools")
            case types.PromptListChangedNotification():
                await changes.put("prompts")
            case types.ResourceListChangedNotification():
                await changes.put("resources")
            case types.ResourceUpdatedNotification(params=params):
                await changes.put(str(params.uri))


async def call(session: ClientSession, tool: str, arguments: str) -> None:
    # No `logging/setLevel`: a legacy session that never set one gets `info` and above.
    result = await session.call_tool(
        tool,
        json.loads(arguments),
        read_timeout_seconds=DEADLINE,
        progress_callback=on_progress,
    )
    show("result", **result.model_dump(mode="json", exclude_none=True))


async def listen(session: ClientSession, times: str) -> None:
    for _ in range(int(times)):
        await session.subscribe_resource(AnyUrl(RESOURCE))
        show("listening")
        for what in CHANGES:
            await session.call_tool("change", {"what": what})
            show("changed", what=await changes.get())
        await session.unsubscribe_resource(AnyUrl(RESOURCE))


def streams_to(target: str) -> AbstractAsyncContextManager[tuple]:
    if target.startswith("stdio:"):
        program, *arguments = target.removeprefix("stdio:").split(" ")
        return stdio_client(StdioServerParameters(command=program, args=arguments))
    return sse_client(target) if target.endswith("/sse") else streamable_http_client(target)


async def main(target: str, command: str, *rest: str) -> None:
    async with (
        streams_to(target) as (read, write, *_session_id),
        ClientSession(
            read,
            write,
            logging_callback=on_log,
            message_handler=on_message,
            elicitation_callback=on_elicitation,
            sampling_callback=on_sampling,
            list_roots_callback=on_roots,
            client_info=types.Implementation(name="tidegate-py1-peer", version="0.1.0"),
        ) as session,
    ):
        hello = await session.initialize()
        show("connected", version=hello.protocolVersion)
        tools = await session.list_tools()
        show("tools", names=[each.name for each in tools.tools])
        await (call if command == "call" else listen)(session, *rest)


if __name__ == "__main__":
    if len(sys.argv) < 5 or sys.argv[2] != "legacy" or sys.argv[3] not in ("call", "listen"):
        sys.exit("usage: python client.py TARGET legacy (call TOOL ARGUMENTS | listen TIMES)")
    asyncio.run(main(sys.argv[1], *sys.argv[3:]))
