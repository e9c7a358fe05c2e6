"""The official Python client, second generation, as a peer in either era.

What it does and what it prints is told in `../ts2/client.mjs`.

    python client.py TARGET legacy|modern call TOOL ARGUMENTS
    python client.py TARGET legacy|modern listen TIMES
"""

import asyncio
import json
import sys
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import mcp_types as types
from mcp import Client, StdioServerParameters
from mcp.client.subscriptions import (
    PromptsListChanged,
    ResourcesListChanged,
    ResourceUpdated,
    ServerEvent,
    Subscription,
    ToolsListChanged,
)
from mcp.shared.exceptions import MCPDeprecationWarning

# What the legacy era has and the modern one has not is deprecated in this generation.
warnings.simplefilter("ignore", MCPDeprecationWarning)

MODERN = "2026-07-28"
DEADLINE = 60.0
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
    match message:
        case Exception():
            print(f"client: {message!r}", file=sys.stderr)
        case types.ToolListChangedNotification():
            await changes.put("tools")
        case types.PromptListChangedNotification():
            await changes.put("prompts")
        case types.ResourceListChangedNotification():
            await changes.put("resources")
        case types.ResourceUpdatedNotification(params=params):
            await changes.put(str(params.uri))


def named(event: ServerEvent) -> str:
    match event:
        case ToolsListChanged():
            return "tools"
        case PromptsListChanged():
            return "prompts"
        case ResourcesListChanged():
            return "resources"
        case ResourceUpdated(uri=uri):
            return uri


async def call(client: Client, era: str, tool: str, arguments: str) -> None:
    result = await client.call_tool(tool, json.loads(arguments), DEADLINE, on_progress)
    show("result", **result.model_dump(mode="json", by_alias=True, exclude_none=True))


@asynccontextmanager
async def listening(client: Client, era: str) -> AsyncIterator[Subscription | None]:
    if era == "modern":
        async with client.listen(
            tools_list_changed=True,
            prompts_list_changed=True,
            resources_list_changed=True,
            resource_subscriptions=[RESOURCE],
        ) as subscription:
            yield subscription
    else:
        await client.subscribe_resource(RESOURCE)
        yield None
        await client.unsubscribe_resource(RESOURCE)


async def listen(client: Client, era: str, times: str) -> None:
    for _ in range(int(times)):
        async with listening(client, era) as subscription:
            show("listening")
            for what in CHANGES:
                await client.call_tool("change", {"what": what})
                heard = named(await anext(subscription)) if subscription else await changes.get()
                show("changed", what=heard)


def server_of(target: str) -> StdioServerParameters | str:
    if not target.startswith("stdio:"):
        return target
    program, *arguments = target.removeprefix("stdio:").split(" ")
    return StdioServerParameters(command=program, args=arguments)


async def main(target: str, era: str, command: str, *rest: str) -> None:
    async with Client(
        server_of(target),
        mode=MODERN if era == "modern" else "legacy",
        log_level="info",
        logging_callback=on_log,
        message_handler=on_message,
        elicitation_callback=on_elicitation,
        sampling_callback=on_sampling,
        list_roots_callback=on_roots,
        client_info=types.Implementation(name="tidegate-py2-peer", version="0.1.0"),
    ) as client:
        show("connected", version=client.protocol_version)
        tools = await client.list_tools()
        show("tools", names=[each.name for each in tools.tools])
        await (call if command == "call" else listen)(client, era, *rest)


if __name__ == "__main__":
    if len(sys.argv) < 5 or sys.argv[2] not in ("legacy", "modern") or sys.argv[3] not in ("call", "listen"):
        sys.exit("usage: python client.py TARGET legacy|modern (call TOOL ARGUMENTS | listen TIMES)")
    asyncio.run(main(*sys.argv[1:]))
