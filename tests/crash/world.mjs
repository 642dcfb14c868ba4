// SPDX-License-Identifier: Apache-2.0
// The server under test, and the ways to speak to it. Whoever asks learns one of three things: it was done, it was refused,
// or nobody answered; then it may or may not have been done.
import { Agent, request as httpRequest } from 'node:http';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database, hasPostgresql } from '../lib/database.mjs';
import { build, preparePostern } from '../lib/server.mjs';
import { Visitor } from '../lib/visitor.mjs';
import { Disk } from './disk.mjs';

export const callback = 'https://app.example.com/callback';

/** Nobody answered, or the server said that it cannot at the moment. */
export class Lost extends Error {}
/** An answer that no crash excuses. */
export class Wrong extends Error {}

/** Somebody who reads a page before the next request: an end may come between the two, and nobody's connection dies of it. */
class SlowVisitor extends Visitor {
  constructor(agent, random) {
    super(agent);
    this.random = random;
  }

  async send(...request) {
    if (this.random() < 0.1) await sleep(this.random() * 400);
    return super.send(...request);
  }
}

const died = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOENT', 'ECONNABORTED']);

/** Waits for @answer; a connection that died, or 503, is a Lost. */
export async function heard(answer) {
  let given;
  try {
    given = await answer;
  } catch (error) {
    if (died.has(error.code) || error.message === 'socket hang up') throw new Lost(error.message);
    throw error;
  }
  // 502 is what a proxy says whose server ended in the midst of a request.
  if (given.status === 503 || given.status === 502) throw Object.assign(new Lost(String(given.status)), { answer: given });
  if (given.status >= 500) throw new Wrong(`status ${given.status}: ${given.text?.slice(0, 400)}`);
  return given;
}

export class World {
  /** The hash is the cheapest there is, as in the benchmark: what is tested is the store. */
  static async prepare() {
    const self = new World(), config = { password: { memory: 8, iterations: 1 }, log: { access: 'false' } };
    if (hasPostgresql) self.database = Database.make();
    else self.disk = new Disk(build);
    self.postern = await preparePostern({
      config: { ...config, ...(self.database && { database: self.database.config }) },
      env: (folder) => self.disk?.environment(folder),
    });
    return self;
  }

  static async start() {
    const self = await World.prepare();
    await self.postern.start();
    await self.makeWeb();
    return self;
  }

  constructor() {
    this.agent = new Agent({ keepAlive: true, maxSockets: 64 });
    this.adminAgent = new Agent({ keepAlive: true, maxSockets: 64 });
    this.losses = 0;
    this.isLosing = false;
  }

  /** Makes the disk or the database behave like @fault, or well again (`none`). */
  async fail(fault) { await (this.database ?? this.disk).fail(fault); }

  get url() { return this.postern.url; }

  async makeWeb() {
    this.web = await this.admin('POST', '/applications', {
      name: 'Web', kind: 'web', first_party: true, metadata: { redirect_uris: [callback], scope: 'openid offline_access', id_token_signed_response_alg: 'ES256' },
    });
    await this.admin('PATCH', '/policy', { guesses_per_account: 1000, guesses_per_address: 100000 });
  }

  /** @param options.manager fills in name and password on one page, as a password manager does */
  visitor(options) { return new Visitor(this.agent, options); }

  /** @param random decides when they take their time */
  slowVisitor(random) { return new SlowVisitor(this.agent, random); }

  /** Runs @end, which may take what was answered in the last moment before it and is not meant to last. */
  async losing(end) {
    this.losses += 1;
    this.isLosing = true;
    await end().finally(() => { this.isLosing = false; });
  }

