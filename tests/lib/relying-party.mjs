// SPDX-License-Identifier: Apache-2.0
// An application over openid-client (certified): it begins sign-ins, receives the answer in whichever response mode, and
// takes back-channel logouts. Nothing in it knows Postern.
import { createServer } from 'node:http';
import { once } from 'node:events';
import * as client from 'openid-client';

export { client };

export class RelyingParty {
  /** Starts its server on a free loopback port; `origin` is known from then on. */
  static async start() {
    const self = new RelyingParty();
    self.server = createServer((request, response) => self.#answer(request, response));
    self.server.listen(0, '127.0.0.1');
    await once(self.server, 'listening');
    self.origin = `http://127.0.0.1:${self.server.address().port}`;
    self.redirectUri = `${self.origin}/callback`;
    self.logoutTokens = [];
    return self;
  }

  #waiting = () => {};

  async discover(issuer, clientId, metadata, authentication) {
    this.config = await client.discovery(new URL(issuer), clientId, metadata, authentication, { execute: [client.allowInsecureRequests] });
    return this.config;
  }

  /** The URL to send a browser to; remembers what the answer must match. */
  async begin(parameters = {}) {
    this.verifier = client.randomPKCECodeVerifier();
    this.state = client.randomState();
    this.nonce = client.randomNonce();
    return client.buildAuthorizationUrl(this.config, {
      redirect_uri: this.redirectUri,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(this.verifier),
      code_challenge_method: 'S256',
      state: this.state,
      nonce: this.nonce,
      ...parameters,
    }).href;
  }

  /** The next answer that a browser brings to the redirect URI, as openid-client wants it; an older wait is given up. */
  answer() {
    return new Promise((resolve) => { this.#waiting = resolve; });
  }

  async redeem(answer, checks = {}) {
    return client.authorizationCodeGrant(this.config, answer, {
      pkceCodeVerifier: this.verifier, expectedState: this.state, expectedNonce: this.nonce, idTokenExpected: true, ...checks,
    });
  }

  #answer(request, response) {
    const url = new URL(request.url, this.origin);
    let body = '';
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => {
      if (url.pathname === '/backchannel-logout') this.logoutTokens.push(new URLSearchParams(body).get('logout_token'));
      if (url.pathname === '/callback') {
        const answer = request.method === 'POST'
          ? new Request(url, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
          : url;
        this.#waiting(answer);
      }
      response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-store' });
      response.end(`<!doctype html><html lang="en"><title>Application</title><h1 id="application">${url.pathname}</h1>`);
    });
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }
}
