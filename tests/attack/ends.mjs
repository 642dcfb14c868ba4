// SPDX-License-Identifier: Apache-2.0
// A person is switched off, or thrown out: everything that came of their sign-ins is worth nothing in the same moment, and the applications are told.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import * as jose from 'jose';
import { Visitor } from '../lib/visitor.mjs';
import { test } from '../lib/tap.mjs';
import { until } from '../lib/wait.mjs';
import { House, callback, person } from './house.mjs';

let house, listener, count = 0;
const told = [];

async function get() {
  if (house) return house;
  listener = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => { told.push(jose.decodeJwt(new URLSearchParams(body).get('logout_token'))); response.end(); });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const uri = `http://127.0.0.1:${listener.address().port}/`;
  house = await House.open({
    web: ['--kind', 'web', '--backchannel-logout-uri', uri],
    opaque: ['--kind', 'web', '--backchannel-logout-uri', uri, '--access-token-format', 'opaque'],
  }, { config: { outbound: { allow: '127.0.0.1' } } });
  await house.postern.cli('config', 'set-policy', 'guesses_per_account=1000', 'guesses_per_address=100000');
  return house;
}

export async function stop() {
  listener?.close();
  await house?.close();
}

/** Somebody of their own, signed in to @app: with a session's tokens and others that outlive it. */
async function enter(app) {
  count += 1;
  const visitor = new Visitor(), identifier = `ends${count}@example.com`;
  await house.postern.cli('user', 'create', '--email', identifier, '--email-verified', '--password', person.password);
  const tokens = [];
  for (const scope of ['openid', 'openid offline_access']) {
    const { path, verifier } = house.ask(app, { scope });
    const back = await visitor.walk(`${house.url}${path}`, callback, { identifier, password: person.password });
    tokens.push(await house.post('/oidc/token', { grant_type: 'authorization_code', code: back.searchParams.get('code'), redirect_uri: callback, code_verifier: verifier, ...house.secret(app) }));
  }
  return { app, visitor, identifier, tokens, sub: jose.decodeJwt(tokens[0].id_token).sub };
}

async function isActive(app, token) {
  return (await house.post('/oidc/introspect', { token, ...house.secret(app) })).active;
}

/** What of @one still opens anything. */
async function open({ app, visitor, tokens }) {
  const still = [];
  for (const [index, { access_token, refresh_token }] of tokens.entries()) {
    if (await isActive(app, access_token)) still.push(`introspection of ${index}`);
    if (await house.userinfo(access_token) === 200) still.push(`userinfo of ${index}`);
    if (refresh_token && (await house.post('/oidc/token', { grant_type: 'refresh_token', refresh_token, ...house.secret(app) })).status === 200) still.push(`refresh of ${index}`);
  }
  const { location } = await visitor.send(`${house.url}${house.ask(app, { prompt: 'none' }).path}`);
  if (location.includes('code=')) still.push('the session');
  if ((await visitor.send(`${house.url}/account`)).status === 200) still.push('/account');
  return still;
}

const wasTold = ({ sub }) => until('the applications are not told', () => told.some((token) => token.sub === sub));

for (const [what, ...command] of [
  ['switched off', 'user', 'update', null, '--disable'],
  ['deleted', 'user', 'delete', null],
  ['given another password', 'user', 'update', null, '--password', 'another correct horse battery 7'],
]) {
  test(`who is ${what} has nothing left at once, and the applications are told`, async () => {
    await get();
    for (const app of [house.web, house.opaque]) {
      const one = await enter(app);
      assert.equal(await isActive(app, one.tokens[0].access_token), true);
      await house.postern.cli(...command.map((word) => word ?? one.identifier));
      assert.deepEqual(await open(one), []);
      assert.equal(await wasTold(one), true);
      if (what !== 'switched off') continue;
      await house.postern.cli('user', 'update', one.identifier, '--enable'); // nothing of before comes back
      assert.deepEqual(await open(one), []);
    }
  });
}
