// The official TypeScript client, second generation, as a peer. It connects to TARGET (a URL, or
// `stdio:COMMAND ARGUMENTS…`) in one era, lists the tools, and either calls one, or listens and makes the
// server change. It prints one JSON event a line in the order in which they reached it, and answers what it
// is asked as every client here does.
//
//   node client.mjs TARGET legacy|modern call TOOL ARGUMENTS    ARGUMENTS: the call's arguments as JSON
//   node client.mjs TARGET legacy|modern listen TIMES           TIMES: how often it listens anew
//
//   {"event":"connected","version":…} {"event":"tools","names":[…]} {"event":"log",…} {"event":"progress",…}
//   {"event":"asked","method":…} {"event":"result",…} {"event":"listening"} {"event":"changed","what":…}

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const MODERN = '2026-07-28';
const LOG_LEVEL_KEY = 'io.modelcontextprotocol/logLevel';
const DEADLINE_MS = 60_000;
const RESOURCE = 'tide://level';
const CHANGES = ['tools', 'prompts', 'resources', RESOURCE];

const [target, era, command, ...rest] = process.argv.slice(2);
if (rest.length === 0 || !['legacy', 'modern'].includes(era) || !['call', 'listen'].includes(command)) {
    console.error('usage: node client.mjs TARGET legacy|modern (call TOOL ARGUMENTS | listen TIMES)');
    process.exit(2);
}

const print = event => process.stdout.write(`${JSON.stringify(event)}\n`);

const client = new Client(
    { name: 'tidegate-ts2-peer', version: '0.1.0' },
    {
        capabilities: { elicitation: { form: { applyDefaults: true } }, sampling: {}, roots: {} },
        versionNegotiation: { mode: era === 'modern' ? { pin: MODERN } : 'legacy' }
    }
);
client.onerror = error => console.error(`client: ${error.message}`);
client.setNotificationHandler('notifications/message', ({ params }) => {
    print({ event: 'log', level: params.level, data: params.data });
});

function answers(method, answer) {
    client.setRequestHandler(method, ({ params }) => {
        print({ event: 'asked', method, params });
        return answer;
    });
}
answers('elicitation/create', { action: 'accept', content: { name: 'Ann', age: 42 } });
answers('sampling/createMessage', { role: 'assistant', model: 'tide-1', content: { type: 'text', text: 'four' } });
answers('roots/list', { roots: [{ uri: 'file:///harbour' }] });

async function call([tool, callArguments]) {
    // A legacy session has a log level of its own; a modern request carries it.
    // Some servers log without saying that they do: a Python server of the first generation is one.
    if (era === 'legacy' && client.getServerCapabilities().logging) await client.setLoggingLevel('info');
    const _meta = era === 'modern' ? { [LOG_LEVEL_KEY]: 'info' } : undefined;
    const result = await client.callTool(
        { name: tool, arguments: JSON.parse(callArguments), _meta },
        {
            timeout: DEADLINE_MS,
            onprogress: ({ progress, total }) => print({ event: 'progress', progress, total })
        }
    );
    print({ event: 'result', ...result });
}

let heard = () => {};
for (const list of ['tools', 'prompts', 'resources']) {
    client.setNotificationHandler(`notifications/${list}/list_changed`, () => heard(list));
}
client.setNotificationHandler('notifications/resources/updated', ({ params }) => heard(params.uri));

// What ends the listening once it has begun: everything that the server tells from now on is heard.
async function subscribe() {
    if (era === 'legacy') {
        await client.subscribeResource({ uri: RESOURCE });
        return () => client.unsubscribeResource({ uri: RESOURCE });
    }
    const subscription = await client.listen({
        toolsListChanged: true,
        promptsListChanged: true,
        resourcesListChanged: true,
        resourceSubscriptions: [RESOURCE]
    });
    return () => subscription.close();
}

async function listen([times]) {
    for (let time = 0; time < Number(times); time += 1) {
        const unsubscribe = await subscribe();
        print({ event: 'listening' });
        for (const what of CHANGES) {
            const hearing = new Promise(resolve => (heard = resolve));
            await client.callTool({ name: 'change', arguments: { what } });
            print({ event: 'changed', what: await hearing });
        }
        await unsubscribe();
    }
}

function transportTo(target) {
    if (!target.startsWith('stdio:')) return new StreamableHTTPClientTransport(new URL(target));
    const [command, ...args] = target.slice('stdio:'.length).split(' ');
    return new StdioClientTransport({ command, args });
}

await client.connect(transportTo(target));
print({ event: 'connected', version: client.getNegotiatedProtocolVersion() });
const { tools } = await client.listTools();
print({ event: 'tools', names: tools.map(({ name }) => name) });
await (command === 'call' ? call : listen)(rest);
await client.close();
