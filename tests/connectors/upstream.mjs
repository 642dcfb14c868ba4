// SPDX-License-Identifier: Apache-2.0
// The tokens that a provider gave: kept only on request, read only with the scope for it, renewed by one of many who ask.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ProviderMock } from '../mocks/provider-mock.mjs';
import { build, startPostern } from '../lib/server.mjs';
import { client, RelyingParty } from '../lib/relying-party.mjs';
import { Visitor } from '../lib/visitor.mjs';
import { runTests, test } from '../lib/tap.mjs';

const folder = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../connectors');
const mock = await ProviderMock.start(Object.fromEntries(['gitlab', 'github'].map((name) => [name, JSON.parse(readFileSync(join(folder, name, 'mock.json'), 'utf8'))])));
const plugins = mkdtempSync(join(tmpdir(), 'postern-plugins-'));
for (const file of readdirSync(join(build, 'connectors'))) {
  if (/\.(so|svg)$/.test(file)) symlinkSync(join(build, 'connectors', file), join(plugins, file));
  if (file.endsWith('.plugin')) writeFileSync(join(plugins, file), mock.keyFile(readFileSync(join(build, 'connectors', file), 'utf8')));
}

// A program that gives a token whether or not anybody wants it.
const program = join(plugins, 'program.py'), programFile = `Type=process\nprogram=${program}\n`;
writeFileSync(program, `#!/usr/bin/python3
import json, sys
sys.stdin.readline()
print('{"type":"ready","version":1}', flush=True)
for line in sys.stdin:
    step = json.loads(line)
    print(json.dumps({"id": step["id"], "type": "subject", "subject": {"id": "p", "tokens": {"access_token": "token-of-program"}}}), flush=True)
`, { mode: 0o755 });

const postern = await startPostern({
  config: { outbound: { allow: '127.0.0.1' } },
  env: { POSTERN_PLUGIN_PATH: `${build}/plugins:${plugins}` },
  instances: { gitlab: `Type=gitlab\n${mock.settings('gitlab')}keep-tokens=true\n`, github: `Type=github\n${mock.settings('github')}`, program: programFile },
});
const rp = await RelyingParty.start();
const create = async (...more) => postern.cli('app', 'create', '--name', 'Application', '--first-party', '--redirect-uri', rp.redirectUri, ...more);
const SCOPE = 'openid upstream_tokens';
const allowed = await create('--scope', SCOPE), plain = await create();
const callback = (name) => `${postern.url}/callback/${name}`;

/** An access token of ours for a person who comes through @name. */
async function signIn(app, name, change) {
  if (mock.providers.has(name)) mock.prepare(name, callback(name), change);
  await rp.discover(postern.url, app.client_id, undefined, client.ClientSecretBasic(app.client_secret));
  const answer = await new Visitor().walk(await rp.begin({ scope: SCOPE }), rp.redirectUri, {}, [`connector-${name}`, 'consent-allow']);
  return (await rp.redeem(answer)).access_token;
}

async function read(token, name) {
  const answer = await fetch(`${postern.url}/oidc/upstream-token/${name}`, { headers: token ? { authorization: `Bearer ${token}` } : {} });
  const text = await answer.text();
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  return { status: answer.status, body: text ? JSON.parse(text) : undefined, challenge: answer.headers.get('www-authenticate') };
}

test('an application that may reads the access token, and nothing more', async () => {
  const { status, body } = await read(await signIn(allowed, 'gitlab'), 'gitlab');
  assert.equal(status, 200);
  assert.equal(body.access_token, 'token-of-gitlab');
  assert.equal(body.token_type, 'Bearer');
  assert.ok(body.expires_in > 7100 && body.expires_in <= 7200);
  assert.equal(body.id_token.split('.').length, 3);
  assert.deepEqual(Object.keys(body).sort(), ['access_token', 'expires_in', 'id_token', 'token_type']);
});

test('nobody else does', async () => {
  const without = await read(await signIn(plain, 'gitlab'), 'gitlab');
  assert.equal(without.status, 403);
  assert.match(without.challenge, /insufficient_scope/);
  assert.equal((await read(undefined, 'gitlab')).status, 401);
  assert.equal((await read('nonsense', 'gitlab')).status, 401);
});

