// SPDX-License-Identifier: Apache-2.0
// A provider that we did not write: oidc-provider from npm with its own development pages. Whoever signs in with NAME
// becomes NAME@corp.example, verified.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import Provider from 'oidc-provider';

const kinds = { RS256: ['rsa', { modulusLength: 2048 }], PS256: ['rsa', { modulusLength: 2048 }], ES256: ['ec', { namedCurve: 'P-256' }], ES384: ['ec', { namedCurve: 'P-384' }], EdDSA: ['ed25519', {}] };
const makeKey = (alg) => ({ ...generateKeyPairSync(...kinds[alg]).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `key of ${alg}` });

export async function startProvider() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const clients = [];
  const provider = new Provider(issuer, {
    clients: [],
    jwks: { keys: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'].map(makeKey) },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'HS256'], clientAuthSigningAlgValues: ['RS256', 'ES256', 'EdDSA'],
      idTokenEncryptionAlgValues: ['RSA-OAEP-256', 'ECDH-ES'], idTokenEncryptionEncValues: ['A128GCM', 'A256GCM', 'A128CBC-HS256'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@corp.example`, email_verified: true, name: `${id} of Corp` }) }),
    cookies: { keys: ['a key of the tests'] },
    features: { devInteractions: { enabled: true }, encryption: { enabled: true } },
  });
  provider.Client.find = async (id) => {
    const found = clients.find((candidate) => candidate.client_id === id);
    return found && new provider.Client(found);
  };
  server.on('request', provider.callback());
  return {
    issuer,
    /** Registers a client for @redirectUri and gives the text of a `connectors.d` file. @metadata: more of the client's; @settings: more lines */
    instance(redirectUri, metadata = {}, settings = '') {
      const client_id = `postern-${clients.length}`, client_secret = 'a secret between the provider and postern';
      const keyless = ['none', 'private_key_jwt'].includes(metadata.token_endpoint_auth_method);
      clients.push({ client_id, ...(keyless ? {} : { client_secret }), redirect_uris: [redirectUri], response_types: ['code'], grant_types: ['authorization_code'], ...metadata });
      return `Type=oidc\nName=Corp\nissuer=${issuer}\nclient-id=${client_id}\n${keyless ? '' : `client-secret=${client_secret}\n`}${settings}`;
    },
    /** Signs in as @name where it asks, and says yes; where it knows the browser already, there is nothing to do. */
    async signIn(page, name) {
      for (let step = 0; step < 2; step += 1) {
        await page.waitForLoadState();
        if (!page.url().startsWith(`${issuer}/interaction/`)) return;
        if (await page.$('input[name=login]')) {
          await page.fill('input[name=login]', name);
          await page.fill('input[name=password]', 'anything');
        }
        const before = page.url();
        await page.click('button[type=submit]');
        await page.waitForURL((url) => url.href !== before);
      }
    },
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
