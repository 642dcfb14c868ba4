// SPDX-License-Identifier: Apache-2.0
// Each provider that has a mock.json: its real key file, with only the hosts exchanged, against a mock that takes nothing but what
// the provider documents.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ills, lies } from '../mocks/hostile.mjs';
import { ProviderMock } from '../mocks/provider-mock.mjs';
import { build, startPostern } from '../lib/server.mjs';
import { client, RelyingParty } from '../lib/relying-party.mjs';
import { Visitor } from '../lib/visitor.mjs';
import { runTests, test } from '../lib/tap.mjs';

const folder = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../connectors');
const read = (path) => readFileSync(join(folder, path), 'utf8');
const records = Object.fromEntries(readdirSync(folder).filter((name) => existsSync(join(folder, name, 'mock.json'))).map((name) => [name, JSON.parse(read(`${name}/mock.json`))]));
// The README's example of a provider that an operator adds without code is one more.
records.acme = JSON.parse(read('../tests/mocks/acme.json'));
const names = Object.keys(records), mock = await ProviderMock.start(records);

const plugins = mkdtempSync(join(tmpdir(), 'postern-plugins-'));
for (const file of readdirSync(join(build, 'connectors'))) {
  if (/\.(so|svg)$/.test(file)) symlinkSync(join(build, 'connectors', file), join(plugins, file));
  if (file.endsWith('.plugin')) writeFileSync(join(plugins, file), mock.keyFile(readFileSync(join(build, 'connectors', file), 'utf8')));
}
const own = mkdtempSync(join(tmpdir(), 'postern-plugins.d-'));
writeFileSync(join(own, 'acme.plugin'), mock.keyFile(/```ini\n([^]*?)```/.exec(read('oauth2/README.md'))[1]), { mode: 0o644 });

const keys = mkdtempSync(join(tmpdir(), 'postern-keys-'));

const postern = await startPostern({
  config: { outbound: { allow: '127.0.0.1' } },
  env: { POSTERN_PLUGIN_PATH: `${build}/plugins:${plugins}:${own}` },
  instances: Object.fromEntries(names.map((name) => [name, `Type=${name}\n${mock.settings(name, join(keys, `${name}.pem`))}`])),
});
const rp = await RelyingParty.start();
const app = await postern.cli('app', 'create', '--name', 'Application', '--first-party', '--redirect-uri', rp.redirectUri);
await rp.discover(postern.url, app.client_id, undefined, client.ClientSecretBasic(app.client_secret));

const begin = (more) => rp.begin({ scope: 'openid email profile', ...more });
const press = (name) => [`connector-${name}`, 'consent-allow'];
const signIn = async (name, more) => rp.redeem(await new Visitor().walk(await begin(more), rp.redirectUri, {}, press(name)));

/** Presses the button once; gives the page of ours on which the person then stands. */
async function stand(name, more) {
  const visitor = new Visitor();
  let here = await begin(more), answer = await visitor.send(here), pressed = false;
  for (let hop = 0; hop < 20; hop += 1) {
    if (answer.location) answer = await visitor.send(here = new URL(answer.location, here).href);
    else if (pressed && here.startsWith(postern.url)) return answer.text;
    else {
      const form = visitor.form(answer.text, here, {}, pressed ? ['submit'] : [`connector-${name}`]);
      pressed = true;
      answer = await visitor.send(here = form.action, { method: 'POST', form: form.fields, headers: { origin: new URL(here).origin } });
    }
  }
  throw new Error(`still under way at ${here}`);
}

