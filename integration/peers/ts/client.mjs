// The official TypeScript client as a peer: connects to URL in one era, lists the tools, calls one,
// and prints one JSON event a line in the order in which they reached it.
//
//   node client.mjs URL legacy|modern TOOL ARGUMENTS       ARGUMENTS: the call's arguments as JSON
//
//   {"event":"connected","version":…} {"event":"tools","names":[…]} {"event":"log",…}
//   {"event":"progress",…} {"event":"result",…}

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const MODERN = '2026-07-28';
const LOG_LEVEL_KEY = 'io.modelcontextprotocol/logLevel';
const DEADLINE_MS = 60_000;

const [url, era, tool, callArguments] = process.argv.slice(2);
if (!callArguments || !['legacy', 'modern'].includes(era)) {
    console.error('usage: node client.mjs URL legacy|modern TOOL ARGUMENTS');
    process.exit(2);
}

const print = event => process.stdout.write(`${JSON.stringify(event)}\n`);

const client = new Client(
    { name: 'tidegate-ts-peer', version: '0.1.0' },
    { versionNegotiation: { mode: era === 'modern' ? { pin: MODERN } : 'legacy' } }
);
client.onerror = error => console.error(`client: ${error.message}`);
client.setNotificationHandler('notifications/message', ({ params }) => {
    print({ event: 'log', level: params.level, data: params.data });
});

await client.connect(new StreamableHTTPClientTransport(new URL(url)));
print({ event: 'connected', version: client.getNegotiatedProtocolVersion() });

const { tools } = await client.listTools();
print({ event: 'tools', names: tools.map(({ name }) => name) });

// A legacy session has a log level of its own; a modern request carries it.
if (era === 'legacy') await client.setLoggingLevel('info');
const _meta = era === 'modern' ? { [LOG_LEVEL_KEY]: 'info' } : undefined;

const result = await client.callTool(
    { name: tool, arguments: JSON.parse(callArguments), _meta },
    {
        timeout: DEADLINE_MS,
        onprogress: ({ progress, total }) => print({ event: 'progress', progress, total })
    }
);
print({ event: 'result', ...result });
await client.close();
