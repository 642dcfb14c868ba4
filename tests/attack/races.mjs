// SPDX-License-Identifier: Apache-2.0
// Many at the same moment: of what may be used once exactly one use succeeds, and every guess counts.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import * as jose from 'jose';
import { Outbox } from '../lib/outbox.mjs';
import { Visitor } from '../lib/visitor.mjs';
import { test } from '../lib/tap.mjs';
import { House, callback, cookieHeader, person } from './house.mjs';
import { Provider } from './provider.mjs';
import { request, volley } from './raw.mjs';

const MANY = 200;
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const outbox = new Outbox();
let house, provider;

async function get() {
  if (house) return house;
  provider = await Provider.start();
  house = await House.open({
    web: ['--kind', 'web', '--scope', 'openid offline_access'],
    signing: ['--kind', 'service', '--auth-method', 'private_key_jwt', '--scope', 'read', '--resource', 'https://api.example.com',
      '--jwks', JSON.stringify({ keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'ES256' }] })],
  }, {
    config: { server: { 'handler-threads': 64 }, limits: { 'handler-queue': 2000 }, outbound: { allow: '127.0.0.1' }, 'sign-up': { 'verify-email': false } },
    instances: { corp: provider.instance, post: outbox.instance },
  });
  await house.postern.cli('config', 'set-policy', 'guesses_per_account=1000', 'guesses_per_address=100000');
  return house;
}

export async function stop() {
  provider?.stop();
  await house?.close();
  outbox.close();
}

const times = (make) => Promise.all(Array.from({ length: MANY }, (_, i) => make(i)));

/** How many answers of each kind, so that one comparison says all. */
function tally(answers, kind = (answer) => answer.status) {
  const counts = {};
  for (const answer of answers) counts[kind(answer)] = (counts[kind(answer)] ?? 0) + 1;
  return counts;
}

const tokenKind = ({ status, text }) => `${status} ${status === 200 ? 'tokens' : JSON.parse(text).error}`;
const post = (form) => request('POST', '/oidc/token', { form });

