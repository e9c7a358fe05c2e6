"""The events of all sessions, kept for clients that come back: numbered, so that their order is known."""

from mcp.server.streamable_http import EventCallback, EventMessage, EventStore
from mcp.types import JSONRPCMessage


class Events(EventStore):
    def __init__(self) -> None:
        self._all: list[tuple[str, JSONRPCMessage | None]] = []

    async def store_event(self, stream_id: str, message: JSONRPCMessage | None) -> str:
        self._all.append((stream_id, message))
        return str(len(self._all))

    async def replay_events_after(self, last_event_id: str, send_callback: EventCallback) -> str | None:
        at = int(last_event_id)
        stream_id, _ = self._all[at - 1]
        while at < len(self._all):
            stream, message = self._all[at]
            at += 1
            # What opens a stream is stored as well, without a message.
            if stream == stream_id and message is not None:
                await send_callback(EventMessage(message, str(at)))
        return stream_id
