// SPDX-License-Identifier: Apache-2.0
// A person signs in to an application through the connector that tests/abi/run built outside the tree and left in a
// folder; beside it, broken modules, of which the server must speak and by which it must not be harmed.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startPostern } from '../lib/server.mjs';
import { client, RelyingParty } from '../lib/relying-party.mjs';
import { Visitor } from '../lib/visitor.mjs';
import { runTests, test } from '../lib/tap.mjs';

const work = join(process.env.BUILD, 'abi'), plugins = process.env.PLUGINS; // where tests/abi/run built the connector
const broken = readdirSync(work).filter((name) => name.startsWith('broken-'));
const postern = await startPostern({
  plugins: [plugins, ...broken.map((name) => join(work, name))].join(':'),
  instances: { mirror: `${process.env.INSTANCE ?? 'Type=outside\nperson=alice'}\nName=Mirror\n`, bad: 'Type=broken\n' },
});
const rp = await RelyingParty.start();

async function signIn(visitor) {
  const home = await rp.begin({ scope: 'openid email profile' });
  const answer = await visitor.walk(home, rp.redirectUri, {}, ['connector-mirror', 'consent-allow']);
  return rp.redeem(answer);
}

test('an application that we did not write gets a person from a connector that we did not build', async () => {
  const app = await postern.cli('app', 'create', '--name', 'Application', '--redirect-uri', rp.redirectUri);
  await rp.discover(postern.url, app.client_id, undefined, client.ClientSecretBasic(app.client_secret));
  const tokens = await signIn(new Visitor());
  const info = await client.fetchUserInfo(rp.config, tokens.access_token, tokens.claims().sub);
  assert.equal(info.email, 'alice@outside.example');
  assert.equal(info.email_verified, true);
  assert.equal(info.name, 'alice');
  assert.equal((await signIn(new Visitor())).claims().sub, tokens.claims().sub, 'the same person is the same user');
});

test('a callback that nobody asked for, or that comes twice, signs nobody in', async () => {
  const visitor = new Visitor();
  for (const query of ['', '?code=mirrored', '?code=mirrored&state=flw_1.state', '?code=mirrored&state=a&state=b']) {
    const answer = await visitor.send(`${postern.url}/callback/mirror${query}`);
    assert.ok(answer.status >= 400 && answer.status < 500, `${query}: ${answer.status}`);
    assert.ok(![...visitor.cookies.keys()].some((name) => /session/.test(name)));
  }
});

test('the server says which modules it left out, and why', async () => {
  for (const word of ['broken.plugin', 'plugin interface 2']) assert.ok(postern.log().includes(word), `no word of ${word} in\n${postern.log()}`);
});

await runTests({ after: async () => { rp.stop(); await postern.stop(); } });
