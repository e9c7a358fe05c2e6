// A server made with the official TypeScript SDK, second generation, on a free loopback port. It offers
// `echo`, `count` and `process_files`, the last over the real files of the directory it is given, and the
// tools of `asking.mjs`. `both` serves both eras at one URL; `legacy` knows no modern revision, so that a
// client has to fall back. The streams of legacy sessions can be resumed.
//
//   node server.mjs ROOT both|legacy     prints `listening on http://127.0.0.1:PORT/mcp`, ends on SIGTERM

import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';

import {
    localhostHostValidation,
    localhostOriginValidation,
    NodeStreamableHTTPServerTransport,
    toNodeHandler,
    toWebRequest
} from '@modelcontextprotocol/node';
import { createMcpHandler, isLegacyRequest, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

import { registerAsking } from './asking.mjs';
import { Events } from './events.mjs';

const RETRY_MS = 50;

const [root, mode] = process.argv.slice(2);
if (!root || !['both', 'legacy'].includes(mode)) {
    console.error('usage: node server.mjs ROOT both|legacy');
    process.exit(2);
}

// What a call says on its own stream: nothing, if its caller gave no progress token.
async function progress(ctx, done, total) {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    if (progressToken === undefined) return;
    await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: done, total } });
}

async function processFiles({ message }, ctx) {
    const entries = await readdir(root, { withFileTypes: true });
    const names = entries.filter(entry => entry.isFile()).map(entry => entry.name).sort();
    const files = [];
    for (const [index, name] of names.entries()) {
        await ctx.mcpReq.log('info', `Processing document ${index + 1}/${names.length}: ${name}`);
        const bytes = await readFile(path.join(root, name));
        files.push({ name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
        await progress(ctx, index + 1, names.length);
    }
    await ctx.mcpReq.log('info', 'Processing complete!');
    const text = `Done: ${message ?? `${names.length} documents`}`;
    return { content: [{ type: 'text', text }], structuredContent: { files } };
}

async function count({ n }, ctx) {
    for (let i = 1; i <= n; i += 1) await progress(ctx, i, n);
    return { content: [{ type: 'text', text: `Counted to ${n}` }] };
}

function buildServer() {
    const server = new McpServer(
        { name: 'tidegate-ts2-peer', version: '0.1.0' },
        {
            capabilities: {
                logging: {},
                tools: { listChanged: true },
                prompts: { listChanged: true },
                resources: { listChanged: true, subscribe: true }
            }
        }
    );
    const subscribed = new Set();
    server.server.setRequestHandler('resources/subscribe', ({ params }) => (subscribed.add(params.uri), {}));
    server.server.setRequestHandler('resources/unsubscribe', ({ params }) => (subscribed.delete(params.uri), {}));
    const { sendResourceUpdated } = server.server;
    server.server.sendResourceUpdated = async params => {
        if (subscribed.has(params.uri)) await sendResourceUpdated.call(server.server, params);
    };
    registerAsking(server, changed);
    server.registerTool(
        'echo',
        { description: 'Returns the message.', inputSchema: z.object({ message: z.string() }) },
        async ({ message }) => ({ content: [{ type: 'text', text: message }] })
    );
    server.registerTool(
        'count',
        { description: 'Sends n progress notifications.', inputSchema: z.object({ n: z.number().int().min(0) }) },
        count
    );
    server.registerTool(
        'process_files',
        {
            description: 'Reads the files of the root, with a log and a progress for each.',
            inputSchema: z.object({ message: z.string().optional() })
        },
        processFiles
    );
    return server;
}

const handler = createMcpHandler(buildServer, { legacy: 'reject' });
const modern = toNodeHandler(handler);
const sessions = new Map();

// Tells the listeners of the modern era, and all sessions of the legacy one.
async function changed(what) {
    const lists = {
        tools: [handler.notify.toolsChanged, server => server.sendToolListChanged()],
        prompts: [handler.notify.promptsChanged, server => server.sendPromptListChanged()],
        resources: [handler.notify.resourcesChanged, server => server.sendResourceListChanged()]
    };
    const [tell, send] = lists[what] ?? [
        () => handler.notify.resourceUpdated(what),
        server => server.sendResourceUpdated({ uri: what })
    ];
    tell();
    await Promise.all([...sessions.values()].map(({ mcp }) => send(mcp.server)));
}

// One server and one transport a session: the SDK's own shape for stateful legacy serving.
async function legacy(req, res, body) {
    const id = req.headers['mcp-session-id'];
    if (sessions.has(id)) return sessions.get(id).transport.handleRequest(req, res, body);
    if (id) return res.writeHead(404).end();
    const mcp = buildServer();
    const transport = new NodeStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        eventStore: new Events(),
        retryInterval: RETRY_MS,
        onsessioninitialized: opened => sessions.set(opened, { mcp, transport }),
        onsessionclosed: closed => sessions.delete(closed)
    });
    await mcp.connect(transport);
    return transport.handleRequest(req, res, body);
}

async function bodyOf(req) {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    return chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : undefined;
}

const hostIsLocal = localhostHostValidation();
const originIsLocal = localhostOriginValidation();

const server = createServer(async (req, res) => {
    try {
        if (!hostIsLocal(req, res) || !originIsLocal(req, res)) return;
        const body = req.method === 'POST' ? await bodyOf(req) : undefined;
        const isLegacy = mode === 'legacy' || (await isLegacyRequest(await toWebRequest(req, body)));
        await (isLegacy ? legacy : modern)(req, res, body);
    } catch (error) {
        console.error(`server: ${error.stack}`);
        if (!res.headersSent) res.writeHead(500);
        res.end();
    }
});
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}/mcp`));
process.on('SIGTERM', () => process.exit(0));
