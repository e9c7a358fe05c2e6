// The official TypeScript client, first generation (the legacy era), as a peer: what it does and what it
// prints is told in `../ts2/client.mjs`.
//
//   node client.mjs URL legacy call TOOL ARGUMENTS
//   node client.mjs URL legacy listen TIMES

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
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

const [url, era, command, ...rest] = process.argv.slice(2);
if (rest.length === 0 || era !== 'legacy' || !['call', 'listen'].includes(command)) {
    console.error('usage: node client.mjs URL legacy (call TOOL ARGUMENTS | listen TIMES)');
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
    await client.setLoggingLevel('info');
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

const transport = new StreamableHTTPClientTransport(new URL(url));
await client.connect(transport);
print({ event: 'connected', version: transport.protocolVersion });
const { tools } = await client.listTools();
print({ event: 'tools', names: tools.map(({ name }) => name) });
await (command === 'call' ? call : listen)(rest);
await client.close();