test('each answer with one, and no other, stands in the audit log, with who got it', async () => {
  const list = async () => (await postern.cli('audit', 'list', '--event', 'upstream-token.read', '--limit', '500')).items;
  const token = await signIn(allowed, 'gitlab'), before = (await list()).length;
  await read(token, 'github');
  await read(await signIn(plain, 'gitlab'), 'gitlab');
  await read('nonsense', 'gitlab');
  assert.equal((await list()).length, before, 'who got none');
  assert.equal((await read(token, 'gitlab')).status, 200);
  const { length, [length - 1]: entry } = await list();
  assert.equal(length, before + 1);
  const { sub } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  assert.deepEqual([entry.actor, entry.target, entry.data, entry.remote_address], [sub, 'gitlab', { user: sub, application: allowed.client_id }, '127.0.0.1']);
  assert.ok(entry.request_id);
  assert.ok(!JSON.stringify(entry).includes('token-of-gitlab'));
});

test('what is not kept is not there', async () => {
  const token = await signIn(allowed, 'github');
  for (const name of ['github', 'gitlab', 'password', 'nothing']) assert.equal((await read(token, name)).status, 404, name);
});

test('an expired one is renewed, by one of many who ask', async () => {
  const token = await signIn(allowed, 'gitlab', { token: { expires_in: 30 } }), provider = mock.providers.get('gitlab');
  const answers = await Promise.all(Array.from({ length: 8 }, () => read(token, 'gitlab')));
  for (const { status, body } of answers) assert.deepEqual([status, body.access_token], [200, 'newer-token-of-gitlab']);
  assert.equal(provider.asked.filter((what) => what === 'refresh').length, 1);
  assert.deepEqual(provider.problems, []);
});

test('a provider that is down costs only the answer', async () => {
  const token = await signIn(allowed, 'gitlab', { token: { expires_in: 30 }, error: { at: 'refresh', status: 503, body: {} } });
  assert.equal((await read(token, 'gitlab')).status, 502);
  mock.providers.get('gitlab').change = {};
  assert.equal((await read(token, 'gitlab')).body.access_token, 'newer-token-of-gitlab');
});

test('one that the provider takes no more is forgotten', async () => {
  const token = await signIn(allowed, 'gitlab', { token: { expires_in: 30 }, error: { at: 'refresh', status: 400, body: { error: 'invalid_grant' } } });
  assert.equal((await read(token, 'gitlab')).status, 404);
  assert.equal((await read(token, 'gitlab')).status, 404);
  assert.equal(mock.providers.get('gitlab').asked.filter((what) => what === 'refresh').length, 1);
});

test('a refresh token that is told once is kept', async () => {
  await signIn(allowed, 'gitlab');
  const token = await signIn(allowed, 'gitlab', { token: { expires_in: 30, refresh_token: undefined } });
  assert.equal((await read(token, 'gitlab')).body.access_token, 'newer-token-of-gitlab');
});

test('whatever a connector gives, it is kept only from when keep-tokens says so', async () => {
  const token = await signIn(allowed, 'program');
  await postern.stop({ keep: true });
  writeFileSync(join(postern.dataDir, 'connectors.d/program.conf'), `[Instance]\n${programFile}keep-tokens=true\n`, { mode: 0o600 });
  await postern.startAgain();
  assert.equal((await read(token, 'program')).status, 404);
  assert.equal((await read(await signIn(allowed, 'program'), 'program')).body.access_token, 'token-of-program');
});

test('none of them stands in the log or in clear in the data folder', () => {
  for (const text of ['token-of-gitlab', 'token-of-program', '8257e65c97202ed1726c']) {
    assert.ok(!postern.log().includes(text), text);
    const { status, stdout } = spawnSync('grep', ['-rl', text, postern.dataDir], { encoding: 'utf8' });
    assert.deepEqual([status, stdout], [1, ''], text); // 1: it looked, and found none; 2 would say that it could not look
  }
});

await runTests({
  onFailure: async () => console.log(`# ${postern.log().split('\n').slice(-8).join('\n# ')}`),
  after: async () => {
    rp.stop();
    await mock.stop();
    await postern.stop();
    rmSync(plugins, { recursive: true });
  },
});