  /** The management API by the local socket, as the command line speaks to it. Gives the object, or throws with .status. */
  async admin(method, path, body) {
    const text = body && JSON.stringify(body);
    const answer = await heard(new Promise((done, refuse) => {
      const headers = { host: 'localhost', ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }) };
      const outgoing = httpRequest({ socketPath: join(this.postern.dataDir, 'admin.sock'), path: `/api/v1${path}`, method, headers, agent: this.adminAgent }, (incoming) => {
        const chunks = [];
        incoming.on('data', (chunk) => chunks.push(chunk));
        incoming.on('error', refuse);
        incoming.on('end', () => done({ status: incoming.statusCode, headers: incoming.headers, text: Buffer.concat(chunks).toString() }));
      });
      outgoing.on('error', refuse);
      outgoing.end(text);
    }));
    if (answer.status >= 300) throw Object.assign(new Wrong(`${method} ${path}: ${answer.status} ${answer.text}`), { status: answer.status });
    return answer.text ? JSON.parse(answer.text) : undefined;
  }

  /** All pages of a list. */
  async adminList(path, after = '') {
    const items = [];
    for (let next = after; ;) {
      const page = await this.admin('GET', `${path}${path.includes('?') ? '&' : '?'}limit=500${next ? `&after=${next}` : ''}`);
      items.push(...page.items);
      if (!page.next) return items;
      next = page.next;
    }
  }

  /** POST to an endpoint of OAuth as the application @client. */
  async oauth(endpoint, form, client = this.web) {
    const answer = await heard(new Visitor(this.agent).send(`${this.url}/oidc/${endpoint}`, { method: 'POST', form: { client_id: client.client_id, client_secret: client.client_secret, ...form } }));
    return { status: answer.status, ...(answer.text && JSON.parse(answer.text)) };
  }

  async isActive(token) {
    const answer = await this.oauth('introspect', { token });
    if (answer.status !== 200 || typeof answer.active !== 'boolean') throw new Wrong(`introspection: ${JSON.stringify(answer)}`);
    return answer.active;
  }

  /** Whether userinfo takes the access token @token. */
  async isTaken(token) {
    const { status, text } = await heard(new Visitor(this.agent).send(`${this.url}/oidc/userinfo`, { headers: { authorization: `Bearer ${token}` } }));
    if (status !== 200 && status !== 401) throw new Wrong(`userinfo: ${status} ${text}`);
    return status === 200;
  }

  /** Walks pages until the browser leaves for @target. */
  async walk(visitor, url, target, values) {
    const before = this.isLosing ? this.losses - 1 : this.losses; // an end under way may still come after the first answer
    try {
      return await visitor.walk(url, target, values);
    } catch (error) {
      const { status } = error.answer ?? {};
      if (died.has(error.code) || error.message === 'socket hang up') throw new Lost(error.message);
      if (status === 503 || status === 502) throw Object.assign(new Lost(String(status)), { answer: error.answer });
      if (status === undefined) throw error;
      if (status === 410 && this.losses > before && await this.findFlow(visitor) === 'lost') throw new Lost('the sign-in was lost on its way');
      const page = await heard(visitor.send(error.here));
      throw new Wrong(`${error.message}: ${/role="alert"[\s\S]{0,200}/.exec(page.text)?.[0] ?? /<h1>[\s\S]{0,300}/.exec(page.text)?.[0]}`);
    }
  }

  /** What became of the sign-in in whose midst @visitor stood: 'kept', 'over' (it was finished) or 'lost'. Never an error. */
  async findFlow(visitor) {
    const { status, text } = await heard(visitor.send(visitor.last));
    if (status === 200 && text.includes('<form')) return 'kept';
    const back = /<a [^>]*href="([^"]*)" id="back-to-application"/.exec(text)?.[1];
    if (status >= 500 || back === undefined) throw new Wrong(`a sign-in under way: ${status} ${text.slice(0, 300)}`);
    return back === `${this.url}/` || back === '/' ? 'lost' : 'over';
  }

  /** Goes to the account page as a stranger; gives the sign-in page that comes of it. */
  async open(visitor) {
    let here = `${this.url}/account`, answer = await heard(visitor.send(here));
    while (answer.location) answer = await heard(visitor.send(here = new URL(answer.location, here).href));
    return { here, answer };
  }

  /** Whether one try with @password signs in to the account page. */
  async admits(email, password) {
    const visitor = this.visitor({ manager: true }), { here, answer: page } = await this.open(visitor);
    const form = visitor.form(page.text, here, { identifier: email, password }, ['submit']);
    const answer = await heard(visitor.send(form.action, { method: 'POST', form: form.fields, headers: { origin: new URL(here).origin, 'sec-fetch-site': 'same-origin' } }));
    if (answer.status !== 303) throw new Wrong(`a try to sign in: ${answer.status} ${answer.text.slice(0, 300)}`);
    return visitor.cookies.has('session');
  }

  /** An authorization request with PKCE; gives { code, verifier }, or { error } as the application was told. */
  async authorize(visitor, person, scope) {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: this.web.client_id, response_type: 'code', redirect_uri: callback, scope, state: randomBytes(8).toString('hex'),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
    });
    const back = await this.walk(visitor, `${this.url}/oidc/authorize?${query}`, callback, { identifier: person.email, password: person.password, code: person.code });
    const [code, error] = ['code', 'error'].map((name) => back.searchParams.get(name));
    if (error === 'temporarily_unavailable') throw new Lost(error);
    if (!code) throw new Wrong(`no code in ${back}`);
    return { code, verifier };
  }

  redeem({ code, verifier }) {
    return this.oauth('token', { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier });
  }

  refresh(token) {
    return this.oauth('token', { grant_type: 'refresh_token', refresh_token: token });
  }

  /** Whether the browser is signed in; looks only. */
  async isSignedIn(visitor) {
    const { status, text, location } = await heard(visitor.send(`${this.url}/account`));
    if (status === 200 && text.includes('id="sessions"')) return true;
    if (location) return false; // away to the sign-in
    throw new Wrong(`the account page: ${status} ${text.slice(0, 300)}`);
  }

  /** A server that ends would wait for another request on a connection that is idle. */
  hangUp() {
    this.agent.destroy();
    this.adminAgent.destroy();
  }

  async close() {
    if (this.postern && !this.postern.exit) await this.postern.stop(); // where the test that does was not asked for
    this.hangUp();
    this.disk?.remove();
  }
}

/** The claims of a JWT that we were given, unchecked. */
export const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
