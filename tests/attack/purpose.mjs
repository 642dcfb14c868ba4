// SPDX-License-Identifier: Apache-2.0
// Every kind of token at every door that takes any: only its own is let in, and a token that knocked at all the wrong ones
// still opens the right one. The doors are held against the server's own list of routes: a new route needs a row here.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import * as jose from 'jose';
import { Outbox } from '../lib/outbox.mjs';
import { test } from '../lib/tap.mjs';
import { House, callback, person, withFiles } from './house.mjs';
import { Provider } from './provider.mjs';

const after = 'https://app.example.com/after', resource = 'https://api.example.com';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwks = JSON.stringify({ keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'ES256' }] });
const outbox = new Outbox();
let house, provider, listener, logoutToken, count = 0;

/** What each tenant has. */
export const listApplications = () => ({
  web: ['--kind', 'web', '--post-logout-redirect-uri', after],
  other: ['--kind', 'web'],
  told: ['--kind', 'web', '--backchannel-logout-uri', `http://127.0.0.1:${listener.address().port}/`],
  signed: ['--kind', 'web', '--userinfo-alg', 'ES256'],
  opaque: ['--kind', 'web', '--access-token-format', 'opaque'],
  opaqueMachine: ['--kind', 'service', '--scope', 'read', '--resource', resource, '--access-token-format', 'opaque'],
  asker: ['--kind', 'web', '--auth-method', 'private_key_jwt', '--jwks', jwks, '--grant-type', 'authorization_code', '--grant-type', 'client_credentials', '--resource', resource, '--scope', 'openid read'],
  keeper: ['--kind', 'web', '--scope', 'account:read account:write'],
  machine: ['--kind', 'service', '--scope', 'read', '--resource', resource],
  tool: ['--kind', 'native', '--authorization-challenge'],
  otherTool: ['--kind', 'native', '--authorization-challenge'],
});

export async function get() {
  if (house) return house;
  provider = await Provider.start();
  listener = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => { logoutToken(new URLSearchParams(body).get('logout_token')); response.end(); });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  house = await House.open(listApplications(), {
    config: { outbound: { allow: '127.0.0.1' } },
    instances: {
      corp: provider.instance,
      post: outbox.instance,
      'protocol-oidc': 'Type=protocol-oidc\nregistration-token=the-initial-access-token-of-the-tests\n',
      'demo-application': 'Type=demo-application\nenabled=true\n',
    },
  });
  await house.cli('organization', 'create', '--name', 'Acme', '--slug', 'acme');
  await house.cli('config', 'set-policy', 'guesses_per_account=1', 'guesses_per_address=100000', 'codes_per_address=100000');
  return house;
}

export async function stop() {
  provider?.stop();
  listener?.close();
  await house?.close();
  outbox.close();
}

/** Runs @run with kinds and doors that are @other's. */
export async function within(other, run) {
  const before = house;
  house = other;
  try { return await run(); } finally { house = before; }
}

/** The settings by which another tenant has the same provider. */
export const corpSettings = () => provider.instance.trim().split('\n').filter((line) => !/^(Type|Name)=/.test(line));

const claims = (token) => jose.decodeJwt(token);

async function sign(payload) {
  count += 1;
  return new jose.SignJWT({ jti: `jti-${count}`, ...payload }).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).setIssuer(house.asker.client_id).setAudience(house.url)
    .setIssuedAt().setExpirationTime('5m').sign(key.privateKey);
}

/** A browser that has signed in, with all its cookies and the tokens of that. */
async function signedIn(app = house.web) {
  const visitor = house.visitor(), form = await house.codeForm(app, visitor);
  return { visitor, form, cookies: visitor.cookies, tokens: await house.post('/oidc/token', form) };
}

/** A browser on its way back to the demo. */
async function atDemo() {
  const visitor = house.visitor();
  const url = await visitor.walk(`${house.url}/demo/sign-in`, `${house.url}/demo/callback`, person);
  return { visitor, url };
}

async function somebody() {
  count += 1;
  await house.cli('user', 'create', '--email', `somebody${count}@example.com`, '--password', person.password);
  return `somebody${count}@example.com`;
}

/** A browser of somebody's who has asked for a code to do @action, and what was sent: each has an account of their own, so that none takes another's place. `opens`: the door that its own browser stands at. */
async function asked(action) {
  count += 1;
  const email = `reader${count}@example.com`;
  await house.cli('user', 'create', '--email', email, '--email-verified', '--password', person.password);
  const { visitor, path, fields } = await house.atPassword(house.web, email);
  await visitor.send(house.url + path, { method: 'POST', form: { csrf: fields.csrf, action } });
  const { text } = await visitor.send(house.url + path.split('?')[0]);
  const form = visitor.form(text, house.url, {}, ['submit']);
  return { visitor, email, page: form.action, csrf: form.fields.csrf, ...(await outbox.wait(email)) };
}

const askedToSignIn = () => asked('factor:code'), askedToRecover = () => asked('recover');

/** Shows @value in the field @field of the page `code` that @made's browser, or another one's, stands on; whether that goes on. */
const codeDoor = (name, field, taken, ask, isOn) => ({
  name, route: 'POST /sign-in/{flow}', takes: [taken],
  open: async (value, made) => {
    const { visitor, page, csrf } = made.opens === taken ? made : await beside(made, ask);
    const { location } = await visitor.send(page, { method: 'POST', form: { csrf, action: 'continue', [field]: value } });
    if (!location || location.startsWith(callback)) return isOn(location ?? '', '');
    return isOn('', (await visitor.send(new URL(location, house.url).href)).text);
  },
});

