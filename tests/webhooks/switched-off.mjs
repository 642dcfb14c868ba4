// SPDX-License-Identifier: Apache-2.0
// A messenger that is switched off ends at once, also in workers that are only still there to end what they began.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostern } from '../lib/server.mjs';
import { test } from '../lib/tap.mjs';
import { until } from '../lib/wait.mjs';
import { Receiver } from './receiver.mjs';

test('what a messenger is at when it is switched off is cut off, and nothing more goes by it', async () => {
  const postern = await startPostern({ config: { outbound: { allow: '127.0.0.1' } } }), receiver = await Receiver.start();
  const write = () => postern.cli('message', 'test', 'ada@example.com').catch(() => {}); // waits for what becomes of it, and says that this is nothing
  receiver.pause = 60_000;
  try {
    await postern.cli('connector', 'create', 'post', '--stored', '--type', 'http-email', `url=${receiver.url}`, 'authentication=none', 'body={"to":"{to}"}');
    await until('the messenger does not start', async () => (await postern.cli('connector', 'show', 'post')).state === 'running');
    const writing = [write(), write()], old = postern.workers;
    await receiver.await(2);
    await postern.cli('connector', 'disable', 'post');
    const answered = Date.now();
    await until('they are not cut off', () => receiver.cut === 2);
    assert.ok(Date.now() - answered < 1000, `${Date.now() - answered} ms after the answer`);
    await until('the old worker stays', () => !postern.workers.some((worker) => old.includes(worker)));
    await sleep(2500); // it would have been tried again within two and a half seconds
    assert.equal(receiver.events.length, 2);
    const { items } = await postern.cli('message', 'list');
    assert.deepEqual(items.map(({ state }) => state), ['waiting', 'waiting']);
    assert.match(items[0].result, /switched off/);
    receiver.pause = 0;
    await postern.cli('connector', 'enable', 'post');
    await receiver.await(4);
    await Promise.all(writing);
  } finally {
    await postern.stop();
    receiver.close();
  }
});
