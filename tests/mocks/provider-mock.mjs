// SPDX-License-Identifier: Apache-2.0
// Any provider, as a data file beside its connector describes it: connectors/NAME/mock.json. It checks that each request is what
// the provider documents, neither less nor more, and answers with documented bodies.
//
//   authorize, token   { path, method, query | form, optional, headers, answer }
//   documents          the same, a list: profile and whatever else is asked for
//   metadata, id_token for an OpenID provider: what discovery says, and the claims that are signed
//   guest_issuer       whose tokens alone a further key among the provider's signs, as that key says itself
//   refresh            as token: what is sent for a new access token, and the answer
//   errors             { at: "token" or a document's path, status, body, log }: refusals that it documents
//   again              { query, at }: what the authorization request has besides when somebody must sign in anew; `at` the document that then says auth_time
//   declined           the callback of a person who said no
//   expect             what an application then learns
//
// Paths begin with the host: where the key file says https://api.acme.example/me, the test's copy of it says
// http://127.0.0.1:PORT/api.acme.example/me, so that the host is checked, too. In values "*" stands for anything, and $NAME for what
// the mock knows: $client_id, $client_secret, $callback, $state, $code, $verifier, $nonce, $access_token, $basic, $issuer, $id_token.
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const html = (text) => String(text).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

