// SPDX-License-Identifier: Apache-2.0
// An OpenID provider of a few lines that does what a test wants: it counts, and it can fall silent.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { generateKeyPairSync } from 'node:crypto';
import * as jose from 'jose';

export class Provider {
  static async start() {
    const self = new Provider();
    Object.assign(self, { counts: {}, silent: false, held: new Set(), key: generateKeyPairSync('ec', { namedCurve: 'P-256' }) });
    self.server = createServer((request, response) => self.#answer(request, response));
    self.server.listen(0, '127.0.0.1');
    await once(self.server, 'listening');
    self.issuer = `http://127.0.0.1:${self.server.address().port}`;
    return self;
  }

  /** Text of a `connectors.d` file. */
  get instance() { return `Type=oidc\nName=Corp\nissuer=${this.issuer}\nclient-id=postern\nclient-secret=a-secret-of-the-tests\nuserinfo=false\n`; }

  /** The way back of a browser that was sent to @location, as the person @sub. */
  back(location, sub) {
    const asked = new URL(location).searchParams;
    const code = Buffer.from(JSON.stringify({ sub, nonce: asked.get('nonce') })).toString('base64url');
    const url = new URL(asked.get('redirect_uri'));
    url.search = new URLSearchParams({ state: asked.get('state'), code });
    return url;
  }

  async #answer(request, response) {
    const path = new URL(request.url, this.issuer).pathname;
    let body = '';
    for await (const chunk of request) body += chunk;
    this.counts[path] = (this.counts[path] ?? 0) + 1;
    if (this.silent) {
      this.held.add(response);
      response.on('close', () => this.held.delete(response));
      return;
    }
    const documents = {
      '/.well-known/openid-configuration': () => ({
        issuer: this.issuer, authorization_endpoint: `${this.issuer}/authorize`, token_endpoint: `${this.issuer}/token`, jwks_uri: `${this.issuer}/jwks`,
        response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['ES256'],
      }),
      '/jwks': () => ({ keys: [{ ...this.key.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'ES256' }] }),
      '/token': async () => {
        const { sub, nonce } = JSON.parse(Buffer.from(new URLSearchParams(body).get('code'), 'base64url').toString());
        const id_token = await new jose.SignJWT({ nonce, email: `${sub}@corp.example`, email_verified: true, name: sub }).setProtectedHeader({ alg: 'ES256', kid: 'k' }).setIssuer(this.issuer)
          .setSubject(sub).setAudience('postern').setIssuedAt().setExpirationTime('5m').sign(this.key.privateKey);
        return { access_token: 'a', token_type: 'Bearer', expires_in: 300, id_token };
      },
    };
    const text = documents[path] && JSON.stringify(await documents[path]());
    response.writeHead(text ? 200 : 404, { 'content-type': 'application/json' });
    response.end(text ?? '{}');
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }
}
