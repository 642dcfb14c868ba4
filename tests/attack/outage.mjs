// SPDX-License-Identifier: Apache-2.0
// One upstream accepts connections and never answers: whoever does not need it must not notice.
import assert from 'node:assert/strict';
import { createServer as listenHttp } from 'node:http';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { generateKeyPairSync } from 'node:crypto';
import * as jose from 'jose';
import { Visitor } from '../lib/visitor.mjs';
import { test } from '../lib/tap.mjs';
import { House, callback, person } from './house.mjs';
import { Provider } from './provider.mjs';

const NOTICED = 3000; // milliseconds: a busy machine may be slow, but the client's own patience with a provider is 10 s
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let house, corp, other, silent, told;

/** Takes every connection and says nothing. */
async function startSilent() {
  const sockets = new Set(), server = createServer((socket) => { sockets.add(socket); socket.on('error', () => {}); socket.on('close', () => sockets.delete(socket)); });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, stop() { server.close(); for (const socket of sockets) socket.destroy(); } };
}

async function get() {
  if (house) return house;
  [corp, other, silent] = [await Provider.start(), await Provider.start(), await startSilent()];
  told = { tokens: [], server: listenHttp((request, response) => { told.tokens.push(Date.now()); request.resume(); response.end(); }) };
  told.server.listen(0, '127.0.0.1');
  await once(told.server, 'listening');
  house = await House.open({
    web: ['--kind', 'web'],
    service: ['--kind', 'service', '--scope', 'read', '--resource', 'https://api.example.com'],
    keyless: ['--kind', 'service', '--auth-method', 'private_key_jwt', '--jwks-uri', `${silent.url}/jwks`, '--scope', 'read', '--resource', 'https://api.example.com'],
    deaf: ['--kind', 'web', '--backchannel-logout-uri', `${silent.url}/logout`],
    told: ['--kind', 'web', '--backchannel-logout-uri', `http://127.0.0.1:${told.server.address().port}/logout`],
  }, {
    config: { outbound: { allow: '127.0.0.1' } },
    instances: { corp: corp.instance.replace('Name=Corp', 'Name=Ministry & Sons'), other: other.instance },
  });
  await house.postern.cli('config', 'set-policy', 'guesses_per_account=1000', 'guesses_per_address=100000');
  await press('other'); // so that its metadata and its origin are known
  return house;
}

export async function stop() {
  for (const one of [corp, other, silent]) one?.stop();
  told?.server.close();
  await house?.close();
}

/** A person who presses the button of @connector; gives the answer, and how long it took. */
async function press(connector) {
  const visitor = new Visitor();
  const page = await house.stand(visitor, `${house.url}${house.ask(house.web).path}`, {}, 'identifier');
  const begun = Date.now();
  const answer = await visitor.send(house.url + page.path, { method: 'POST', form: { ...page.fields, action: `connector:${connector}` } });
  return { visitor, path: page.path, answer, time: Date.now() - begun };
}

const service = () => ({ grant_type: 'client_credentials', scope: 'read', resource: 'https://api.example.com', ...house.secret(house.service) });

/** What everybody else does; gives the longest time that one of them took. */
async function life() {
  const times = [];
  const take = async (one) => { const begun = Date.now(); await one(); times.push(Date.now() - begun); };
  await Promise.all(Array.from({ length: 6 }, async () => { // fewer than may be on their way to one provider
    await take(() => house.tokens(house.web));
    await take(async () => assert.equal((await house.post('/oidc/token', service())).status, 200));
    await take(async () => assert.equal((await fetch(`${house.url}/.well-known/openid-configuration`)).status, 200));
    await take(async () => assert.ok((await press('other')).answer.location?.startsWith(other.issuer)));
  }));
  return Math.max(...times);
}

test('outage: a provider that hangs slows nobody else, and is given up before it fails', async () => {
  await get();
  assert.ok(await life() < NOTICED);
  corp.silent = true;
  const begun = Date.now(), pressed = Array.from({ length: 20 }, () => press('corp'));
  let worst = 0, given;
  while (!given && Date.now() - begun < 20_000) {
    worst = Math.max(worst, await life());
    const { answer, time } = Date.now() - begun > 5000 ? await press('corp') : {};
    if (answer && time < NOTICED) given = Date.now() - begun;
  }
  assert.ok(worst < NOTICED, `somebody waited for ${worst} ms`);
  assert.ok(given <= 10_000, `the circuit breaker opened after ${given} ms`);
  for (const { visitor, path, answer } of await Promise.all(pressed)) {
    assert.equal(answer.status, 303);
    const { status, text } = await visitor.send(new URL(answer.location, house.url + path).href);
    assert.equal(status, 200);
    assert.match(text, /Ministry &amp; Sons does not answer right now/);
    assert.match(text, /id="connector-other"/);
    assert.match(text, /id="identifier"/);
  }
});

test('outage: who was sent to the page of a provider that hangs signs in another way, in the same flow', async () => {
  await get();
  const { visitor, answer } = await press('corp');
  const url = await visitor.walk(new URL(answer.location, house.url).href, callback, person);
  assert.ok(url.searchParams.get('code'));
});

test('outage: an application whose key set hangs holds up nobody else', async () => {
  await get();
  const assertion = (kid) => new jose.SignJWT({ jti: `${kid}` }).setProtectedHeader({ alg: 'ES256', kid: `k${kid}` }).setIssuer(house.keyless.client_id).setSubject(house.keyless.client_id)
    .setAudience(house.url).setExpirationTime('60s').sign(key.privateKey);
  const asked = Array.from({ length: 40 }, async (_, i) => house.post('/oidc/token', {
    grant_type: 'client_credentials', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: await assertion(i),
  }));
  await new Promise((wake) => { setTimeout(wake, 200); });
  const worst = await life();
  assert.ok(worst < NOTICED, `somebody waited for ${worst} ms`);
  for (const { status, error } of await Promise.all(asked)) assert.deepEqual([status, error], [401, 'invalid_client']);
});

test('outage: an application that hangs when it is told of a sign-out holds up no other', async () => {
  await get();
  const visitors = await Promise.all(Array.from({ length: 8 }, async () => {
    const visitor = new Visitor(), { id_token } = await house.tokens(house.deaf, visitor);
    await house.tokens(house.told, visitor);
    return { visitor, id_token };
  }));
  const begun = Date.now(), before = told.tokens.length;
  for (const { visitor, id_token } of visitors) assert.ok((await visitor.send(`${house.url}/oidc/logout?${new URLSearchParams({ id_token_hint: id_token })}`)).status < 400);
  while (told.tokens.length < before + visitors.length && Date.now() - begun < 20_000) await new Promise((wake) => { setTimeout(wake, 20); });
  assert.equal(told.tokens.length, before + visitors.length);
  assert.ok(Date.now() - begun < NOTICED, `it took ${Date.now() - begun} ms`);
});
