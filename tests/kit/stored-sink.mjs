// SPDX-License-Identifier: Apache-2.0
// A sink from outside the tree that is set up in the running server: it hears what happens from then on, and no more once it is gone.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { startPostern } from '../lib/server.mjs';
import { runTests, test } from '../lib/tap.mjs';
import { Visitor } from '../lib/visitor.mjs';
import { until } from '../lib/wait.mjs';

let heard = 0;
const listener = createServer((request, response) => { heard += 1; request.resume(); response.end(); }).listen(0, '127.0.0.1');
await once(listener, 'listening');
const postern = await startPostern({ plugins: process.env.PLUGINS, config: { outbound: { allow: '127.0.0.1' } } });
const person = { identifier: 'ada@example.com', password: 'correct horse battery staple 9' };
await postern.cli('user', 'create', '--email', person.identifier, '--password', person.password);

const signIn = () => new Visitor().walk(`${postern.url}/account`, `${postern.url}/account?`, person).catch(({ here }) => assert.equal(here, `${postern.url}/account`));

test('it hears what happens while it is there', async () => {
  await signIn();
  assert.equal(heard, 0);
  await postern.cli('connector', 'create', 'ear', '--stored', '--type', 'hasty', `url=http://127.0.0.1:${listener.address().port}/`);
  await until('it is not running', async () => (await postern.cli('connector', 'show', 'ear')).state === 'running');
  await until('it hears nothing', async () => { await signIn(); return heard > 0; });
  await postern.cli('connector', 'delete', 'ear');
  const before = heard;
  await signIn(); // at once, while the worker is there that was told of it
  assert.equal(heard, before);
});

await runTests({ after: async () => { listener.close(); await postern.stop(); } });
