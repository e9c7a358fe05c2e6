// The official TypeScript client, first generation (the legacy era), as a peer: what it does and what it
// prints is told in `../ts2/client.mjs`. It has a transport for each target that our own client knows.
//
//   node client.mjs TARGET legacy call TOOL ARGUMENTS
//   node client.mjs TARGET legacy listen TIMES

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import {
    CreateMessageRequestSchema,
    ElicitRequestSchema,
    ListRootsRequestSchema,
    LoggingMessageNotificationSchema,
    PromptListChangedNotificationSchema,
    ResourceListChangedNotificationSchema,
    ResourceUpdatedNotificationSchema,
    ToolListChangedNotificationSchema
} from '@modelcontextprotocol/sdk/types.js';

const DEADLINE_MS = 60_000;
const RESOURCE = 'tide://level';
const CHANGES = ['tools', 'prompts', 'resources', RESOURCE];

const [target, era, command, ...rest] = process.argv.slice(2);
if (rest.length === 0 || era !== 'legacy' || !['call', 'listen'].includes(command)) {
    console.error('usage: node client.mjs TARGET legacy (call TOOL ARGUMENTS | listen TIMES)');
    process.exit(2);
}

const print = event => process.stdout.write(`${JSON.stringify(event)}\n`);

const client = new Client(
    { name: 'tidegate-ts1-peer', version: '0.1.0' },
    { capabilities: { elicitation: { form: { applyDefaults: true } }, sampling: {}, roots: {} } }
);
client.onerror = error => console.error(`client: ${error.message}`);
client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    print({ event: 'log', level: params.level, data: params.data });
});

function answers(schema, answer) {
    client.setRequestHandler(schema, ({ method, params }) => {
        print({ event: 'asked', method, params });
        return answer;
    });
}
answers(ElicitRequestSchema, { action: 'accept', content: { name: 'Ann', age: 42 } });
answers(CreateMessageRequestSchema, { role: 'assistant', model: 'tide-1', content: { type: 'text', text: 'four' } });
answers(ListRootsRequestSchema, { roots: [{ uri: 'file:///harbour' }] });

async function call([tool, callArguments]) {
    // Some servers log without saying that they do: a Python server of the first generation is one.
    if (client.getServerCapabilities().logging) await client.setLoggingLevel('info');
    const result = await client.callTool({ name: tool, arguments: JSON.parse(callArguments) }, undefined, {
        timeout: DEADLINE_MS,
        onprogress: ({ progress, total }) => print({ event: 'progress', progress, total })
    });
    print({ event: 'result', ...result });
}

let heard = () => {};
client.setNotificationHandler(ToolListChangedNotificationSchema, () => heard('tools'));
client.setNotificationHandler(PromptListChangedNotificationSchema, () => heard('prompts'));
client.setNotificationHandler(ResourceListChangedNotificationSchema, () => heard('resources'));
client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => heard(params.uri));

async function listen([times]) {
    for (let time = 0; time < Number(times); time += 1) {
        await client.subscribeResource({ uri: RESOURCE });
        print({ event: 'listening' });
        for (const what of CHANGES) {
            const hearing = new Promise(resolve => (heard = resolve));
            await client.callTool({ name: 'change', arguments: { what } });
            print({ event: 'changed', what: await hearing });
        }
        await client.unsubscribeResource({ uri: RESOURCE });
    }
}

function transportTo(target) {
    if (target.startsWith('stdio:')) {
        const [command, ...args] = target.slice('stdio:'.length).split(' ');
        return new StdioClientTransport({ command, args });
    }
    const url = new URL(target);
    if (url.protocol === 'ws:') return new WebSocketClientTransport(url);
    return url.pathname.endsWith('/sse') ? new SSEClientTransport(url) : new StreamableHTTPClientTransport(url);
}

// The client itself does not tell which revision was agreed on, but its transport is told.
const transport = transportTo(target);
const toldVersion = transport.setProtocolVersion?.bind(transport);
transport.setProtocolVersion = version => {
    print({ event: 'connected', version });
    toldVersion?.(version);
};
await client.connect(transport);
const { tools } = await client.listTools();
print({ event: 'tools', names: tools.map(({ name }) => name) });
await (command === 'call' ? call : listen)(rest);
await client.close();
