// Starts `@modelcontextprotocol/server-everything` as it is, except that it listens on a free loopback port
// and says which: of itself it takes its port from the environment and every address of the machine.
//
//   node everything.mjs streamableHttp|sse     prints `listening on http://127.0.0.1:PORT/mcp` (or `/sse`)

import { Server } from 'node:net';

const [transport] = process.argv.slice(2);
const path = { streamableHttp: 'mcp', sse: 'sse' }[transport];
if (!path) {
    console.error('usage: node everything.mjs streamableHttp|sse');
    process.exit(2);
}

const { listen } = Server.prototype;
Server.prototype.listen = function (_port, then) {
    return listen.call(this, 0, '127.0.0.1', () => {
        console.log(`listening on http://127.0.0.1:${this.address().port}/${path}`);
        then?.();
    });
};
await import('@modelcontextprotocol/server-everything/dist/index.js');
