// The events of one session, kept for clients that come back. The store among the SDK's examples orders
// events by a time in milliseconds and a random number, so it may replay two of them the wrong way round,
// and it cannot find the GET stream again; this one numbers them.
export class Events {
    #all = [];

    async storeEvent(stream, message) {
        return String(this.#all.push({ stream, message }));
    }

    async getStreamIdForEventId(id) {
        return this.#all[id - 1]?.stream;
    }

    async replayEventsAfter(id, { send }) {
        const { stream } = this.#all[id - 1];
        for (let at = Number(id); at < this.#all.length; at += 1) {
            const event = this.#all[at];
            // What opens a stream is stored as well, as an empty object.
            if (event.stream === stream && event.message.jsonrpc) await send(String(at + 1), event.message);
        }
        return stream;
    }
}