for (const name of names) {
  const { record } = mock.providers.get(name), callback = `${postern.url}/callback/${name}`;

  test(`${name}: a person comes, and comes again`, async () => {
    const provider = mock.prepare(name, callback);
    const tokens = await signIn(name);
    assert.deepEqual(provider.problems, []);
    assert.deepEqual(provider.asked, ['authorize', 'token', ...(record.documents ?? []).map(({ path }) => path)]);
    const { subject, ...expected } = record.expect;
    const { sub, ...info } = await client.fetchUserInfo(rp.config, tokens.access_token, tokens.claims().sub);
    for (const [key, value] of Object.entries(expected)) assert.equal(info[key] ?? null, value, key);
    const { identities } = await postern.cli('user', 'show', sub);
    assert.deepEqual(identities.map((identity) => [identity.connector, identity.subject]), [[name, subject]]);
    mock.prepare(name, callback);
    assert.equal((await signIn(name)).claims().sub, sub);
    assert.deepEqual(provider.problems, []);
  });

  test(`${name}: who must sign in anew is sent so, as far as the provider documents it`, async () => {
    const provider = mock.prepare(name, callback, { again: 0 });
    await signIn(name, { prompt: 'login' });
    assert.deepEqual(provider.problems, []);
    if (!record.again?.at) return;
    mock.prepare(name, callback, { again: 3600 });
    assert.match(await stand(name, { prompt: 'login' }), /let you in without asking who you are/);
    await signIn(name, { max_age: 7200 }).catch(() => {});
    assert.deepEqual(provider.problems, ['authorize: query prompt is null and not "login"', 'authorize: query max_age is 7200 and not "0"']);
  });

  if (record.declined) {
    test(`${name}: a person says no there, and may choose another way`, async () => {
      mock.prepare(name, callback, { declined: true });
      const text = await stand(name);
      assert.match(text, /You stopped on the other side/);
      assert.match(text, new RegExp(`connector-${name}`));
    });
  }

  for (const [at, error] of (record.errors ?? []).entries()) {
    test(`${name}: refusal ${at + 1}, ${JSON.stringify(error.body).slice(0, 60)}`, async () => {
      const before = postern.log().length, provider = mock.prepare(name, callback, { error });
      assert.match(await stand(name), new RegExp(`connector-${name}`));
      assert.deepEqual(provider.problems, []);
      assert.match(postern.log().slice(before), new RegExp(error.log));
      mock.prepare(name, callback);
      await signIn(name); // it is not the connector that is ill
    });
  }
}

/** Nobody gets in by @change; the page offers the way again, and the connector is not ill. */
async function refuses(name, callback, what, change) {
  mock.prepare(name, callback, change);
  const text = await stand(name);
  assert.match(text, new RegExp(`connector-${name}`), what);
  assert.doesNotMatch(text, /evil\.example|somebody-else|<html>|stack/, what);
  mock.prepare(name, callback);
  await signIn(name);
}

// Before anything else makes a connector ask for newer keys: it does so once a minute.
test('new keys are taken in the middle, and the old ones no more', async () => {
  mock.rotate();
  for (const name of names.filter((known) => mock.providers.get(known).record.metadata)) {
    const callback = `${postern.url}/callback/${name}`;
    mock.prepare(name, callback);
    await signIn(name);
    await refuses(name, callback, 'an old key', { old: true });
  }
});

for (const name of names) {
  const { record } = mock.providers.get(name), callback = `${postern.url}/callback/${name}`;

  test(`${name}: nobody gets in by an answer that is broken or hostile`, async () => {
    for (const at of ['token', ...(record.documents ? ['profile'] : [])]) for (const [what, ill] of Object.entries(ills)) await refuses(name, callback, `${what} at ${at}`, { ill: { at, ...ill } });
  });

  test(`${name}: nobody gets in by the answer to another sign-in`, async () => {
    for (const answer of [{ state: 'flw_01aaaaaaaaaaaaaaaaaaaaaaaa.x' }, { state: '' }, { code: '' }]) {
      mock.prepare(name, callback, { answer });
      await assert.rejects(signIn(name));
    }
    mock.prepare(name, callback);
    await signIn(name);
  });

  if (record.metadata) {
    test(`${name}: nobody gets in by a false ID token`, async () => {
      for (const [what, change] of Object.entries({ ...lies, ...record.lies })) await refuses(name, callback, what, change);
    });
  }
}

