// A certified authorization server, `oidc-provider`, on a free loopback port. Anybody may register; the user
// Ann logs in and consents to everything at once. Of every resource there are the scopes `notes:read` and
// `notes:write`. `jwt` gives out signed access tokens (RFC 9068), `opaque` such as only it can read: whoever
// asks about them (RFC 7662) is the client `notes`, of the same secret as `robot`, which logs in as itself.
// SECONDS is how long an access token is good for.
//
//   CLIENT_SECRET=… node server.mjs jwt|opaque SECONDS     prints `listening on http://127.0.0.1:PORT`

import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

import { Provider } from 'oidc-provider';

const [accessTokenFormat, lifetime] = process.argv.slice(2);
const client_secret = process.env.CLIENT_SECRET;
const accessTokenTTL = Number(lifetime);
if (!['jwt', 'opaque'].includes(accessTokenFormat) || !(accessTokenTTL > 0) || !client_secret) {
    console.error('usage: CLIENT_SECRET=… node server.mjs jwt|opaque SECONDS');
    process.exit(2);
}

const signing = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const itself = { client_secret, redirect_uris: [], response_types: [] };

const configuration = {
    clients: [
        { client_id: 'robot', grant_types: ['client_credentials'], ...itself },
        { client_id: 'notes', grant_types: [], ...itself }
    ],
    cookies: { keys: ['of a server that is gone in a moment'] },
    features: {
        clientCredentials: { enabled: true },
        devInteractions: { enabled: false },
        introspection: { enabled: true },
        registration: { enabled: true },
        resourceIndicators: {
            enabled: true,
            getResourceServerInfo: (_ctx, resource) => ({
                scope: 'notes:read notes:write',
                audience: resource,
                accessTokenFormat,
                accessTokenTTL,
                ...(accessTokenFormat === 'jwt' && { jwt: { sign: { alg: 'RS256' } } })
            })
        },
        revocation: { enabled: true }
    },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    jwks: { keys: [{ ...signing, alg: 'RS256', use: 'sig' }] },
    pkce: { required: () => true }
};

// What a person does in a browser: says who they are, then that the client may have what it asks for.
async function interact(provider, request, response) {
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
        return provider.interactionFinished(request, response, { login: { accountId: 'ann' } });
    }
    const { missingOIDCScope, missingResourceScopes } = prompt.details;
    const grant = grantId
        ? await provider.Grant.find(grantId)
        : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '));
    for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) {
        grant.addResourceScope(resource, scopes.join(' '));
    }
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, configuration);
const answer = provider.callback();
server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    return interact(provider, request, response).catch(error => response.writeHead(500).end(String(error)));
});
console.log(`listening on ${issuer}`);
