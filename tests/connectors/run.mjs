// SPDX-License-Identifier: Apache-2.0
// Client authentications, signature algorithms, response modes, and a person who says no.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostern } from '../lib/server.mjs';
import { startProvider } from '../lib/provider.mjs';
import { client, RelyingParty } from '../lib/relying-party.mjs';
import { Visitor } from '../lib/visitor.mjs';
import { runTests, test } from '../lib/tap.mjs';
import { until } from '../lib/wait.mjs';

const folder = mkdtempSync(join(tmpdir(), 'postern-key-'));
function keyPair(name, type, options) {
  const { privateKey, publicKey } = generateKeyPairSync(type, options);
  const file = join(folder, `${name}.pem`);
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return { file, jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig', kid: name }] } };
}
const rsa = keyPair('rsa', 'rsa', { modulusLength: 2048 }), ec = keyPair('ec', 'ec', { namedCurve: 'P-256' }), ed = keyPair('ed', 'ed25519');
const assertion = (key, alg) => [{ token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: alg, jwks: key.jwks },
  `client-authentication=private_key_jwt\nprivate-key-file=${key.file}\nprivate-key-id=${key.jwks.keys[0].kid}\n`];

const encrypted = (key, alg, enc) => [{ id_token_encrypted_response_alg: alg, id_token_encrypted_response_enc: enc, jwks: { keys: [{ ...key.jwks.keys[0], use: 'enc', alg }] } },
  `decryption-key-file=${key.file}\n`];

// name of an instance -> what the client is registered with, and what its instance is told
const ways = {
  basic: [{ token_endpoint_auth_method: 'client_secret_basic' }, 'client-authentication=client_secret_basic\n'],
  post: [{ token_endpoint_auth_method: 'client_secret_post' }, 'client-authentication=client_secret_post\n'],
  public: [{ token_endpoint_auth_method: 'none' }],
  'jwt-rs256': assertion(rsa, 'RS256'),
  'jwt-es256': assertion(ec, 'ES256'),
  'jwt-eddsa': assertion(ed, 'EdDSA'),
  ...Object.fromEntries(['PS256', 'ES256', 'ES384', 'EdDSA'].map((alg) => [`id-${alg.toLowerCase()}`, [{ id_token_signed_response_alg: alg }]])),
  'encrypted-rsa': encrypted(rsa, 'RSA-OAEP-256', 'A256GCM'),
  'encrypted-ec': encrypted(ec, 'ECDH-ES', 'A128GCM'),
  'form-post': [{}, 'response-mode=form_post\n'],
  prompt: [{}, 'prompt=consent\n'],
  lean: [{}, 'userinfo=false\nscopes=openid\n'],
};
const refused = { 'id-hs256': [{ id_token_signed_response_alg: 'HS256' }], 'wrong-secret': [{ client_secret: 'another secret than the one that postern was told' }] };

const provider = await startProvider();
const postern = await startPostern({
  config: { outbound: { allow: '127.0.0.1' }, server: { workers: 2 } },
  instances: {
    ...Object.fromEntries(Object.entries({ ...ways, ...refused }).map(([name, [metadata, settings]]) => [name, (url) => provider.instance(`${url}/callback/${name}`, metadata, settings)])),
    down: 'Type=oidc\nissuer=http://127.0.0.1:9\nclient-id=x\nclient-secret=y\n',
    slip: 'Type=oidc\nclient-id=x\nisuer=https://provider.example\n',
    missing: 'Type=oidc\nclient-id=x\n',
  },
});
const rp = await RelyingParty.start();
const app = await postern.cli('app', 'create', '--name', 'Application', '--first-party', '--redirect-uri', rp.redirectUri);
await rp.discover(postern.url, app.client_id, undefined, client.ClientSecretBasic(app.client_secret));

const walk = async (visitor, instance) => visitor.walk(await rp.begin({ scope: 'openid email profile' }), rp.redirectUri, { login: `${instance}-person`, password: 'x' }, [`connector-${instance}`, 'consent-allow']);

for (const name of Object.keys(ways)) {
  test(`a person comes by ${name}`, async () => {
    const tokens = await rp.redeem(await walk(new Visitor(), name));
    const info = await client.fetchUserInfo(rp.config, tokens.access_token, tokens.claims().sub);
    assert.equal(info.email, name === 'lean' ? undefined : `${name}-person@corp.example`);
    assert.deepEqual(tokens.claims().amr, ['fed']);
  });
}

/** What the ID token says to somebody who signs in through @instance as @login there, or with a password where there is none. */
async function claimsOf(login, instance) {
  const values = { identifier: login, login, password: PASSWORD };
  return (await rp.redeem(await new Visitor().walk(await rp.begin({ scope: 'openid email' }), rp.redirectUri, values, instance ? [`connector-${instance}`] : ['submit']))).claims();
}

const PASSWORD = 'correct horse battery staple 9';
test('a map has tokens say what a provider said: of whom came by it, of none, and of one of two', async () => {
  const map = [{ claim: 'by', from: 'identity.connector' }, { claim: 'corp_id', from: 'identity.subject' }, { claim: 'corp_mail', from: 'identity.claims.email' },
    { claim: 'basic_id', from: 'identities.basic.subject' }, { claim: 'staff', value: true, when: { path: 'identity.connector', equals: 'post' } }];
  const said = ({ by, corp_id, corp_mail, basic_id, staff }) => JSON.parse(JSON.stringify({ by, corp_id, corp_mail, basic_id, staff }));
  await postern.cli('app', 'update', app.client_id, '--metadata', JSON.stringify({ redirect_uris: [rp.redirectUri], claims_map: map }));
  assert.deepEqual(said(await claimsOf('mapped', 'basic')), { by: 'basic', corp_id: 'mapped', corp_mail: 'mapped@corp.example', basic_id: 'mapped' });
  // The same address at another connector: a second account of the same person, who shows once that both are theirs. Who came by which is told apart.
  await postern.cli('user', 'update', 'mapped@corp.example', '--password', PASSWORD);
  assert.deepEqual(said(await claimsOf('mapped', 'post')), { by: 'post', corp_id: 'mapped', corp_mail: 'mapped@corp.example', basic_id: 'mapped', staff: true });
  // Somebody who has none, and one who has two and came with neither.
  await postern.cli('user', 'create', '--username', 'plain', '--email', 'plain@example.org', '--password', PASSWORD);
  assert.deepEqual(said(await claimsOf('plain')), {});
  assert.deepEqual(said(await claimsOf('mapped@corp.example')), { basic_id: 'mapped' });
  await postern.cli('app', 'update', app.client_id, '--metadata', JSON.stringify({ redirect_uris: [rp.redirectUri] }));
});

/** Like walk(), but the connector is pressed once: gives the page where the person then stands, of Postern or, @until, of the provider. */
async function stand(visitor, url, instance, until = postern.url) {
  let here = url, answer = await visitor.send(here), pressed = !instance;
  for (let hop = 0; hop < 20; hop += 1) {
    assert.ok(!here.startsWith(rp.redirectUri), 'the walk ended at the application');
    if (answer.location) answer = await visitor.send(here = new URL(answer.location, here).href);
    else if (pressed && here.startsWith(until)) return { here, text: answer.text };
    else {
      const form = visitor.form(answer.text, here, { login: 'somebody', password: 'x' }, [`connector-${instance}`]);
      pressed = true;
      answer = await visitor.send(here = form.action, { method: 'POST', form: form.fields, headers: { origin: new URL(here).origin } });
    }
  }
  throw new Error(`still under way at ${here}`);
}

for (const name of Object.keys(refused)) {
  test(`nobody comes by ${name}, and the person may choose another way`, async () => {
    const { text } = await stand(new Visitor(), await rp.begin(), name);
    assert.match(text, /connector-basic/);
    assert.doesNotMatch(text, /HS256|invalid_client/);
    assert.match(postern.log(), name === 'id-hs256' ? /algorithm/ : /invalid_client/);
  });
}

test('who looks into the log reads which setting is wrong or leads to nobody, and what to do', async () => {
  const { text } = await stand(new Visitor(), await rp.begin(), 'down');
  assert.match(text, /does not answer right now/);
  assert.match(text, /connector-basic/);
  assert.match(postern.log(), /\\"down\\" did not sign anybody in: issuer: GET http:\/\/127\.0\.0\.1:9\/[^\n]*; see that the provider is up, and that this machine may reach it/);
  assert.match(postern.log(), /left out: [^\n]*slip\.conf:\d: oidc has no setting 'isuer'; its settings are: [^\n]*issuer/);
  assert.match(postern.log(), /left out: [^\n]*missing\.conf:\d: issuer is required; set it/);
});

test('a person who says no at the provider reads so, and may choose another way', async () => {
  const visitor = new Visitor();
  const { here } = await stand(visitor, await rp.begin(), 'basic', `${provider.issuer}/interaction/`);
  const { text } = await stand(visitor, `${here}/abort`);
  assert.match(text, /connector-basic/);
  assert.match(text, /You stopped on the other side/);
});

/** Waits until `postern connector show` says that; a reload takes a moment. */
async function becomes(id, state) {
  const show = () => postern.cli('connector', 'show', id);
  return until(async () => `${id} is not ${state}: ${JSON.stringify(await show())}`, async () => {
    const shown = await show();
    return shown.state === state && shown;
  });
}

const stored = 'a secret between the provider and postern';
test('a connector that is set up in the running server is used without a restart, and its secret never comes back', async () => {
  const pairs = provider.instance(`${postern.url}/callback/stored`).split('\n').filter((line) => /^[a-z-]+=/.test(line));
  const made = await postern.cli('connector', 'create', 'stored', '--stored', '--type', 'oidc', '--name', 'Stored', ...pairs);
  assert.equal(made.callback_url, `${postern.url}/callback/stored`);
  const shown = await becomes('stored', 'running');
  assert.deepEqual(shown.secrets, ['client-secret']);
  const tokens = await rp.redeem(await walk(new Visitor(), 'stored'));
  assert.deepEqual(tokens.claims().amr, ['fed']);
  for (const text of [JSON.stringify(made), JSON.stringify(shown), JSON.stringify(await postern.cli('connector', 'list')), JSON.stringify(await postern.cli('audit', 'list'))]) assert.ok(!text.includes(stored));
  // Beside its name, which is kept in clear; the files of connectors.d have the same secret.
  const having = (text) => spawnSync('grep', ['-rla', '--exclude-dir=connectors.d', text, postern.dataDir], { encoding: 'utf8' });
  assert.equal(having(`"client-id":"${shown.settings['client-id']}"`).status, 0);
  assert.deepEqual([having(stored).status, having(stored).stdout], [1, '']); // 1: it looked, and found none; 2 would say that it could not look
});

test('it is switched off and on, and what is wrong with one is said', async () => {
  await postern.cli('connector', 'disable', 'stored');
  await becomes('stored', 'off');
  const offered = async () => (await stand(new Visitor(), await rp.begin())).text.includes('connector-stored');
  await until('it is still offered', async () => !await offered());
  await postern.cli('connector', 'enable', 'stored');
  await becomes('stored', 'running');
  await assert.rejects(postern.cli('connector', 'update', 'stored', 'issuer=nonsense'), /settings\.issuer/);
  await assert.rejects(postern.cli('connector', 'update', 'stored', 'client-secret-file=/etc/hostname'), /settings\.client-secret-file/);
  await postern.cli('connector', 'update', 'stored', 'client-authentication=private_key_jwt');
  assert.match((await becomes('stored', 'failed')).problem, /private-key/);
  await postern.cli('connector', 'update', 'stored', 'client-authentication=automatic');
  await becomes('stored', 'running');
});

test('of many changes at once the last one counts, in every worker', async () => {
  await Promise.all(Array.from({ length: 16 }, (_, i) => postern.cli('connector', 'update', 'stored', '--name', `Stored ${i}.`)));
  const { name } = await becomes('stored', 'running'), urls = [];
  const agent = new Agent({ keepAlive: false }); // one that idles may end with its worker, just as it is used
  for (let i = 0; i < 8; i += 1) urls.push(await rp.begin());
  await until(`not everybody offers ${name}`, async () => (await Promise.all(urls.map((url) => stand(new Visitor(agent), url)))).every(({ text }) => text.includes(name)));
  await until('more than two workers stay', () => postern.workers.length === 2);
  assert.doesNotMatch(postern.log(), /the reload failed/);
});

test('a file of the same id wins', async () => {
  await assert.rejects(postern.cli('connector', 'create', 'basic', '--stored', '--type', 'oidc', 'issuer=https://x.example', 'client-id=x'), /already/);
  await assert.rejects(postern.cli('connector', 'update', 'basic', 'client-id=x'), /basic\.conf/);
  assert.equal((await postern.cli('connector', 'show', 'basic')).origin, 'file');
  await postern.cli('connector', 'delete', 'stored');
  await assert.rejects(postern.cli('connector', 'show', 'stored'), /no such instance/);
});

test('no secret stands in the log', async () => {
  for (const text of ['a secret between', 'access_token', 'PRIVATE KEY', 'code_verifier']) assert.ok(!postern.log().includes(text), text);
});

await runTests({ after: async () => { rp.stop(); await provider.stop(); await postern.stop(); } });
