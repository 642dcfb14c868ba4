// SPDX-License-Identifier: Apache-2.0
// An application that shows and changes people's accounts: as the guide says, over a certified client, with the person in a browser of their own.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { client, RelyingParty } from '../lib/relying-party.mjs';
import { Outbox } from '../lib/outbox.mjs';
import { build, startPostern } from '../lib/server.mjs';
import { Visitor } from '../lib/visitor.mjs';
import { test } from '../lib/tap.mjs';

const email = 'ada@example.com', password = 'correct horse battery staple 9', scope = 'openid account:read account:write';
const guide = readFileSync(join(import.meta.dirname, '../../data/guides/account-api.md'), 'utf8');
/** Runs of lines that are indented by four or empty, without the four; as a person copies them. */
const blocks = guide.split(/\n(?=[^ \n])/).map((part) => part.split('\n').filter((line) => line.startsWith('    ') || !line).map((line) => line.slice(4)).join('\n').trim()).filter(Boolean);
const outbox = new Outbox();
let postern, rp, app;

/** What the shell prints, of what the guide says; its server and its portal are the test's. */
function shell(script, env = {}) {
  const text = script.replaceAll('http://localhost:8080', postern.url).replaceAll('https://portal.example.com/callback', rp.redirectUri);
  const setting = { env: { ...postern.env, ...env, PATH: `${build}/src/cli:${process.env.PATH}`, POSTERN_CONFIG: postern.configFile }, input: text, encoding: 'utf8' };
  const { status, stdout, stderr } = spawnSync('bash', ['-e'], setting);
  assert.equal(status, 0, `${text}\n${stdout}${stderr}`);
  return stdout;
}

async function get() {
  if (postern) return;
  postern = await startPostern({ instances: { post: outbox.instance } });
  rp = await RelyingParty.start();
  // The command line finds the server of this machine by itself; this one lies in a folder of the test's.
  app = JSON.parse(shell(`postern () { command postern "$@" -o json --config "$POSTERN_CONFIG"; }\n${blocks[0]}\n`));
  await postern.cli('user', 'create', '--email', email, '--email-verified', '--name', 'Ada Lovelace', '--password', password);
  await rp.discover(postern.url, app.client_id, undefined, client.ClientSecretBasic(app.client_secret));
}

/** The person's browser goes to the application and comes back. */
async function signIn(visitor, parameters = {}) {
  const answer = await visitor.walk(await rp.begin({ scope, ...parameters }), rp.redirectUri, { identifier: email, password });
  return (await rp.redeem(answer, parameters.max_age ? { maxAge: parameters.max_age } : {})).access_token;
}

async function call(token, method, path, body) {
  const answer = await client.fetchProtectedResource(rp.config, token, new URL(`${postern.url}/api/account/${path}`), method, body && JSON.stringify(body)).catch((error) => {
    if (!(error instanceof client.WWWAuthenticateChallengeError)) throw error;
    return error.response;
  });
  const text = await answer.text();
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal(answer.headers.get('content-type') ?? '', !text ? '' : answer.ok ? 'application/json' : 'application/problem+json');
  return { status: answer.status, challenge: answer.headers.get('www-authenticate'), body: text ? JSON.parse(text) : undefined };
}

export async function stop() {
  rp?.stop();
  await postern?.stop();
  outbox.close();
}

