"""The official Python client (1.x, the legacy era) as a peer.

Connects to URL, lists the tools, calls one, and prints one JSON event a line in the order in which
they reached it; the events are those of `ts/client.mjs`.

    python client.py URL TOOL ARGUMENTS        ARGUMENTS: the call's arguments as JSON
"""

import asyncio
import json
import sys
from datetime import timedelta

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import Implementation, LoggingMessageNotificationParams

DEADLINE = timedelta(seconds=60)


def show(event: str, **fields: object) -> None:
    print(json.dumps({"event": event, **fields}), flush=True)


async def on_log(params: LoggingMessageNotificationParams) -> None:
    show("log", level=params.level, data=params.data)


async def on_progress(progress: float, total: float | None, message: str | None) -> None:
    show("progress", progress=progress, total=total)


async def main(url: str, tool: str, arguments: str) -> None:
    name = Implementation(name="tidegate-py-peer", version="0.1.0")
    async with (
        streamable_http_client(url) as (read, write, _session_id),
        ClientSession(read, write, logging_callback=on_log, client_info=name) as session,
    ):
        hello = await session.initialize()
        show("connected", version=hello.protocolVersion)
        tools = await session.list_tools()
        show("tools", names=[each.name for each in tools.tools])
        # No `logging/setLevel`: a legacy session that never set one gets `info` and above.
        result = await session.call_tool(
            tool,
            json.loads(arguments),
            read_timeout_seconds=DEADLINE,
            progress_callback=on_progress,
        )
        show("result", **result.model_dump(mode="json", exclude_none=True))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: python client.py URL TOOL ARGUMENTS")
    asyncio.run(main(*sys.argv[1:]))
