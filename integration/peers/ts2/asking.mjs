// The tools of the TypeScript server that ask, wait and change things, its prompt and its resource, as our own
// server has them. They are written once for both eras: the SDK turns what they want to know into requests in
// a legacy session.

import { setTimeout as sleep } from 'node:timers/promises';

import { inputRequired } from '@modelcontextprotocol/server';
import * as z from 'zod';

const AWAY_MS = 300;

// The client echoes it byte for byte.
const STATE = '{"step": 1, "ähre":"\\u00e4 / "}';

const QUESTIONS = {
    name: inputRequired.elicit({
        message: 'Who are you?',
        requestedSchema: z.object({ name: z.string().meta({ title: 'Your name' }), age: z.number().int().min(0) })
    }),
    thought: inputRequired.createMessage({
        messages: [{ role: 'user', content: { type: 'text', text: 'What is two and two?' } }],
        systemPrompt: 'Be brief.',
        maxTokens: 100
    }),
    roots: inputRequired.listRoots()
};
const TOLD = {
    name: ({ content }) => `${content.name} (${content.age})`,
    thought: ({ content }) => content.text,
    roots: ({ roots }) => roots.map(({ uri }) => uri).join(', ')
};

const text = text => ({ content: [{ type: 'text', text }] });

// A tool that asks these questions in one round, and tells the answers.
function asks(keys, tell) {
    return async ctx => {
        const answers = ctx.mcpReq.inputResponses;
        if (!answers) {
            const inputRequests = Object.fromEntries(keys.map(key => [key, QUESTIONS[key]]));
            return inputRequired({ inputRequests, requestState: STATE });
        }
        const state = ctx.mcpReq.requestState();
        if (state !== STATE) throw new Error(`the state came back as ${state}`);
        return text(tell(...keys.map(key => TOLD[key](answers[key]))));
    };
}

async function steps({ n, delay_ms }, ctx) {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    for (let step = 1; step <= n; step += 1) {
        await ctx.mcpReq.log('info', `step ${step}`);
        const params = { progressToken, progress: step, total: n };
        await ctx.mcpReq.notify({ method: 'notifications/progress', params });
        await sleep(delay_ms);
    }
    return text(`Done: ${n} steps`);
}

async function away(ctx) {
    await ctx.mcpReq.log('info', 'before');
    ctx.http.closeSSE();
    await sleep(AWAY_MS);
    await ctx.mcpReq.log('info', 'after');
    return text('Done: closed true');
}

// Works until it is cancelled; `cancelled` tells how often that was.
let cancelled = 0;
async function wait(ctx) {
    const params = { progressToken: ctx.mcpReq._meta.progressToken, progress: 1 };
    await ctx.mcpReq.notify({ method: 'notifications/progress', params });
    await new Promise(resolve => ctx.mcpReq.signal.addEventListener('abort', resolve));
    cancelled += 1;
    return text('never sent');
}

// `changed` is told what a call says has changed.
export function registerAsking(server, changed) {
    server.registerTool('greet', {}, asks(['name'], name => `Hello, ${name}!`));
    server.registerTool('think', {}, asks(['thought'], thought => `The model says: ${thought}`));
    server.registerTool('look', {}, asks(['roots'], roots => `Roots: ${roots}`));
    server.registerTool(
        'everything',
        {},
        asks(['name', 'thought', 'roots'], (...all) => all.join('; '))
    );
    server.registerTool('steps', { inputSchema: z.object({ n: z.number(), delay_ms: z.number() }) }, steps);
    server.registerTool('away', {}, away);
    server.registerTool('wait', {}, wait);
    server.registerTool('cancelled', {}, async () => text(String(cancelled)));
    server.registerTool('change', { inputSchema: z.object({ what: z.string() }) }, async ({ what }) => {
        await changed(what);
        return text('told');
    });
    server.registerPrompt('advice', {}, async () => ({
        messages: [{ role: 'user', content: { type: 'text', text: 'Mind the tide.' } }]
    }));
    server.registerResource('level', 'tide://level', {}, async ({ href }) => ({
        contents: [{ uri: href, text: 'high' }]
    }));
}