export function register() {
  test('account API: it is told of, and people are asked', async () => {
    await get();
    assert.ok(rp.config.serverMetadata().scopes_supported.includes('account:write'));
    const visitor = new Visitor();
    const page = await visitor.walk(await rp.begin({ scope }), rp.redirectUri, { identifier: email, password }, ['submit']).catch((error) => error);
    const { text } = await visitor.send(page.here ?? visitor.last);
    assert.match(text, /See your account/);
    assert.match(text, /delete your account/);
  });

  test("account API: the guide's calls, as it gives them", async () => {
    await get();
    const said = shell([...blocks.slice(1, 3)].join('\n'), { token: await signIn(new Visitor()) }).split('\n').filter(Boolean).map((line) => JSON.parse(line));
    const [profile, methods, activity] = said;
    assert.equal(said.length, 3);
    assert.equal(profile.email, email);
    assert.deepEqual(methods.items.map(({ type }) => type), ['password', 'email']);
    assert.equal(new URL(methods.change_urls['password']).searchParams.get('client_id'), app.client_id);
    assert.deepEqual(activity.items.map(({ event }) => event), ['profile.changed', 'profile.changed', 'sign-in.succeeded', ...activity.items.slice(3).map(({ event }) => event)]);
  });

  test('account API: what bears on security waits for a fresh sign-in, signs out elsewhere, and is told by mail', async () => {
    await get();
    const visitor = new Visitor(), other = new Visitor();
    const old = await signIn(visitor);
    const elsewhere = await signIn(other);
    const { items } = (await call(old, 'GET', 'sessions')).body;
    assert.equal(items.filter(({ current }) => current).length, 1);
    await postern.stop({ keep: true });
    execFileSync('sqlite3', [join(postern.dataDir, 'default', 'lasting.db'), 'UPDATE sessions SET auth_time = auth_time - 600']);
    await postern.startAgain();
    const stale = await signIn(visitor);
    const refused = await call(stale, 'DELETE', 'sessions');
    assert.equal(refused.status, 401);
    assert.match(refused.challenge, /error="insufficient_user_authentication", max_age="300"/);
    assert.equal((await call(stale, 'GET', 'profile')).status, 200);
    const fresh = await signIn(visitor, { max_age: 300 });
    const before = outbox.list(email).length;
    assert.equal((await call(fresh, 'DELETE', 'sessions')).status, 204);
    assert.match((await outbox.wait(email, before + 1)).text, /Überall sonst sind Sie abgemeldet/); // in the language that was set above
    assert.equal((await call(elsewhere, 'GET', 'profile')).status, 401);
    assert.equal((await call(fresh, 'GET', 'sessions')).body.items.length, 1);
    const { body } = await call(fresh, 'GET', 'sign-in-methods');
    const secret = body.items.find(({ type }) => type === 'password');
    assert.equal((await call(fresh, 'DELETE', `sign-in-methods/${secret.id}`)).status, 204); // a code to the proved address is left
    await outbox.wait(email, before + 2);
    assert.equal((await call(fresh, 'GET', 'data')).body.user.email, email);
    assert.equal((await call(fresh, 'GET', 'sign-in-methods')).body.items.length, 1);
  });

  test('account API: wrong bodies and sizes, by name', async () => {
    await get();
    const visitor = new Visitor(), person = { identifier: 'bea@example.com', password };
    await postern.cli('user', 'create', '--email', person.identifier, '--name', 'Bea', '--password', password);
    const token = (await rp.redeem(await visitor.walk(await rp.begin({ scope }), rp.redirectUri, person))).access_token;
    const wrong = await call(token, 'PATCH', 'profile', { email: 'other@example.com' });
    assert.equal(wrong.status, 400);
    assert.equal(wrong.body.field, 'email');
    const large = await fetch(`${postern.url}/api/account/profile`, { method: 'PATCH', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ name: 'a'.repeat(20_000) }) });
    assert.equal(large.status, 413);
    const before = await fetch(`${postern.url}/api/account/sessions`, { method: 'OPTIONS', headers: { origin: 'https://portal.example.com', 'access-control-request-method': 'DELETE' } });
    assert.match(before.headers.get('access-control-allow-methods'), /DELETE/);
    const asked = await call(token, 'POST', 'deletion');
    assert.equal(asked.status, 202);
    assert.ok(asked.body.deletes_at > Date.now() / 1000 + 3600);
    assert.equal((await call(token, 'GET', 'profile')).status, 401);
    const later = (await rp.redeem(await new Visitor().walk(await rp.begin({ scope }), rp.redirectUri, person))).access_token;
    assert.equal((await call(later, 'GET', 'profile')).body.deletes_at, asked.body.deletes_at);
    assert.equal((await call(later, 'DELETE', 'deletion')).status, 204);
    assert.equal((await call(later, 'GET', 'profile')).body.deletes_at, undefined);
  });
}