export class ProviderMock {
  /** @param records NAME -> content of its mock.json */
  static async start(records) {
    const self = new ProviderMock();
    self.server = createServer((request, response) => self.#take(request, response));
    self.server.listen(0, '127.0.0.1');
    await once(self.server, 'listening');
    self.base = `http://127.0.0.1:${self.server.address().port}`;
    self.places = new Map();
    self.rotate();
    self.guest = generateKeyPairSync('rsa', { modulusLength: 2048 });
    self.foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    for (const [name, record] of Object.entries(records)) self.#add(name, record);
    return self;
  }

  /** New keys, as a provider has them now and then; the old ones are `old`. */
  rotate() {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const kid = randomBytes(6).toString('base64url');
    Object.assign(this, { old: { key: this.key, kid: this.kid }, key: privateKey, kid, jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' }] } }); // no alg: not everybody says it
  }

  #add(name, record) {
    const provider = { name, record, known: { client_id: `client-of-${name}`, client_secret: `secret_of-${name}.1`, access_token: `token-of-${name}` } };
    const put = (path, serve) => this.places.set(path, (asked) => serve.call(this, provider, asked));
    provider.known.proof = createHmac('sha256', provider.known.client_secret).update(provider.known.access_token).digest('hex');
    if (record.settings?.['private-key-file']) provider.keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    provider.known.basic = `Basic ${Buffer.from(`${provider.known.client_id}:${provider.known.client_secret}`).toString('base64')}`;
    put(record.authorize.path, this.#authorize);
    put(record.token.path, this.#token);
    for (const document of record.documents ?? []) put(document.path, (_, asked) => this.#document(provider, document, asked));
    if (record.metadata) {
      const metadata = this.moved(record.metadata);
      provider.known.issuer = record.issuer ? this.moved(record).issuer : metadata.issuer;
      const path = record.discovery ?? `${new URL(metadata.issuer).pathname.slice(1).replace(/\/$/, '')}/.well-known/openid-configuration`;
      const guest = record.guest_issuer ? [{ ...this.guest.publicKey.export({ format: 'jwk' }), kid: 'guest', use: 'sig', issuer: this.moved(record).guest_issuer }] : [];
      put(path, () => ({ json: metadata }));
      put(new URL(metadata.jwks_uri).pathname.slice(1), () => ({ json: { keys: [...this.jwks.keys, ...guest] } }));
    }
    this.providers ??= new Map();
    this.providers.set(name, provider);
  }

  /** The same with every https URL leading here. */
  moved(value) { return JSON.parse(JSON.stringify(value).replaceAll('"https://', `"${this.base}/`)); }

  /** What an operator writes for @name, with the private key in @file. */
  settings(name, file) {
    const { known, record, keys } = this.providers.get(name);
    if (keys) writeFileSync(file, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    return Object.entries({ 'client-id': known.client_id, 'client-secret': known.client_secret, ...record.settings }).filter(([, value]) => value !== null)
      .map(([key, value]) => `${key}=${value === '$private_key_file' ? file : value}\n`).join('');
  }

  /** The text of a key file whose endpoints lead here; what else it says stays. */
  keyFile(text) {
    return text.split('\n').map((line) => (/^([a-z-]*endpoints?|issuer|discovery)=/.test(line) ? line.replaceAll('https://', `${this.base}/`) : line)).join('\n');
  }

  /** Begins anew with @name: what was wrong so far is forgotten. @change: { error: {at, status, body} }, { declined: true }, { again: seconds since the person signed in there }, or as in hostile.mjs */
  prepare(name, callback, change = {}) {
    const provider = this.providers.get(name);
    Object.assign(provider, { change, problems: [], asked: [] });
    provider.known.callback = callback;
    return provider;
  }

  async stop() {
    this.server.close();
    this.server.closeAllConnections();
  }

  #take(request, response) {
    const url = new URL(request.url, this.base), chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const serve = this.places.get(decodeURIComponent(url.pathname.slice(1)));
      const body = Buffer.concat(chunks).toString();
      const answer = serve ? serve({ method: request.method, query: url.searchParams, form: new URLSearchParams(body), headers: request.headers }) : { status: 404, json: { error: 'no such place' } };
      if (!serve) for (const provider of this.providers.values()) provider.problems?.push(`asked for ${url.pathname}, which no provider documents`);
      if (answer.hang) return;
      response.writeHead(answer.status ?? 200, { 'content-type': answer.html ? 'text/html' : 'application/json', ...answer.headers });
      response.end(answer.html ?? answer.text ?? JSON.stringify(answer.json));
    });
  }

  /** Notes where @asked differs from what @rule documents. */
  #check(provider, where, rule, asked) {
    const wrong = (what) => provider.problems.push(`${where}: ${what}`);
    const fits = (wanted, value) => {
      if (wanted === '*') return Boolean(value);
      if (wanted?.jwt) return this.#isSigned(provider, wanted, value ?? '');
      if (wanted === '$verifier') return createHash('sha256').update(value ?? '').digest('base64url') === provider.known.challenge;
      return value === this.#fill(provider, wanted);
    };
    provider.asked.push(where);
    if (rule.order && [...asked.query.keys()].join() !== rule.order.join()) wrong(`the order is ${[...asked.query.keys()]}`);
    if (asked.method !== (rule.method ?? (rule.form ? 'POST' : 'GET'))) wrong(`by ${asked.method}`);
    for (const part of ['query', 'form']) {
      const seen = [...asked[part].keys()];
      if (new Set(seen).size !== seen.length) wrong(`a parameter of the ${part} stands twice`);
      for (const [name, value] of Object.entries(rule[part] ?? {})) if (!fits(value, asked[part].get(name) ?? undefined)) wrong(`${part} ${name} is ${asked[part].get(name)} and not ${JSON.stringify(value)}`);
      for (const name of seen) if (!(name in (rule[part] ?? {})) && !rule.optional?.includes(name)) wrong(`${part} has ${name}, which is not documented`);
    }
    for (const [name, value] of Object.entries({ ...(where === 'authorize' ? {} : { 'user-agent': 'Postern' }), ...rule.headers })) if (!fits(value, asked.headers[name])) wrong(`header ${name} is ${asked.headers[name]} and not ${value}`);
    if (!rule.headers?.authorization && asked.headers.authorization) wrong('there is a header authorization');
  }

  /** Whether @token is a JWT by the key that the operator gave us, with just these claims and no longer life than is allowed. */
  #isSigned(provider, { jwt, alg, kid, seconds }, token) {
    const [header, payload, signature] = token.split('.');
    if (!signature || !verify('sha256', Buffer.from(`${header}.${payload}`), { key: provider.keys.publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))) return false;
    const [head, claims] = [header, payload].map((part) => JSON.parse(Buffer.from(part, 'base64url')));
    const { iat, exp, ...rest } = claims, now = Date.now() / 1000, wanted = this.#fill(provider, jwt);
    return head.alg === alg && head.kid === kid && Math.abs(now - iat) < 60 && exp > now && exp - now <= seconds && Object.keys(rest).length === Object.keys(wanted).length
      && Object.entries(wanted).every(([name, value]) => rest[name] === value);
  }

  #fill(provider, value) {
    if (Array.isArray(value)) return value.map((part) => this.#fill(provider, part));
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, this.#fill(provider, part)]));
    if (value === '$id_token') return this.#sign(provider);
    return typeof value === 'string' ? value.replace(/\$([a-z_]+)/g, (whole, name) => provider.known[name] ?? whole) : value;
  }

  #sign(provider) {
    const now = Math.floor(Date.now() / 1000), { change } = provider;
    const { key, kid } = change.guest ? { key: this.guest.privateKey, kid: 'guest' } : change.old ? this.old : { key: change.foreign ? this.foreign : this.key, kid: this.kid };
    const claims = this.#fill(provider, { iss: '$issuer', aud: '$client_id', iat: now, exp: now + 300, nonce: '$nonce', ...provider.record.id_token, ...change.id_token });
    const header = { alg: 'RS256', kid, typ: 'JWT', ...change.header };
    const text = `${encode(header)}.${encode(claims)}`;
    if (header.alg === 'none') return `${text}.`;
    if (header.alg === 'HS256') return `${text}.${createHmac('sha256', provider.known.client_secret).update(text).digest('base64url')}`;
    return `${text}.${change.broken ? 'AAAA' : sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  }

  #refusal(provider, at) {
    const { error, ill } = provider.change;
    if (ill?.at === at || (ill?.at === 'profile' && at === provider.record.documents?.[0].path)) {
      if (ill.how === 'hang') return { hang: true };
      if (ill.how === 'redirect') return { status: 302, headers: { location: `${this.base}/elsewhere` }, json: {} };
      return { status: ill.how === 'error' ? 500 : 200, text: { huge: `{"id":"${'x'.repeat(10 << 20)}"}`, garbage: '<html>', empty: '', error: '{}' }[ill.how] };
    }
    return error?.at === at ? { status: error.status, json: error.body } : undefined;
  }

  #authorize(provider, asked) {
    const { record, known, change } = provider;
    this.#check(provider, 'authorize', 'again' in change ? { ...record.authorize, query: { ...record.authorize.query, ...record.again?.query } } : record.authorize, asked);
    Object.assign(known, { state: asked.query.get('state'), nonce: asked.query.get('nonce'), challenge: asked.query.get('code_challenge'), code: `code.${randomBytes(9).toString('base64url')}` });
    const back = this.#fill(provider, change.declined ? record.declined : { code: '$code', state: '$state', ...record.authorize.answer, ...change.answer });
    if (asked.query.get('response_mode') === 'form_post') {
      const fields = Object.entries(back).map(([name, value]) => `<input type="hidden" name="${html(name)}" value="${html(value)}">`).join('');
      return { html: `<!doctype html><form method="post" action="${html(known.callback)}">${fields}<button id="submit">Go</button></form>` };
    }
    return { status: 302, headers: { location: `${known.callback}?${new URLSearchParams(back)}` }, json: {} };
  }

  #token(provider, asked) {
    const where = asked.form.get('grant_type') === 'refresh_token' ? 'refresh' : 'token', rule = provider.record[where];
    this.#check(provider, where, { headers: provider.record.token.headers, ...rule }, asked);
    if (!rule) return { status: 400, json: { error: 'unsupported_grant_type' } };
    return this.#refusal(provider, where) ?? { json: this.#fill(provider, { ...rule.answer, ...provider.change[where] }) };
  }

  #document(provider, document, asked) {
    this.#check(provider, document.path, document, asked);
    const { again } = provider.change, says = document.path === provider.record.again?.at && again !== undefined;
    const answer = says ? { ...document.answer, auth_time: Math.floor(Date.now() / 1000) - again } : document.answer; // it may be an array
    return this.#refusal(provider, document.path) ?? { json: this.#fill(provider, answer) };
  }
}
