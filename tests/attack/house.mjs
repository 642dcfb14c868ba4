// SPDX-License-Identifier: Apache-2.0
// A server with a person and applications, and the way through its pages to a code and tokens.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, startPostern } from '../lib/server.mjs';
import { Visitor } from '../lib/visitor.mjs';

export const person = { identifier: 'ada@example.com', password: 'correct horse battery staple 9' };
export const callback = 'https://app.example.com/callback';

/** Cheap hashes: what is attacked here is not the hash. */
export const cheap = { password: { memory: 8, iterations: 1, queue: 400 } };

export class House {
  /** @param applications: name -> more arguments of `postern app create` */
  static async open(applications, settings = {}) {
    const self = new House();
    self.postern = await startPostern({ ...settings, config: { ...cheap, ...settings.config } });
    return self.#furnish(applications);
  }

  /** Another tenant of @house's server, with the same person and @applications. */
  static async openTenant(house, tenant, applications) {
    const self = Object.assign(new House(), { postern: house.postern, tenant });
    await house.cli('tenant', 'create', tenant);
    return self.#furnish(applications);
  }

  async #furnish(applications) {
    await this.cli('user', 'create', '--email', person.identifier, '--email-verified', '--name', 'Ada', '--password', person.password);
    for (const [name, options] of Object.entries(applications)) {
      this[name] = await this.cli('app', 'create', '--name', name, '--first-party', '--redirect-uri', callback, ...options);
    }
    return this;
  }

  get port() { return this.postern.port; }

  get url() { return this.tenant ? `${this.postern.url}/t/${this.tenant}` : this.postern.url; }

  /** What the names of its cookies begin with. */
  get prefix() { return this.tenant ? `t.${this.tenant}.` : ''; }

  /** A browser of its own. */
  visitor() { return new Visitor(undefined, { prefix: this.prefix }); }

  cli(...args) { return this.postern.cli(...args, ...(this.tenant ? ['--tenant', this.tenant] : [])); }

  /** Where an application sends a browser, and the verifier that goes with it. */
  ask(app, parameters = {}) {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: app.client_id, response_type: 'code', redirect_uri: callback, scope: 'openid offline_access', state: randomBytes(8).toString('hex'),
      nonce: randomBytes(8).toString('hex'), code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...parameters,
    });
    return { path: `/oidc/authorize?${query}`, verifier };
  }

  /** A form of the token endpoint that redeems a fresh code. */
  async codeForm(app, visitor = this.visitor(), parameters = {}) {
    const { path, verifier } = this.ask(app, parameters);
    const back = await visitor.walk(`${this.url}${path}`, callback, person);
    assert.ok(back.searchParams.get('code'), `no code: ${back}`);
    return { grant_type: 'authorization_code', code: back.searchParams.get('code'), redirect_uri: callback, code_verifier: verifier, ...this.secret(app) };
  }

  secret(app) {
    return { client_id: app.client_id, ...(app.client_secret && { client_secret: app.client_secret }) };
  }

  async post(path, form, headers = {}) {
    const body = form instanceof FormData ? form : new URLSearchParams(form);
    const answer = await fetch(`${this.url}${path}`, { method: 'POST', headers, body, redirect: 'manual' });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, ...(text.startsWith('{') && JSON.parse(text)) };
  }

  async tokens(app, visitor, parameters) {
    const answer = await this.post('/oidc/token', await this.codeForm(app, visitor, parameters));
    assert.equal(answer.status, 200, answer.text);
    return answer;
  }

  async userinfo(token) {
    return (await fetch(`${this.url}/oidc/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status;
  }

  /** A browser of its own that stands at the password of a sign-in: its cookies, and the form to send. */
  async atPassword(app, identifier = person.identifier) {
    const visitor = this.visitor();
    return { visitor, ...(await this.stand(visitor, `${this.url}${this.ask(app).path}`, { identifier }, 'password')) };
  }

  /** Walks until a page shows a field with the id @field; gives the form's path and fields. */
  async stand(visitor, url, values, field) {
    let here = url, answer = await visitor.send(here);
    for (let hop = 0; hop < 10; hop += 1) {
      if (answer.location) {
        here = new URL(answer.location, here).href;
        answer = await visitor.send(here);
        continue;
      }
      const form = visitor.form(answer.text, here, values, ['submit']);
      assert.ok(form, `no form at ${here}: ${answer.status}`);
      if (form.ids.includes(field)) return { path: form.action.slice(this.url.length), fields: form.fields };
      here = form.action;
      answer = await visitor.send(here, { method: 'POST', form: form.fields });
    }
    throw new Error(`no field ${field} on the way from ${url}`);
  }

  /** The routes that a server of this configuration has, as it lists them itself. */
  routes() {
    const folder = mkdtempSync(join(tmpdir(), 'postern-'));
    const env = { ...this.postern.env, POSTERN_DATA_DIR: folder, POSTERN_LOG_LEVEL: 'error' };
    const text = execFileSync(join(build, 'tests/attack/attack-routes'), [this.postern.configFile], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    rmSync(folder, { recursive: true });
    return text.trim().split('\n').map((line) => line.split(' ')).map(([method, pattern, body, ...flags]) => ({ method, pattern, body: Number(body), flags }));
  }

  async close() { await this.postern.stop(); }
}

/** @form as one with files is sent: multipart/form-data. */
export const withFiles = (form) => Object.entries(form).reduce((data, [name, value]) => (data.set(name, value), data), new FormData());

export const cookieHeader = (visitor) => [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
