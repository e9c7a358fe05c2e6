// A server made with the official TypeScript SDK, first generation: legacy sessions, whose streams can be
// resumed, on a free loopback port. Its tools ask, wait and change things as those of our own do.
//
//   node server.mjs     prints `listening on http://127.0.0.1:PORT/mcp`, ends on SIGTERM

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
    CreateMessageResultSchema,
    ElicitResultSchema,
    ListRootsResultSchema,
    SubscribeRequestSchema,
    UnsubscribeRequestSchema
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';

import { Events } from './events.mjs';

const RETRY_MS = 50;
const AWAY_MS = 300;

const FORM = {
    message: 'Who are you?',
    requestedSchema: {
        type: 'object',
        properties: { name: { type: 'string', title: 'Your name' }, age: { type: 'integer', minimum: 0 } },
        required: ['name', 'age']
    }
};
const QUESTION = {
    messages: [{ role: 'user', content: { type: 'text', text: 'What is two and two?' } }],
    systemPrompt: 'Be brief.',
    maxTokens: 100
};

const text = text => ({ content: [{ type: 'text', text }] });
const named = ({ content }) => `${content.name} (${content.age})`;
const listed = ({ roots }) => roots.map(({ uri }) => uri).join(', ');

const name = ({ sendRequest }) => sendRequest({ method: 'elicitation/create', params: FORM }, ElicitResultSchema);
const thought = ({ sendRequest }) =>
    sendRequest({ method: 'sampling/createMessage', params: QUESTION }, CreateMessageResultSchema);
const roots = ({ sendRequest }) => sendRequest({ method: 'roots/list' }, ListRootsResultSchema);

const log = ({ sendNotification }, data) =>
    sendNotification({ method: 'notifications/message', params: { level: 'info', data } });

async function steps({ n, delay_ms }, extra) {
    const { progressToken } = extra._meta;
    for (let step = 1; step <= n; step += 1) {
        await log(extra, `step ${step}`);
        const params = { progressToken, progress: step, total: n };
        await extra.sendNotification({ method: 'notifications/progress', params });
        await sleep(delay_ms);
    }
    return text(`Done: ${n} steps`);
}

async function away(extra) {
    await log(extra, 'before');
    extra.closeSSEStream();
    await sleep(AWAY_MS);
    await log(extra, 'after');
    return text('Done: closed true');
}

// Works until it is cancelled; `cancelled` tells how often that was.
let cancelled = 0;
async function wait(extra) {
    const params = { progressToken: extra._meta.progressToken, progress: 1 };
    await extra.sendNotification({ method: 'notifications/progress', params });
    await new Promise(resolve => extra.signal.addEventListener('abort', resolve));
    cancelled += 1;
    return text('never sent');
}

function changing({ server }) {
    server.registerCapabilities({
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true }
    });
    const subscribed = new Set();
    server.setRequestHandler(SubscribeRequestSchema, ({ params }) => (subscribed.add(params.uri), {}));
    server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => (subscribed.delete(params.uri), {}));
    return async ({ what }) => {
        if (what === 'tools') await server.sendToolListChanged();
        else if (what === 'prompts') await server.sendPromptListChanged();
        else if (what === 'resources') await server.sendResourceListChanged();
        else if (subscribed.has(what)) await server.sendResourceUpdated({ uri: what });
        return text('told');
    };
}

function buildServer() {
    const mcp = new McpServer({ name: 'tidegate-ts1-peer', version: '0.1.0' }, { capabilities: { logging: {} } });
    const change = changing(mcp);
    mcp.registerTool('greet', {}, async extra => text(`Hello, ${named(await name(extra))}!`));
    // The same question on the session's GET stream, where a server's own requests go.
    mcp.registerTool('greet_aside', {}, async () => text(`Hello, ${named(await mcp.server.elicitInput(FORM))}!`));
    mcp.registerTool('think', {}, async extra => text(`The model says: ${(await thought(extra)).content.text}`));
    mcp.registerTool('look', {}, async extra => text(`Roots: ${listed(await roots(extra))}`));
    mcp.registerTool('everything', {}, async extra => {
        const answers = await Promise.all([name(extra), thought(extra), roots(extra)]);
        return text(`${named(answers[0])}; ${answers[1].content.text}; ${listed(answers[2])}`);
    });
    mcp.registerTool('steps', { inputSchema: { n: z.number(), delay_ms: z.number() } }, steps);
    mcp.registerTool('away', {}, away);
    mcp.registerTool('wait', {}, wait);
    mcp.registerTool('cancelled', {}, async () => text(String(cancelled)));
    mcp.registerTool('change', { inputSchema: { what: z.string() } }, change);
    mcp.registerPrompt('advice', {}, async () => ({
        messages: [{ role: 'user', content: { type: 'text', text: 'Mind the tide.' } }]
    }));
    mcp.registerResource('level', 'tide://level', {}, async ({ href }) => ({ contents: [{ uri: href, text: 'high' }] }));
    return mcp;
}

const sessions = new Map();

async function transportOf(id) {
    if (id) return sessions.get(id);
    const transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        eventStore: new Events(),
        retryInterval: RETRY_MS,
        onsessioninitialized: opened => sessions.set(opened, transport),
        onsessionclosed: closed => sessions.delete(closed)
    });
    await buildServer().connect(transport);
    return transport;
}

const server = createServer(async (req, res) => {
    try {
        const transport = await transportOf(req.headers['mcp-session-id']);
        await (transport ? transport.handleRequest(req, res) : res.writeHead(404).end());
    } catch (error) {
        console.error(`server: ${error.stack}`);
        if (!res.headersSent) res.writeHead(500);
        res.end();
    }
});
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}/mcp`));
process.on('SIGTERM', () => process.exit(0));
