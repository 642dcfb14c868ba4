// SPDX-License-Identifier: Apache-2.0
// What one tenant gave, shown to another one of the same server, the default one among them: each door that takes it at home answers abroad as it does to
// what is nobody's. The kinds and the doors are those of purpose.mjs.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '../lib/tap.mjs';
import { House, person } from './house.mjs';
import { corpSettings, doors, get, kinds, listApplications, within } from './purpose.mjs';

const DOMAIN = 'login.corp.example';
let houses, counted = 0;

async function open() {
  if (houses) return houses;
  const home = await get(), others = [];
  for (const slug of ['acme', 'corp']) {
    const other = await House.openTenant(home, slug, listApplications());
    await other.cli('connector', 'create', 'corp', '--stored', '--type', 'oidc', '--name', 'Corp', ...corpSettings());
    await other.cli('config', 'set-policy', 'guesses_per_account=1', 'guesses_per_address=100000');
    others.push(other);
  }
  houses = [home, ...others];
  return houses;
}

export async function stop() {} // the server is purpose.mjs's

/** Only the default tenant has the demo, an initial access token and, here, a messenger: there is no such door elsewhere, or none could stand at it. */
const homely = ['initial access token', 'request cookie of the demo', 'visit cookie of the demo', 'e-mail code', 'magic link', 'recovery code', 'recovery link', 'invitation link'];
const shared = Object.keys(kinds).filter((kind) => !homely.includes(kind) && doors.some(({ takes }) => takes.includes(kind)));
const doorsOf = (kind) => doors.filter(({ takes }) => takes.includes(kind));

/** @made of a tenant, with all that was beside it there, as somebody carries it to @house, whose clients show it. */
const carry = (made, house) => ({
  ...made,
  email: undefined,
  ...(made.visitor && { visitor: Object.assign(house.visitor(), { cookies: new Map(made.visitor.cookies) }) }),
  ...(made.form && { form: { ...made.form, ...house.secret(house.web) } }),
});

for (const kind of shared) {
  test(`tenants: ${kind} of one opens nothing of another`, async () => {
    const all = await open(), wrong = [];
    for (const [i, from] of all.entries()) {
      const to = all[(i + 1) % all.length], made = await within(from, kinds[kind]);
      for (const door of doorsOf(kind)) {
        const name = `${door.name} at ${door.route} of ${to.tenant ?? 'the default one'}`;
        if (await within(to, () => door.open(made.value, carry(made, to)))) wrong.push(`it opens ${name}`);
        if (await within(to, () => door.open(made.value, {}))) wrong.push(`it opens ${name}, with what stands beside it there`);
      }
      const [first] = doorsOf(kind);
      if (!await within(from, () => first.open(made.value, made))) wrong.push(`it does not open ${first.name} at home, after it was shown abroad`);
    }
    assert.deepEqual(wrong, []);
  });
}

for (const kind of ['initial access token', 'magic link', 'recovery link', 'invitation link']) {
  test(`tenants: ${kind} of the default one opens nothing of another`, async () => {
    const [home, acme] = await open(), { value } = await within(home, kinds[kind]);
    const [door] = doorsOf(kind).filter(({ route }) => ['POST /oidc/register', 'GET /code/{token}', 'GET /invitation/{token}'].includes(route));
    assert.equal(await within(acme, () => door.open(value, {})), false);
    assert.equal(await within(home, () => door.open(value, {})), true);
  });
}

/** An application that may do everything by @house's management API, and a token of it. */
async function administer(house) {
  const resource = `${house.url}/api/v1`, { scopes } = await house.cli('resource', 'show', 'management');
  const scope = scopes.map(({ name }) => name).join(' ');
  counted += 1;
  const app = await house.cli('app', 'create', '--name', `Administrator ${counted}`, '--kind', 'service', '--scope', scope, '--resource', resource);
  await house.cli('role', 'assign', 'owner', '--to', app.client_id);
  const { access_token, ...rest } = await house.post('/oidc/token', { grant_type: 'client_credentials', scope, resource, ...house.secret(app) });
  assert.ok(access_token, rest.text);
  return access_token;
}

