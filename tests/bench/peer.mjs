// SPDX-License-Identifier: Apache-2.0
// The peer of the benchmark: oidc-provider in memory, with as little around it as it allows. Prints "ready URL".
// usage: node peer.mjs PORT
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import Provider, { interactionPolicy } from 'oidc-provider';

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const jwk = (type, options, alg) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg });
const api = 'https://api.example.com', opaque = 'https://opaque.example.com';

const { base } = interactionPolicy;
const policy = base();
policy.remove('consent'); // both sides serve an application of the house: nobody is asked for consent

const provider = new Provider(issuer, {
  jwks: { keys: [jwk('ec', { namedCurve: 'P-256' }, 'ES256')] },
  clients: [
    { client_id: 'machine', client_secret: 'machine-secret-of-the-benchmark', grant_types: ['client_credentials'], response_types: [], redirect_uris: [] },
    { client_id: 'web', client_secret: 'web-secret-of-the-benchmark-run', grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
      redirect_uris: ['https://app.example.com/callback'], id_token_signed_response_alg: 'ES256' },
  ],
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => api,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource) => (resource === opaque
        ? { scope: 'read', accessTokenFormat: 'opaque' }
        : { scope: 'read openid offline_access', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
    },
  },
  interactions: { policy, url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid offline_access');
    grant.addResourceScope(api, 'read');
    await grant.save();
    return grant;
  },
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  cookies: { keys: ['a key of the benchmark'] },
  pkce: { required: () => true },
});
provider.on('server_error', (_ctx, error) => { console.error(error); });

const callback = provider.callback();
const page = '<!doctype html><title>Sign in</title><form method="post"><input name="login"><input name="password" type="password"></form>';
createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) { callback(request, response); return; }
  if (request.method === 'GET') {
    provider.interactionDetails(request, response).then(() => response.setHeader('content-type', 'text/html').end(page));
    return;
  }
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => {
    const login = new URLSearchParams(body).get('login');
    provider.interactionFinished(request, response, { login: { accountId: login } }, { mergeWithLastSubmission: false });
  });
}).listen(port, '127.0.0.1', () => console.log(`ready ${issuer}`));