const signsIn = (location) => location.includes('code='), asksNewPassword = (location, text) => text.includes('autocomplete="new-password"');

/** Sends @password from a browser of its own, which has only the cookie @device of before. */
async function enter(email, password, device) {
  const { visitor, path, fields } = await house.atPassword(house.web, email);
  if (device) visitor.cookies.set('device', device);
  const { location } = await visitor.send(house.url + path, { method: 'POST', form: { ...fields, password } });
  return { visitor, isIn: location.startsWith(callback) && location.includes('code=') };
}

/** The request of an application that signs people in without a browser; and what it is told. */
const challenged = (app) => Object.fromEntries(new URLSearchParams(house.ask(app).path.split('?')[1])), challenge = (form) => house.post('/oidc/authorize-challenge', form);

/** Each kind: makes one. `value` is what is shown at the doors; the rest is what its own door wants beside it. */
export const kinds = {
  code: async () => { const form = await house.codeForm(house.web); return { value: form.code, form }; },
  'refresh token': async () => ({ value: (await signedIn()).tokens.refresh_token }),
  'access token': async () => ({ value: (await signedIn()).tokens.access_token }),
  'access token of a machine': async () => ({ value: (await house.post('/oidc/token', { grant_type: 'client_credentials', scope: 'read', resource, ...house.secret(house.machine) })).access_token }),
  'access token with the account scopes': async () => {
    const email = await somebody(), { path, verifier } = house.ask(house.keeper, { scope: 'account:read account:write' });
    const back = await house.visitor().walk(`${house.url}${path}`, callback, { ...person, identifier: email });
    const form = { grant_type: 'authorization_code', code: back.searchParams.get('code'), redirect_uri: callback, code_verifier: verifier };
    return { value: (await house.post('/oidc/token', { ...form, ...house.secret(house.keeper) })).access_token };
  },
  'opaque access token': async () => ({ value: (await signedIn(house.opaque)).tokens.access_token }),
  'opaque access token of a machine': async () => ({ value: (await house.post('/oidc/token', { grant_type: 'client_credentials', scope: 'read', resource, ...house.secret(house.opaqueMachine) })).access_token }),
  'ID token': async () => { const { tokens, visitor } = await signedIn(); return { value: tokens.id_token, visitor }; },
  'ID token of another application': async () => { const { tokens, visitor } = await signedIn(house.told); return { value: tokens.id_token, visitor }; },
  'logout token': async () => {
    const received = new Promise((resolve) => { logoutToken = resolve; });
    const { tokens } = await signedIn(house.told);
    await house.cli('session', 'end', claims(tokens.id_token).sid);
    return { value: await received };
  },
  'userinfo as a JWT': async () => {
    const { tokens } = await signedIn(house.signed);
    return { value: await (await fetch(`${house.url}/oidc/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).text() };
  },
  'client secret': async () => ({ value: house.machine.client_secret }),
  'client assertion': async () => ({ value: await sign({ sub: house.asker.client_id }) }),
  'request object': async () => ({ value: await sign({ client_id: house.asker.client_id, response_type: 'code' }) }),
  'initial access token': async () => ({ value: 'the-initial-access-token-of-the-tests' }),
  'code verifier': async () => { const form = await house.codeForm(house.web); return { value: form.code_verifier, form }; },
  'flow handle': async () => { const { path, visitor } = await house.atPassword(house.web); return { value: path.split(/[/?]/)[2], visitor }; },
  'flow cookie': async () => { const { path, visitor } = await house.atPassword(house.web); return { value: visitor.cookies.get('flow'), path }; },
  'form token': async () => { const { path, visitor, fields } = await house.atPassword(house.web); return { value: fields.csrf, visitor, path }; },
  'form cookie': async () => { const { path, visitor, fields } = await house.atPassword(house.web); return { value: visitor.cookies.get('postern-csrf'), csrf: fields.csrf, visitor, path }; },
  'session cookie': async () => ({ value: (await signedIn()).cookies.get('session') }),
  'device cookie': async () => {
    const email = await somebody(), { visitor } = await enter(email, person.password);
    return { value: visitor.cookies.get('device'), email };
  },
  'e-mail code': async () => { const made = await askedToSignIn(); return { ...made, value: made.code, opens: 'e-mail code' }; },
  'magic link': async () => { const made = await askedToSignIn(); return { ...made, value: made.token, opens: 'magic link' }; },
  'recovery code': async () => { const made = await askedToRecover(); return { ...made, value: made.code, opens: 'recovery code' }; },
  'recovery link': async () => { const made = await askedToRecover(); return { ...made, value: made.token, opens: 'recovery link' }; },
  'invitation link': async () => {
    count += 1;
    await house.cli('invitation', 'create', 'acme', '--email', `invited${count}@example.com`);
    return { value: (await outbox.wait(`invited${count}@example.com`)).token };
  },
  'set-up link': async () => ({ value: (await house.cli('setup')).url.split('/setup/')[1] }),
  'state at a provider': async () => {
    const visitor = house.visitor();
    const page = await house.stand(visitor, `${house.url}${house.ask(house.web).path}`, {}, 'identifier');
    const { location } = await visitor.send(house.url + page.path, { method: 'POST', form: { ...page.fields, action: 'connector:corp' } });
    return { value: new URL(location).searchParams.get('state'), code: provider.back(location, 'somebody').searchParams.get('code'), visitor };
  },
  'request cookie of the demo': async () => {
    const { visitor, url } = await atDemo();
    return { value: visitor.cookies.get('demo-request'), url };
  },
  'visit cookie of the demo': async () => {
    const { visitor, url } = await atDemo();
    await visitor.send(url.href);
    return { value: visitor.cookies.get('demo') };
  },
  'auth session': async () => ({ value: (await challenge({ ...challenged(house.tool) })).auth_session }),
  'kept auth session': async () => {
    const { auth_session } = await challenge(challenged(house.tool));
    return { value: (await challenge({ client_id: house.tool.client_id, auth_session, ...person })).auth_session };
  },
  'request URI': async () => {
    const { auth_session } = await challenge(challenged(house.tool));
    return { value: (await challenge({ client_id: house.tool.client_id, auth_session, action: 'connector:corp' })).request_uri };
  },
  'client id': async () => ({ value: house.web.client_id }),
  'user id': async () => ({ value: claims((await signedIn()).tokens.id_token).sub }),
  'session id': async () => ({ value: claims((await signedIn()).tokens.id_token).sid }),
  'grant id': async () => ({ value: claims((await signedIn()).tokens.access_token).grant_id }),
  jti: async () => ({ value: claims((await signedIn()).tokens.access_token).jti }),
};

const ok = async (answer) => (await answer).status === 200;
const basic = (id, secret) => ({ authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}` });
const bearer = (value) => ({ authorization: `Bearer ${value}` });
const fetchFrom = (path, options) => fetch(`${house.url}${path}`, { redirect: 'manual', ...options });
const cookies = (pairs) => ({ cookie: Object.entries(pairs).map(([name, value]) => `${house.prefix}${name}=${value}`).join('; ') });
/** Where an answer leads, as seen from the public URL. */
const leadsTo = (answer) => { const location = answer.headers.get('location') ?? '', { pathname } = new URL(`${house.url}/`); return location.startsWith(pathname) ? `/${location.slice(pathname.length)}` : location; };

/** What a door wants beside a value that came without it: made by @make, once for each value. */
const companions = new WeakMap();
async function beside(made, make) {
  if (!companions.has(made)) companions.set(made, new Map());
  const all = companions.get(made);
  if (!all.has(make)) all.set(make, await make());
  return all.get(make);
}

const aFlow = () => house.atPassword(house.web), aCode = () => house.codeForm(house.web), aSignIn = () => signedIn(), anAccount = () => somebody();

const asserted = (value) => ({ client_assertion_type: assertionType, client_assertion: value });
const credentials = { grant_type: 'client_credentials', scope: 'read', resource };

/** The three ways to show a client, at the endpoint @path with the rest of a form that is in order. */
const clientDoors = (path, form, isIn = ok) => [
  { name: 'client_secret', route: `POST ${path}`, takes: ['client secret'], open: (value) => isIn(house.post(path, { ...form, client_id: house.machine.client_id, client_secret: value })) },
  { name: 'Basic', route: `POST ${path}`, takes: ['client secret'], open: (value) => isIn(house.post(path, form, basic(house.machine.client_id, value))) },
  { name: 'client_assertion', route: `POST ${path}`, takes: ['client assertion'], open: (value) => isIn(house.post(path, { ...form, ...asserted(value) })) },
];

const isActive = async (token, app = house.web) => (await house.post('/oidc/introspect', { token, ...house.secret(app) })).active === true;

/** Whether @app's word ends a token that its owner could use. */
async function revokes(token, app, owner = house.web) {
  const before = await isActive(token, owner);
  await house.post('/oidc/revoke', { token, ...house.secret(app) });
  return before && !(await isActive(token, owner));
}

/** An answer without asking (prompt=none) in @visitor's browser: the code comes, or it does not. */
async function silently(parameters, headers, method = 'GET') {
  const query = house.ask(house.web, { prompt: 'none', ...parameters }).path.split('?')[1];
  const answer = method === 'GET' ? await fetchFrom(`/oidc/authorize?${query}`, { headers }) : await house.post('/oidc/authorize', new URLSearchParams(query), headers);
  const location = answer.headers.get('location') ?? '';
  if (method === 'POST' && location.includes('/oidc/authorize?')) return (await fetchFrom(location.slice(location.indexOf('/oidc/')), { headers })).headers.get('location')?.includes('code=');
  return location.startsWith(callback) && location.includes('code=');
}

const hintDoor = (route, open) => ({ name: 'id_token_hint', route, takes: ['ID token'], open });

/** Begins to change the password, by the page that asks for the old one. */
const changeDoor = (route, path) => ({
  name: 'cookie session', route, takes: ['session cookie'],
  open: async (value) => {
    const visitor = house.visitor();
    visitor.cookies.set('session', value);
    const { location } = await visitor.send(house.url + path);
    return (await visitor.send(new URL(location, house.url).href)).text.includes('id="current_password"');
  },
});

/** Asks for a page that only who is signed in may see. */
const sessionDoor = (path, isIn, pattern = path) => ({
  name: 'cookie session', route: `GET ${pattern}`, takes: ['session cookie'],
  open: async (value) => isIn(await fetchFrom(path, { headers: cookies({ session: value }) })),
});

/** A form of ours that is in order but for one thing; it counts as let in when it is not said to be stale. */
async function sendForm(path, form, pairs) {
  const answer = await house.post(path, form, cookies(pairs));
  return answer.status !== 410 && answer.status !== 403;
}

const formDoors = (route, path, form, encode = (made) => made) => [
  {
    name: 'csrf', route, takes: ['form token'],
    open: async (value, made) => {
      const visitor = made.visitor ?? (await beside(made, aFlow)).visitor;
      return sendForm(path, encode({ ...form, csrf: value }), Object.fromEntries(visitor.cookies));
    },
  },
  {
    name: 'cookie postern-csrf', route, takes: ['form cookie'],
    open: async (value, made) => {
      const { fields, visitor } = made.csrf ? { fields: { csrf: made.csrf }, visitor: made.visitor } : await beside(made, aFlow);
      return sendForm(path, encode({ ...form, csrf: fields.csrf }), { ...Object.fromEntries(visitor.cookies), 'postern-csrf': value });
    },
  },
];

/** A signed-in browser whose session cookie is @value, sending a form; where is it sent? */
const formSessionDoor = (path, form, isIn, pattern = path, encode = (made) => made) => ({
  name: 'cookie session', route: `POST ${pattern}`, takes: ['session cookie'],
  open: async (value, made) => {
    const { fields, visitor } = await beside(made, aFlow);
    return isIn(await house.post(path, encode({ ...form, csrf: fields.csrf }), cookies({ 'postern-csrf': visitor.cookies.get('postern-csrf'), session: value })));
  },
});

/** A page of an organization's own administrators, and its form where it has one: whoever is signed in is told that there is no such organization. */
const organizationDoors = (rest, value, form = {}, encode = undefined) => {
  const pattern = `/organizations/{organization}${rest}`, path = `/organizations/org_00000000000000000000000000${rest.replace(/\{.*\}/, value)}`, isIn = (answer) => answer.status === 404;
  return [sessionDoor(path, isIn, pattern), ...(form ? [formSessionDoor(path, form, isIn, pattern, encode), ...formDoors(`POST ${pattern}`, path, form, encode)] : [])];
};

/** Pages of the console, which no session opens but an administrator's: tests/e2e/console.mjs tries that. */
const consoleDoors = (route, path, form) => {
  const door = form ? formSessionDoor(path, form, (answer) => (answer.headers.get('location') ?? '').includes('/console')) : sessionDoor(path, (answer) => answer.status === 200);
  return [{ ...door, name: 'cookie session, of who is no administrator,', route, takes: [] }, ...(form ? formDoors(route, path, form) : [])];
};

const flowPage = async (handle, pairs) => (await fetchFrom(`/sign-in/${encodeURIComponent(handle)}`, { headers: cookies(pairs) })).status === 200;

/** Whether a form that is in order goes on with the flow. */
async function submits(handle, pairs) {
  const visitor = house.visitor();
  visitor.cookies = new Map(pairs);
  const page = await house.atPassword(house.web);
  visitor.cookies.set('postern-csrf', page.visitor.cookies.get('postern-csrf'));
  return (await visitor.send(`${house.url}/sign-in/${encodeURIComponent(handle)}`, { method: 'POST', form: { action: 'other', csrf: page.fields.csrf } })).status === 303;
}

const stateDoor = (route, send) => ({
  name: 'state', route, takes: ['state at a provider'],
  open: async (value, made) => {
    const before = provider.counts['/token'] ?? 0;
    const { visitor } = made.visitor ? made : await beside(made, aFlow);
    await send({ state: value, code: made.code ?? 'c' }, cookies(Object.fromEntries(visitor.cookies)));
    return (provider.counts['/token'] ?? 0) > before;
  },
});

const callBack = (query, headers) => fetchFrom(`/callback/corp?${new URLSearchParams(query)}`, { headers });

/** Where an answer sends the browser in the end: a POST may first become a GET of our own. */
async function arrive(answer) {
  const location = leadsTo(answer).replace(house.url, '');
  return location.startsWith('/') ? arrive(await fetchFrom(location)) : location;
}

/** The account API. */
const accountRoutes = [
  'GET profile', 'PATCH profile', 'GET preferences', 'PATCH preferences', 'GET sign-in-methods', 'PATCH sign-in-methods/{method}', 'DELETE sign-in-methods/{method}',
  'GET sessions', 'DELETE sessions', 'DELETE sessions/{session}', 'GET applications', 'DELETE applications/{application}', 'GET activity', 'GET data', 'DELETE deletion', 'POST deletion',
].map((route) => route.replace(' ', ' /api/account/'));

/** Who is let in is told anything else than that the token does not do. */
async function asksAccount(route, headers, query = '') {
  const [method, pattern] = route.split(' ');
  const answer = await fetchFrom(pattern.replace(/\{\w+\}/, 'nobody') + query, { method, headers, ...(method === 'PATCH' && { body: '{"nothing":true}' }) });
  return !answer.headers.has('www-authenticate');
}

export const doors = [
  { name: 'code', route: 'POST /oidc/token', takes: ['code'], open: (value, { form }) => ok(house.post('/oidc/token', { grant_type: 'authorization_code', redirect_uri: callback, code_verifier: 'x'.repeat(43), ...house.secret(house.web), ...form, code: value })) },
  { name: 'code_verifier', route: 'POST /oidc/token', takes: ['code verifier'], open: async (value, made) => ok(house.post('/oidc/token', { ...(made.form ?? await beside(made, aCode)), code_verifier: value })) },
  { name: 'refresh_token', route: 'POST /oidc/token', takes: ['refresh token'], open: (value) => ok(house.post('/oidc/token', { grant_type: 'refresh_token', refresh_token: value, ...house.secret(house.web) })) },
  { name: 'code, by another application,', route: 'POST /oidc/token', takes: [], open: (value, { form }) => ok(house.post('/oidc/token', { grant_type: 'authorization_code', redirect_uri: callback, code_verifier: form?.code_verifier ?? 'x'.repeat(43), ...house.secret(house.other), code: value })) },
  { name: 'refresh_token, by another application,', route: 'POST /oidc/token', takes: [], open: (value) => ok(house.post('/oidc/token', { grant_type: 'refresh_token', refresh_token: value, ...house.secret(house.other) })) },
  ...clientDoors('/oidc/token', credentials),
  ...clientDoors('/oidc/introspect', { token: 'nothing' }),
  ...clientDoors('/oidc/revoke', { token: 'nothing' }),
  ...['/access/v1/evaluation', '/access/v1/evaluations'].map((path) => ({ // no form, so by Basic alone
    name: 'Basic', route: `POST ${path}`, takes: ['client secret'],
    open: async (value) => (await fetchFrom(path, { method: 'POST', headers: { ...basic(house.machine.client_id, value), 'content-type': 'application/json' }, body: '{}' })).status === 400, // who is known is told what else is wrong
  })),
  { name: 'token', route: 'POST /oidc/introspect', takes: ['refresh token', 'access token'], open: (value) => isActive(value) },
  { name: 'token, by another application,', route: 'POST /oidc/introspect', takes: [], open: (value) => isActive(value, house.other) },
  { name: 'token, by who gets opaque ones,', route: 'POST /oidc/introspect', takes: ['opaque access token'], open: (value) => isActive(value, house.opaque) },
  { name: 'token, by who gets opaque ones,', route: 'POST /oidc/revoke', takes: ['opaque access token'], open: (value) => revokes(value, house.opaque, house.opaque) },
  { name: 'opaque token, by another application,', route: 'POST /oidc/revoke', takes: [], open: (value) => revokes(value, house.other, house.opaque) },
  { name: 'token', route: 'POST /oidc/revoke', takes: ['refresh token', 'access token'], open: (value) => revokes(value, house.web) },
  { name: 'token, by another application,', route: 'POST /oidc/revoke', takes: [], open: (value) => revokes(value, house.other) },
  { name: 'Bearer', route: 'GET /oidc/userinfo', takes: ['access token', 'opaque access token'], open: (value) => ok(fetchFrom('/oidc/userinfo', { headers: bearer(value) })) },
  { name: 'query access_token', route: 'GET /oidc/userinfo', takes: [], open: (value) => ok(fetchFrom(`/oidc/userinfo?access_token=${encodeURIComponent(value)}`)) },
  { name: 'Bearer', route: 'POST /oidc/userinfo', takes: ['access token', 'opaque access token'], open: (value) => ok(house.post('/oidc/userinfo', {}, bearer(value))) },
  { name: 'access_token', route: 'POST /oidc/userinfo', takes: ['access token', 'opaque access token'], open: (value) => ok(house.post('/oidc/userinfo', { access_token: value })) },
  // Not even an access token, without the scope upstream_tokens; tests/connectors holds what one with it opens.
  { name: 'Bearer', route: 'GET /oidc/upstream-token/{connector}', takes: [], open: (value) => ok(fetchFrom('/oidc/upstream-token/corp', { headers: bearer(value) })) },
  // Nor without the scopes of the account API, which the last one has; tests/e2e/account-api.mjs walks through what they open.
  ...accountRoutes.flatMap((route) => [
    { name: 'Bearer', route, takes: ['access token with the account scopes'], open: (value) => asksAccount(route, bearer(value)) },
    { name: 'query access_token', route, takes: [], open: (value) => asksAccount(route, {}, `?access_token=${encodeURIComponent(value)}`) },
    { name: 'cookie session', route, takes: [], open: (value) => asksAccount(route, cookies({ session: value })) },
  ]),
  {
    name: 'Bearer', route: 'POST /oidc/register', takes: ['initial access token'],
    open: async (value) => (await fetchFrom('/oidc/register', { method: 'POST', headers: { ...bearer(value), 'content-type': 'application/json' }, body: JSON.stringify({ redirect_uris: [callback] }) })).status === 201,
  },

  ...['GET', 'POST'].flatMap((method) => [
    hintDoor(`${method} /oidc/authorize`, async (value, made) => silently({ id_token_hint: value }, cookies({ session: (made.visitor?.cookies.get('session') ? made : await beside(made, aSignIn)).visitor.cookies.get('session') }), method)),
    { name: 'cookie session', route: `${method} /oidc/authorize`, takes: ['session cookie'], open: (value) => silently({}, cookies({ session: value }), method) },
  ]),
  {
    name: 'request', route: 'GET /oidc/authorize', takes: ['request object'],
    open: async (value) => leadsTo(await fetchFrom(house.ask(house.asker, { request: value }).path)).startsWith('/sign-in/'),
  },
  ...[['tool', ['request URI']], ['otherTool', []]].map(([app, takes]) => ({
    name: takes.length ? 'request_uri' : 'request_uri, by another application,', route: 'GET /oidc/authorize', takes,
    open: async (value) => leadsTo(await fetchFrom(`/oidc/authorize?${new URLSearchParams({ client_id: house[app].client_id, request_uri: value })}`)).startsWith('/sign-in/'),
  })),
  hintDoor('GET /oidc/logout', async (value) => ((await fetchFrom(`/oidc/logout?${new URLSearchParams({ id_token_hint: value, post_logout_redirect_uri: after })}`)).headers.get('location') ?? '').startsWith(after)),
  hintDoor('POST /oidc/logout', async (value) => (await arrive(await house.post('/oidc/logout', { id_token_hint: value, post_logout_redirect_uri: after }))).startsWith(after)),
  sessionDoor('/oidc/logout', async (answer) => (await answer.text()).includes('id="logout-confirm"')),
  ...formDoors('POST /oidc/logout/confirm', '/oidc/logout/confirm', { action: 'cancel' }),

  ...[['tool', ['auth session']], ['otherTool', []]].map(([app, takes]) => ({
    name: takes.length ? 'auth_session' : 'auth_session, by another application,', route: 'POST /oidc/authorize-challenge', takes,
    open: async (value) => (await challenge({ client_id: house[app].client_id, auth_session: value, identifier: person.identifier })).page?.name === 'password',
  })),
  ...[['tool', ['kept auth session']], ['otherTool', []]].map(([app, takes]) => ({
    name: takes.length ? 'auth_session, to begin with' : 'auth_session, to begin with, by another application,', route: 'POST /oidc/authorize-challenge', takes,
    open: async (value) => !value.startsWith('flw_') && ok(challenge({ ...challenged(house[app]), prompt: 'none', auth_session: value })), // one of a page would be answered by it
  })),
  { name: 'id_token_hint', route: 'POST /oidc/authorize-challenge', takes: [], open: async (value) => (await challenge({ ...challenged(house.tool), id_token_hint: value })).page?.name === 'identifier' }, // all there are were another application's
  ...clientDoors('/oidc/authorize-challenge', {}, async (answer) => (await answer).error !== 'invalid_client'), // who is known is told what else is wrong
  { name: 'a browser\'s cookies', route: 'POST /oidc/authorize-challenge', takes: [], open: async (value) => (await house.post('/oidc/authorize-challenge', { ...challenged(house.tool), prompt: 'none' }, cookies({ session: value, flow: value, device: value }))).status === 200 },

  { name: 'path', route: 'GET /sign-in/{flow}', takes: ['flow handle'], open: async (value, made) => flowPage(value, Object.fromEntries((made.visitor ?? (await beside(made, aFlow)).visitor).cookies)) },
  { name: 'cookie flow', route: 'GET /sign-in/{flow}', takes: ['flow cookie'], open: async (value, made) => flowPage((made.path ?? (await beside(made, aFlow)).path).split(/[/?]/)[2], { flow: value }) },
  { name: 'path', route: 'POST /sign-in/{flow}', takes: ['flow handle'], open: async (value, made) => submits(value, (made.visitor ?? (await beside(made, aFlow)).visitor).cookies) },
  { name: 'cookie flow', route: 'POST /sign-in/{flow}', takes: ['flow cookie'], open: async (value, made) => {
    const { path, visitor } = made.path ? { path: made.path, visitor: (await beside(made, aFlow)).visitor } : await beside(made, aFlow);
    return submits(path.split(/[/?]/)[2], new Map([...visitor.cookies, ['flow', value]]));
  } },
  ...formDoors('POST /sign-in/{flow}', '/sign-in/flw_00000000000000000000000000', {}).map((door) => ({ ...door, open: async (value, made) => {
    const { path, visitor, fields } = made.path && made.visitor ? { path: made.path, visitor: made.visitor, fields: { csrf: made.csrf } } : await beside(made, aFlow);
    const pairs = Object.fromEntries(visitor.cookies);
    if (door.name === 'csrf') return sendForm(path, { action: 'other', csrf: value }, pairs);
    return sendForm(path, { action: 'other', csrf: fields.csrf }, { ...pairs, 'postern-csrf': value });
  } })),
  {
    name: 'cookie device', route: 'POST /sign-in/{flow}', takes: ['device cookie'],
    open: async (value, made) => {
      const email = made.email ?? await beside(made, anAccount);
      await enter(email, 'a wrong guess that locks others out');
      return (await enter(email, person.password, value)).isIn;
    },
  },

  codeDoor('code to sign in', 'code', 'e-mail code', askedToSignIn, signsIn),
  codeDoor('link to sign in', 'link', 'magic link', askedToSignIn, signsIn),
  codeDoor('code to recover', 'code', 'recovery code', askedToRecover, asksNewPassword),
  codeDoor('link to recover', 'link', 'recovery link', askedToRecover, asksNewPassword),
  { name: 'path', route: 'GET /code/{token}', takes: ['magic link', 'recovery link'], open: (value) => ok(fetchFrom(`/code/${encodeURIComponent(value)}`)) },

  { name: 'path', route: 'GET /invitation/{token}', takes: ['invitation link'], open: (value) => ok(fetchFrom(`/invitation/${encodeURIComponent(value)}`)) },
  { name: 'cookie invitation', route: 'GET /invitation', takes: ['invitation link'], open: (value) => ok(fetchFrom('/invitation', { headers: cookies({ invitation: value }) })) },
  {
    name: 'token', route: 'POST /invitation', takes: ['invitation link'],
    open: async (value, made) => {
      const { fields, visitor } = await beside(made, aFlow);
      const answer = await house.post('/invitation', { action: 'continue', token: value, csrf: fields.csrf }, cookies({ 'postern-csrf': visitor.cookies.get('postern-csrf') }));
      return (answer.headers.get('location') ?? '').startsWith('/sign-in/'); // elsewhere: to the page of a link that is not good
    },
  },
  ...formDoors('POST /invitation', '/invitation', { action: 'accept', token: 'x' }),

  stateDoor('GET /callback/{instance}', callBack),
  stateDoor('POST /callback/{instance}', (form, headers) => house.post('/callback/corp', form, headers)),
  { name: 'path', route: 'GET /setup/{ticket}', takes: ['set-up link'], open: async (value) => (await fetchFrom(`/setup/${encodeURIComponent(value)}`)).status === 303 },

  sessionDoor('/account', (answer) => answer.status === 200),
  changeDoor('GET /account/password', '/account/password'),
  changeDoor('GET /account/change/{task}', '/account/change/change-password'),
  sessionDoor('/account/profile', (answer) => answer.status === 200),
  sessionDoor('/account/data', (answer) => answer.status === 200),
  sessionDoor('/account/delete', (answer) => answer.status === 200),
  formSessionDoor('/account/profile', { name: 'Ada' }, (answer) => leadsTo(answer) === '/account?notice=profile'),
  formSessionDoor('/account/delete', { action: 'nothing' }, (answer) => leadsTo(answer) === '/account'),
  sessionDoor('/account/name/crd_00000000000000000000000000', (answer) => answer.status === 404, '/account/name/{credential}'),
  formSessionDoor('/account/name/crd_00000000000000000000000000', { name: 'Ada' }, (answer) => answer.status === 404, '/account/name/{credential}'),
  ...formDoors('POST /account/name/{credential}', '/account/name/crd_00000000000000000000000000', { name: 'Ada' }),
  ...formDoors('POST /account/profile', '/account/profile', { name: 'Ada' }),
  ...formDoors('POST /account/delete', '/account/delete', { action: 'nothing' }),
  sessionDoor('/account/organizations/org_00000000000000000000000000', (answer) => answer.status === 404, '/account/organizations/{organization}'),
  formSessionDoor('/account/organizations/org_00000000000000000000000000', { action: 'leave' }, (answer) => answer.headers.get('location') === '/account?notice=left', '/account/organizations/{organization}'),
  ...formDoors('POST /account/organizations/{organization}', '/account/organizations/org_00000000000000000000000000', { action: 'leave' }),
  sessionDoor('/account/sign-out', (answer) => answer.status === 200),
  sessionDoor('/account/welcome', (answer) => answer.status === 200),
  formSessionDoor('/account', { action: 'revoke:app_00000000000000000000000000' }, (answer) => leadsTo(answer) === '/account'),
  formSessionDoor('/account/sign-out', { action: 'cancel' }, (answer) => leadsTo(answer) === '/account'),
  ...formDoors('POST /account', '/account', { action: 'nothing' }),
  ...formDoors('POST /account/sign-out', '/account/sign-out', { action: 'cancel' }),
  ...organizationDoors('', '', null),
  ...organizationDoors('/members', '', null),
  ...organizationDoors('/members/{member}', 'usr_00000000000000000000000000', { action: 'remove' }),
  ...organizationDoors('/invitations', '', { action: 'invite', email: 'x@example.com' }),
  ...organizationDoors('/groups', '', { action: 'make', name: 'x' }),
  ...organizationDoors('/groups/{group}', 'grp_00000000000000000000000000', { action: 'delete' }),
  ...organizationDoors('/roles', '', { action: 'make', name: 'x' }),
  ...organizationDoors('/roles/{role}', 'rol_00000000000000000000000000', { action: 'delete' }),
  ...organizationDoors('/domains', '', { action: 'add', domain: 'x.example' }),
  ...organizationDoors('/sign-in', '', { action: 'save' }),
  ...organizationDoors('/look', '', { action: 'save', logo: new File(['<svg/>'], 'a.svg') }, withFiles),
  ...organizationDoors('/log', '', null),
  ...consoleDoors('GET /console', '/console'),
  ...consoleDoors('GET /console/add', '/console/add'),
  ...consoleDoors('GET /console/add/{type}', '/console/add/oidc'),
  ...consoleDoors('POST /console/add/{type}', '/console/add/demo', { id: 'added' }),
  ...consoleDoors('GET /console/guide/{type}', '/console/guide/oidc'),
  ...consoleDoors('GET /console/connectors/{id}', '/console/connectors/corp'),
  ...consoleDoors('POST /console/connectors/{id}', '/console/connectors/corp', { action: 'try' }),
  ...consoleDoors('GET /console/connectors/{id}/delete', '/console/connectors/corp/delete'),
  ...consoleDoors('POST /console/connectors/{id}/delete', '/console/connectors/corp/delete', { action: 'delete' }),
  {
    name: 'cookie demo', route: 'GET /demo', takes: ['visit cookie of the demo'],
    open: async (value) => (await (await fetchFrom('/demo', { headers: cookies({ demo: value }) })).text()).includes('/demo/sign-out'),
  },
  {
    name: 'cookie demo', route: 'GET /demo/sign-out', takes: ['visit cookie of the demo'],
    open: async (value) => ((await fetchFrom('/demo/sign-out', { headers: cookies({ demo: value }) })).headers.get('location') ?? '').includes('id_token_hint='),
  },
  {
    name: 'cookie demo-request', route: 'GET /demo/callback', takes: ['request cookie of the demo'],
    open: async (value, made) => {
      const { url } = made.url ? made : await beside(made, atDemo);
      return (await fetchFrom(url.pathname + url.search, { headers: cookies({ 'demo-request': value }) })).status === 303;
    },
  },
  {
    name: 'code', route: 'GET /demo/callback', takes: [],
    open: async (value, made) => {
      const { visitor, url } = await beside(made, atDemo);
      return (await fetchFrom(`/demo/callback?${new URLSearchParams({ state: url.searchParams.get('state'), code: value })}`, { headers: cookies(Object.fromEntries(visitor.cookies)) })).status === 303;
    },
  },
];

/** These take nothing: whatever is shown to them, the answer is that to a word of the same length. */
const blind = [
  'GET /livez', 'GET /readyz', 'GET /assets/{rest...}', 'GET /brand/{file}', 'GET /.well-known/openid-configuration',
  'GET /.well-known/oauth-authorization-server', 'GET /.well-known/authzen-configuration', 'GET /oidc/jwks', 'GET /',
  'GET /.well-known/change-password', 'GET /.well-known/passkey-endpoints', 'GET /.well-known/webauthn', 'GET /account/signed-out', 'GET /demo/sign-in', 'GET /dev/outbox', 'GET /dev/outbox/{message}',
];

/** The server's own list, "METHOD PATTERN" -> flags; without those of the admin socket that the public listener has, too. */
const listRoutes = () => new Map(house.routes().sort((a, b) => b.flags.includes('admin') - a.flags.includes('admin')).map(({ method, pattern, flags }) => [`${method} ${pattern}`, flags]));

/** The management API: its own table says which permission each row needs (src/api/postern-api-access-test.c); none of ours here has one. */
const isManagement = (route) => / \/api\/v1\//.test(route);

test('purpose: every route of the server has its row', async () => {
  await get();
  const routes = [...listRoutes()].filter(([route, flags]) => !flags.includes('admin') && !isManagement(route)).map(([route]) => route);
  const rows = new Set([...doors.map(({ route }) => route), ...blind]);
  assert.deepEqual([...rows].sort(), [...new Set(routes)].sort());
});

test('purpose: every form of ours has a door for its form token', async () => {
  await get();
  const forms = [...listRoutes()].filter(([, flags]) => flags.includes('csrf')).map(([route]) => route);
  assert.deepEqual(doors.filter(({ name }) => name === 'csrf').map(({ route }) => route).sort(), forms.sort());
});

for (const [kind, make] of Object.entries(kinds)) {
  test(`purpose: ${kind} opens its own doors only`, async () => {
    await get();
    const made = await make(), wrong = [];
    assert.ok(typeof made.value === 'string' && made.value.length > 2, JSON.stringify(made.value));
    for (const door of doors) if (!door.takes.includes(kind) && await door.open(made.value, made)) wrong.push(`it opens ${door.name} at ${door.route}`);
    let first = true;
    for (const door of doors.filter(({ takes }) => takes.includes(kind))) {
      const fresh = first ? made : await make(); // the first one shows that knocking elsewhere has not used it up
      if (!await door.open(fresh.value, fresh)) wrong.push(`it does not open ${door.name} at ${door.route}${first ? ', after it was shown elsewhere' : ''}`);
      first = false;
    }
    assert.deepEqual(wrong, []);
  });
}

test('purpose: what takes nothing is the same whatever is shown to it', async () => {
  await get();
  const show = async (path, value) => {
    const query = new URLSearchParams(['token', 'code', 'access_token', 'id_token_hint', 'state'].map((name) => [name, value]));
    const answer = await fetchFrom(`${path}?${query}`, { headers: { ...bearer(value), ...cookies(Object.fromEntries(['session', 'flow', 'device', 'demo'].map((name) => [name, value]))) } });
    const location = (answer.headers.get('location') ?? '').replace(/(state|nonce|code_challenge)=[^&]*/g, '');
    return { status: answer.status, location, text: (await answer.text()).replace(/req_\w+/g, '').replace(/name="csrf" value="[^"]*"/g, '') };
  };
  for (const make of Object.values(kinds)) {
    const { value } = await make();
    for (const route of blind) {
      const path = route.split(' ')[1].replace('{rest...}', 'postern.css');
      // A mail of before may come between two looks at the outbox: what depends on the value differs each time.
      for (let tries = 5; ; tries -= 1) {
        const one = await show(path, value), other = await show(path, 'x'.repeat(value.length));
        if (!tries || isDeepStrictEqual(one, other)) { assert.deepEqual(one, other, route); break; }
        await new Promise((wake) => setTimeout(wake, 200));
      }
    }
  }
});

test('purpose: no route of the management API opens to what was made for something else', async () => {
  await get();
  const routes = [...listRoutes()].filter(([route]) => isManagement(route) && !['GET /api/v1/openapi.json', 'GET /api/v1/audit/keys'].includes(route)).map(([route]) => route.split(' '));
  const knock = async ([method, pattern], headers) => (await fetchFrom(pattern.replace(/\{\w+\}/g, 'x'), { method, headers, ...(method !== 'GET' && { body: '{}' }) })).status;
  assert.ok(routes.length > 40, `${routes.length} routes`);
  for (const route of routes) assert.equal(await knock(route, {}), 401, route.join(' '));
  for (const [kind, make] of Object.entries(kinds)) {
    const { value } = await make();
    for (const route of routes) assert.ok([400, 401].includes(await knock(route, bearer(value))), `${route.join(' ')}: ${kind}`);
    assert.ok([400, 401].includes(await knock(routes[0], cookies(Object.fromEntries(['session', 'flow', 'device', 'demo'].map((name) => [name, value]))))), kind);
  }
});