test('race: one code is redeemed once, and the attempt to do it again ends what it gave', async () => {
  const { web, port, ...rest } = await get();
  const form = await house.codeForm(web);
  const answers = await volley(port, Array(MANY).fill(post(form)));
  assert.deepEqual(tally(answers, tokenKind), { '200 tokens': 1, '400 invalid_grant': MANY - 1 });
  const tokens = JSON.parse(answers.find(({ status }) => status === 200).text);
  assert.equal(await house.userinfo(tokens.access_token), 401);
  assert.equal((await house.post('/oidc/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, ...house.secret(web) })).error, 'invalid_grant');
});

/** A browser that stands at the page `code`, and what was sent to it. */
async function atCode(email) {
  await house.postern.cli('user', 'create', '--email', email, '--email-verified', '--name', 'Reader');
  const { visitor, path, fields } = await house.atPassword(house.web, email);
  await visitor.send(house.url + path, { method: 'POST', form: { csrf: fields.csrf, action: 'factor:code' } });
  const { text } = await visitor.send(house.url + path.split('?')[0]);
  const { action, fields: { csrf } } = visitor.form(text, house.url, {}, ['submit']);
  const { code, token } = await outbox.wait(email);
  const show = (values) => request('POST', action.slice(house.url.length), { form: { csrf, action: 'continue', ...values }, headers: { cookie: cookieHeader(visitor) } });
  return { code, token, show };
}

const isIn = ({ headers }) => (headers.location ?? '').startsWith(callback);

for (const [what, pick] of [['code by e-mail', ({ code }) => ({ code })], ['magic link', ({ token }) => ({ link: token })]]) {
  test(`race: a ${what} signs in once, however often it is shown at the same moment`, async () => {
    await get();
    const at = await atCode(`${what.replaceAll(/\W+/g, '-')}@example.com`);
    const answers = await volley(house.port, Array(MANY).fill(at.show(pick(at))));
    assert.equal(answers.filter(isIn).length, 1, JSON.stringify(tally(answers)));
  });
}

test('race: of many wrong codes at the same moment five are counted, and the right one is dead then', async () => {
  await get();
  const at = await atCode('tried@example.com');
  const wrong = at.code === '000000' ? '000001' : '000000';
  const answers = await volley(house.port, Array(MANY).fill(at.show({ code: wrong })));
  assert.equal(answers.filter(isIn).length, 0);
  assert.equal((await volley(house.port, [at.show({ code: at.code })])).filter(isIn).length, 0);
});

test('race: wrong verifiers at the same moment do not spoil the code for the right one', async () => {
  const { web, port } = await get();
  const form = await house.codeForm(web);
  const wrong = post({ ...form, code_verifier: 'x'.repeat(43) });
  const answers = await volley(port, Array.from({ length: MANY }, (_, i) => (i === MANY / 2 ? post(form) : wrong)));
  assert.equal(answers[MANY / 2].status, 200, answers[MANY / 2].text);
  assert.deepEqual(tally(answers, tokenKind), { '200 tokens': 1, '400 invalid_grant': MANY - 1 });
});

test('race: one refresh token is rotated once, and its family ends', async () => {
  const { web, port } = await get();
  const first = await house.tokens(web);
  const form = { grant_type: 'refresh_token', refresh_token: first.refresh_token, ...house.secret(web) };
  const answers = await volley(port, Array(MANY).fill(post(form)));
  assert.deepEqual(tally(answers, tokenKind), { '200 tokens': 1, '400 invalid_grant': MANY - 1 });
  const tokens = JSON.parse(answers.find(({ status }) => status === 200).text);
  for (const token of [first.access_token, tokens.access_token]) assert.equal(await house.userinfo(token), 401);
  assert.equal((await house.post('/oidc/token', { ...form, refresh_token: tokens.refresh_token })).error, 'invalid_grant');
});

test('race: nothing that a refresh gives outlives a revocation that was acknowledged meanwhile', async () => {
  const { web, port } = await get();
  const chains = await Promise.all(Array.from({ length: 50 }, () => house.tokens(web)));
  const answers = await volley(port, chains.flatMap(({ refresh_token }) => [
    post({ grant_type: 'refresh_token', refresh_token, ...house.secret(web) }),
    request('POST', '/oidc/revoke', { form: { token: refresh_token, ...house.secret(web) } }),
  ]));
  for (let i = 0; i < chains.length; i += 1) {
    assert.equal(answers[2 * i + 1].status, 200);
    const fresh = answers[2 * i].status === 200 ? JSON.parse(answers[2 * i].text) : {};
    for (const token of [chains[i].access_token, fresh.access_token]) if (token) assert.equal(await house.userinfo(token), 401, `chain ${i}`);
    if (fresh.refresh_token) assert.equal((await house.post('/oidc/token', { grant_type: 'refresh_token', refresh_token: fresh.refresh_token, ...house.secret(web) })).error, 'invalid_grant');
  }
});

test('race: a client assertion is taken once', async () => {
  const { signing, port } = await get();
  const assertion = await new jose.SignJWT({ jti: 'only-once' }).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).setIssuer(signing.client_id).setSubject(signing.client_id)
    .setAudience(house.url).setExpirationTime('60s').sign(key.privateKey);
  const answers = await volley(port, Array(MANY).fill(post({
    grant_type: 'client_credentials', scope: 'read', resource: 'https://api.example.com',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion,
  })));
  assert.deepEqual(tally(answers, tokenKind), { '200 tokens': 1, '401 invalid_client': MANY - 1 });
});

test('race: a sign-in page that is sent many times gives one code', async () => {
  const { web, port } = await get();
  const { visitor, path, fields } = await house.atPassword(web);
  const answers = await volley(port, Array(MANY).fill(request('POST', path, { headers: { cookie: cookieHeader(visitor) }, form: { ...fields, password: person.password } })));
  const codes = answers.map(({ headers }) => headers.location ?? '').filter((location) => location.startsWith(`${callback}?`) && location.includes('code='));
  assert.equal(codes.length, 1, JSON.stringify(tally(answers, ({ status, headers }) => `${status} ${headers.location?.split('?')[0]}`)));
});

test('race: two hundred who hold the set-up link make one administrator', async () => {
  const { port } = await get();
  const link = await house.postern.setupLink();
  const browsers = await times(async () => {
    const visitor = new Visitor();
    return { visitor, ...(await house.stand(visitor, link, {}, 'password')) };
  });
  const answers = await volley(port, browsers.map(({ visitor, path, fields }, i) => request('POST', path, {
    headers: { cookie: cookieHeader(visitor) }, form: { ...fields, identifier: `root${i}@example.com`, name: `Root ${i}`, password: `a passphrase of number ${i} only` },
  })));
  const users = (await house.postern.cli('user', 'list', '--limit', '1000')).items;
  assert.equal(users.filter(({ administrator }) => administrator).length, 1, JSON.stringify(tally(answers)));
  assert.equal(users.filter(({ email }) => email?.startsWith('root')).length, 1);
  const in_ = answers.filter(({ headers }) => headers.location?.endsWith('/account/welcome'));
  assert.equal(in_.length, 1, JSON.stringify(tally(answers, ({ status, headers }) => `${status} ${headers.location}`)));
});

test('race: two hundred who sign up with one address make one account', async () => {
  const { web, port } = await get();
  const browsers = await times(async () => {
    const visitor = new Visitor();
    return { visitor, ...(await house.stand(visitor, `${house.url}${house.ask(web, { prompt: 'create' }).path}`, {}, 'password')) };
  });
  const answers = await volley(port, browsers.map(({ visitor, path, fields }) => request('POST', path, {
    headers: { cookie: cookieHeader(visitor) }, form: { ...fields, identifier: 'same@example.com', name: 'Same', password: 'a passphrase that nobody has seen 31' },
  })));
  const users = (await house.postern.cli('user', 'list', '--limit', '1000')).items;
  assert.equal(users.filter(({ email }) => email === 'same@example.com').length, 1);
  assert.equal(answers.filter(({ headers }) => headers.location?.includes('code=')).length, 1, JSON.stringify(tally(answers, ({ status, headers }) => `${status} ${headers.location?.split('?')[0]}`)));
});

test('race: every one of two hundred wrong guesses at one account counts', async () => {
  const { web, port } = await get();
  await house.postern.cli('config', 'set-policy', `guesses_per_account=${MANY}`);
  await house.postern.cli('user', 'create', '--email', 'guessed@example.com', '--password', person.password);
  const browsers = await times(() => house.atPassword(web, 'guessed@example.com'));
  const guess = ({ visitor, path, fields }, password) => request('POST', path, { headers: { cookie: cookieHeader(visitor) }, form: { ...fields, password } });
  await volley(port, browsers.map((browser) => guess(browser, 'a wrong guess at the password')));
  const pages = await Promise.all(browsers.map(({ visitor, path }) => visitor.send(house.url + path)));
  const says = ({ text }) => (/too many/i.test(text) ? 'locked' : /is wrong/.test(text) ? 'wrong' : text.slice(0, 3000));
  assert.deepEqual(tally(pages, says), { wrong: MANY });
  const last = await house.atPassword(web, 'guessed@example.com');
  await volley(port, [guess(last, person.password)]);
  assert.equal(says(await last.visitor.send(house.url + last.path)), 'locked', 'the next one is one too many, even with the right password');
});

test('race: of two hundred guesses at once no more are looked at than may be', async () => {
  const { web, port } = await get();
  await house.postern.cli('config', 'set-policy', 'guesses_per_account=10');
  await house.postern.cli('user', 'create', '--email', 'besieged@example.com', '--password', person.password);
  const browsers = await times(() => house.atPassword(web, 'besieged@example.com'));
  const answers = await volley(port, browsers.map(({ visitor, path, fields }, i) => request('POST', path, {
    headers: { cookie: cookieHeader(visitor) }, form: { ...fields, password: `guess number ${i} of many` },
  })));
  const pages = await Promise.all(browsers.map(({ visitor, path }) => visitor.send(house.url + path)));
  assert.deepEqual(tally(pages, ({ text }) => (/too many/i.test(text) ? 'locked' : /is wrong/.test(text) ? 'wrong' : text)), { wrong: 10, locked: MANY - 10 }, JSON.stringify(tally(answers)));
});

/** A browser that was sent to the provider: where it would come back to as @sub. */
async function sentAway(sub) {
  const visitor = new Visitor();
  const page = await house.stand(visitor, `${house.url}${house.ask(house.web).path}`, {}, 'identifier');
  const { location } = await visitor.send(house.url + page.path, { method: 'POST', form: { ...page.fields, action: 'connector:corp' } });
  return { visitor, url: provider.back(location, sub) };
}

const comeBack = ({ visitor, url }) => request('GET', url.pathname + url.search, { headers: { cookie: cookieHeader(visitor) } });

test('race: what a provider sends back is taken once', async () => {
  const { port } = await get();
  const away = await sentAway('once');
  const before = provider.counts['/token'] ?? 0;
  const answers = await volley(port, Array(MANY).fill(comeBack(away)));
  assert.equal(provider.counts['/token'], before + 1);
  assert.equal(answers.filter(({ headers }) => headers.location?.startsWith(`${callback}?`)).length, 1, JSON.stringify(tally(answers)));
});

test('race: browsers of one newcomer who come by a provider make one account', async () => {
  const { port } = await get();
  const browsers = [];
  for (let i = 0; i < 8; i += 1) browsers.push(await sentAway('newcomer')); // as many as may be on their way to one provider
  const answers = await volley(port, browsers.map(comeBack));
  const users = (await house.postern.cli('user', 'list', '--limit', '1000')).items;
  assert.equal(users.filter(({ email }) => email === 'newcomer@corp.example').length, 1, JSON.stringify(tally(answers, ({ status, headers }) => `${status} ${headers.location}`)));
});