async function api(house, token, method, path, body) {
  const answer = await fetch(`${house.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }, body: body && JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, ...(text.startsWith('{') && JSON.parse(text)) };
}

test('tenants: a management token of one is worth nothing at another', async () => {
  const all = await open();
  for (const [i, from] of all.entries()) {
    const token = await administer(from), to = all[(i + 1) % all.length];
    assert.equal((await api(from, token, 'GET', '/users')).status, 200);
    for (const path of ['/users', '/applications', '/audit-events', '/tenants', '/policy']) {
      const [shown, nobodys] = [await api(to, token, 'GET', path), await api(to, 'nobodys', 'GET', path)];
      assert.deepEqual([shown.status, shown.type, shown.title], [nobodys.status, nobodys.type, nobodys.title], path);
      assert.ok([401, 404].includes(shown.status), `${path}: ${shown.status}`);
    }
  }
  assert.equal((await api(all[1], await administer(all[1]), 'GET', '/tenants')).status, 404, 'only the default tenant has the list of the others');
});

test("tenants: an id of one, asked for by another one's owner, is nobody's", async () => {
  const all = await open();
  for (const [i, from] of all.entries()) {
    const to = all[(i + 1) % all.length], [mine, theirs] = [await administer(from), await administer(to)];
    const make = async (path, body) => { const made = await api(from, mine, 'POST', path, body); assert.equal(made.status, 201, JSON.stringify(made)); return made; };
    const organization = await make('/organizations', { name: `Of ${i}`, slug: `of-${i}` });
    const webhook = await make('/webhooks', { url: 'https://hooks.example.com/', events: ['user.created'] });
    const role = await make('/roles', { name: `clerk-${i}` });
    const user = (await api(from, mine, 'GET', '/users')).items[0], session = (await api(from, mine, 'GET', '/sessions')).items[0];
    const kept = [
      ['/organizations', organization], ['/webhooks', webhook], ['/roles', role], ['/users', user], ['/sessions', session], ['/applications', { id: from.web.client_id }],
    ];
    for (const [path, { id }] of kept) {
      const nobodys = id.slice(0, -8) + (id.endsWith('00000000') ? '11111111' : '00000000');
      for (const method of ['GET', 'DELETE']) {
        const strip = ({ status, type, title, detail }) => JSON.stringify({ status, type, title, detail }).replaceAll(id, 'ID').replaceAll(nobodys, 'ID');
        const shown = await api(to, theirs, method, `${path}/${id}`);
        assert.equal(shown.status, 404, `${method} ${path}/${id}`);
        assert.equal(strip(shown), strip(await api(to, theirs, method, `${path}/${nobodys}`)), `${method} ${path}`);
      }
      assert.equal((await api(from, mine, 'GET', `${path}/${id}`)).status, 200, `${path}/${id} is still there`);
    }
  }
});

test('tenants: while one is suspended nothing of it is worth anything; resumed, all that has not lapsed is again', async () => {
  const [home, , corp] = await open();
  const { value: session } = await within(corp, kinds['session cookie']), { access_token, refresh_token } = await corp.tokens(corp.web);
  const states = async () => ({
    userinfo: await corp.userinfo(access_token),
    active: (await corp.post('/oidc/introspect', { token: access_token, ...corp.secret(corp.web) })).active,
    account: (await fetch(`${corp.url}/account`, { headers: { cookie: `${corp.prefix}session=${session}` }, redirect: 'manual' })).status,
  });
  const before = await states();
  assert.deepEqual(before, { userinfo: 200, active: true, account: 200 });
  await home.cli('tenant', 'suspend', 'corp');
  assert.deepEqual(await states(), { userinfo: 403, active: false, account: 403 });
  assert.equal((await corp.post('/oidc/token', { grant_type: 'refresh_token', refresh_token, ...corp.secret(corp.web) })).status, 403);
  assert.equal((await fetch(`${home.url}/oidc/jwks`)).status, 200);
  await home.cli('tenant', 'resume', 'corp');
  assert.deepEqual(await states(), before);
  assert.equal((await corp.post('/oidc/token', { grant_type: 'refresh_token', refresh_token, ...corp.secret(corp.web) })).status, 200);
});

test("tenants: pages wear their own tenant's look", async () => {
  const [home, acme, corp] = await open(), token = await administer(acme);
  const page = async (house) => {
    const visitor = house.visitor(), { location } = await visitor.send(house.url + house.ask(house.web).path);
    return (await visitor.send(new URL(location, house.url).href)).text;
  };
  const title = async (house) => /<title>.*· (.*)<\/title>/s.exec(await page(house))[1];
  assert.deepEqual([await title(home), await title(acme), await title(corp)], ['Postern', 'acme', 'corp']);
  const set = await api(acme, token, 'PATCH', '/branding', { name: 'Acme & Söhne', accent_color: '#0b6e4f', phrases: { en: { 'Sign in': '<i>Come in</i>' } } });
  assert.equal(set.status, 200, JSON.stringify(set));
  const shown = await page(acme), sheet = /href="(\/t\/acme\/brand\/[^"]+)"/.exec(shown);
  assert.match(shown, /&lt;i&gt;Come in&lt;\/i&gt;/);
  assert.ok(!shown.includes('<i>'));
  assert.match(await (await fetch(home.postern.url + sheet[1])).text(), /#0b6e4f/);
  for (const other of ['/brand/', '/t/corp/brand/']) assert.equal((await fetch(home.postern.url + other + sheet[1].split('/').at(-1))).status, 404);
  assert.deepEqual([await title(home), await title(acme), await title(corp)], ['Postern', 'Acme &amp; Söhne', 'corp']);
  assert.ok(!(await page(home)).includes('Come in'));
  await acme.postern.cli('tenant', 'update', 'corp', '--name', 'Corp Ltd');
  assert.equal(await title(corp), 'Corp Ltd');
});

test('tenants: one is exported whole, without secrets, and comes to life elsewhere by what imports', async () => {
  const [home, acme] = await open(), folder = join(mkdtempSync(join(tmpdir(), 'postern-export-')), 'acme');
  const organization = await acme.cli('organization', 'create', '--name', 'Exported', '--slug', 'exported');
  await acme.cli('member', 'add', organization.id, person.identifier);
  await home.cli('tenant', 'export', 'acme', folder);
  const all = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8')).join('');
  for (const secret of [acme.web.client_secret, acme.machine.client_secret, '$argon2', '"d":', 'PRIVATE KEY']) assert.ok(!all.includes(secret), `${secret.slice(0, 12)} is not in it`);
  const lines = (name) => readFileSync(join(folder, name), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(lines('users.jsonl').some(({ email }) => email === person.identifier));
  assert.ok(lines('members.jsonl').some(({ organization_id }) => organization_id === organization.id));
  assert.ok(lines('audit.jsonl').length > 10 && lines('keys.jsonl').length >= 1);
  assert.equal(JSON.parse(readFileSync(join(folder, 'tenant.json'), 'utf8')).slug, 'acme');
  await assert.rejects(home.cli('tenant', 'export', 'acme', folder), /not there yet/);
  await assert.rejects(home.cli('tenant', 'export', 'nobody', `${folder}-2`), /no such/);
  assert.equal(existsSync(`${folder}-2`), false);
  await home.cli('tenant', 'create', 'copy');
  await home.cli('user', 'import', join(folder, 'users.jsonl'), '--format', 'postern', '--tenant', 'copy');
  const { items } = await home.cli('user', 'list', '--tenant', 'copy', '--limit', '1000');
  assert.deepEqual(items.map(({ id }) => id).sort(), lines('users.jsonl').map(({ id }) => id).sort(), 'people keep their ids, and so their sub');
  await home.cli('connector', 'create', 'corp', '--stored', '--tenant', 'copy', '--type', 'oidc', '--name', 'Corp', ...corpSettings()); // its secret is in no file
  await home.cli('apply', join(folder, 'configuration'), '--tenant', 'copy');
  const names = async (slug) => (await home.cli('app', 'list', '--tenant', slug, '--limit', '1000')).items.map(({ id, client_id, name }) => `${client_id ?? id} ${name}`).sort();
  assert.deepEqual(await names('copy'), await names('acme'));
  rmSync(join(folder, '..'), { recursive: true });
});

/** An answer to @path, asked at @host. */
const at = (house, host, path, headers = {}) => new Promise((resolve, refuse) => {
  request({ host: '127.0.0.1', port: house.port, path, headers: { host, ...headers } }, (answer) => {
    let text = '';
    answer.on('data', (chunk) => { text += chunk; });
    answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
  }).on('error', refuse).end();
});

test('tenants: a domain leads to its tenant alone, and one that is nobody\'s nowhere', async () => {
  const [home] = await open(), { port } = home;
  const here = await House.openTenant(home, 'dom', { web: ['--kind', 'web'] });
  const tokens = await here.tokens(here.web);
  await here.postern.cli('tenant', 'update', 'dom', '--domain', DOMAIN);
  const issuer = async (host, path = '') => { const { status, text } = await at(home, host, `${path}/.well-known/openid-configuration`); return status === 200 ? JSON.parse(text).issuer : status; };
  assert.equal(await issuer(`${DOMAIN}:${port}`), `http://${DOMAIN}:${port}`);
  assert.equal(await issuer(`localhost:${port}`), home.url);
  assert.equal(await issuer(`127.0.0.1:${port}`), home.url, 'an address says nothing: probes come so');
  for (const host of ['login.other.example', `login.other.example:${port}`, `x.${DOMAIN}`, `${DOMAIN}.evil.example`, `localhost.${DOMAIN}`]) {
    assert.equal(await issuer(host), 421, host);
    assert.equal(await issuer(host, '/t/acme'), 421, host);
    const { text, headers } = await at(home, host, '/account');
    assert.equal(headers['set-cookie'], undefined);
    assert.ok(!text.includes(host) && !text.includes('<form'), text);
  }
  assert.equal((await at(home, DOMAIN, '/t/acme/oidc/jwks')).status, 404, 'no other tenant lies below it');
  assert.equal((await at(home, `${DOMAIN}:${port}`, '/oidc/userinfo', { authorization: `Bearer ${tokens.access_token}` })).status, 401, 'a token of the issuer that it was before');
  const back = await at(home, `localhost:${port}`, '/t/dom/account');
  assert.deepEqual([back.status, back.headers.location], [308, `http://${DOMAIN}:${port}/account`]);
  const cookie = (await within(home, kinds['session cookie'])).value;
  for (const name of ['session', 't.dom.session']) assert.notEqual((await at(home, `${DOMAIN}:${port}`, '/account', { cookie: `${name}=${cookie}` })).status, 200);
  await here.postern.cli('tenant', 'update', 'dom', '--no-domains');
  assert.equal(await here.userinfo(tokens.access_token), 200);
});