/** `postern connector check --try` on the file of @name, by which the server runs: what it says, and how it ends. */
async function tryFile(name, change = {}, file = `${postern.dataDir}/connectors.d/${name}.conf`) {
  mock.prepare(name, `${postern.url}/callback/${name}`, change);
  return new Promise((done) => {
    execFile(`${build}/src/cli/postern`, ['connector', 'check', file, '--try', '--config', postern.configFile], { env: postern.env }, (error, stdout, stderr) => done({ code: error?.code ?? 0, text: stdout + stderr }));
  });
}

test('who checks a file reads whether the provider is reached and takes the secret', async () => {
  for (const name of ['gitlab', 'linkedin', 'apple']) {
    const good = await tryFile(name, { error: { at: 'token', status: 400, body: { error: 'invalid_grant' } } });
    assert.equal(good.code, 0, good.text);
    assert.match(good.text, /advice: the provider answers, and refused a made-up code/);
    const wrong = await tryFile(name, { error: { at: 'token', status: 401, body: { error: 'invalid_client' } } });
    assert.equal(wrong.code, 78);
    assert.match(wrong.text, new RegExp(`${name}\\.conf:\\d+: ${name === 'apple' ? 'private-key' : 'client-secret'}: .*compare client-id`));
  }
  const down = join(keys, 'down.conf');
  writeFileSync(down, 'Type=oidc\nissuer=http://127.0.0.1:9\nclient-id=x\nclient-secret=y\n'.replace(/^/, '[Instance]\n'), { mode: 0o600 });
  const { code, text } = await tryFile('gitlab', {}, down);
  assert.equal(code, 78);
  assert.match(text, /down\.conf:3: issuer: .*see that the provider is up/);
});

test('a provider that hangs is given up, and the others go on', async () => {
  mock.prepare('github', `${postern.url}/callback/github`, { ill: { at: 'token', how: 'hang' } });
  assert.match(await stand('github'), /connector-discord/);
  assert.match(postern.log(), /no complete answer within 10 seconds/);
  mock.prepare('discord', `${postern.url}/callback/discord`);
  await signIn('discord');
});

test('every connector has its picture', async () => {
  assert.doesNotMatch(postern.log(), /left out/);
  const visitor = new Visitor(), first = await visitor.send(await begin());
  const { text } = await visitor.send(new URL(first.location, postern.url).href), pictures = [...text.matchAll(/<img src="([^"]*connectors\/[^"]*)"/g)];
  assert.equal(pictures.length, names.filter((name) => name !== 'acme').length);
  for (const [, source] of pictures) assert.equal((await fetch(new URL(source, postern.url))).status, 200, source);
});

test('a provider is a key file of thirty lines, or three hundred lines of code', () => {
  const lines = (path) => read(path).split('\n').length - 1;
  for (const name of names.filter((known) => known !== 'acme')) {
    const code = readdirSync(join(folder, name)).filter((file) => file.endsWith('.c') && !file.endsWith('-test.c'));
    if (/^Base=/m.test(read(`${name}/${name}.plugin.in`))) assert.ok(lines(`${name}/${name}.plugin.in`) <= 30 && code.length === 0, name);
    else assert.ok(code.reduce((sum, file) => sum + lines(`${name}/${file}`), 0) <= 300, name);
    assert.match(read(`${name}/README.md`), /## What it does[^]*## Settings[^]*## What it asks the network[^]*## What it stores[^]*## Failure[^]*## Since/, name);
  }
});

test('no secret stands in the log', () => {
  for (const text of ['secret_of-', 'token-of-', 'access_token=', 'code_verifier', 'PRIVATE KEY']) assert.ok(!postern.log().includes(text), text);
});

await runTests({
  onFailure: async () => console.log(`# ${postern.log().split('\n').filter((line) => !line.includes('"access"')).slice(-12).join('\n# ')}`),
  after: async () => {
    rp.stop();
    await mock.stop();
    await postern.stop();
    for (const path of [plugins, own, keys]) rmSync(path, { recursive: true });
  },
});
