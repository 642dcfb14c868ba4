// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { startPostern } from '../lib/server.mjs';
import { runTests, test } from '../lib/tap.mjs';
import { until } from '../lib/wait.mjs';
import { commands, runJavaScript, runPython } from './guide.mjs';
import { Receiver } from './receiver.mjs';
import './sinks.mjs';
import './switched-off.mjs';

const postern = await startPostern({ config: { outbound: { allow: '127.0.0.1' }, server: { 'drain-timeout': 1 } } });
let people = 0;
const addUser = () => postern.cli('user', 'create', '--email', `person-${people += 1}@example.com`);

/** A webhook of its own that gets what happens to people, and the server behind it. */
async function withWebhook(work) {
  const receiver = await Receiver.start();
  const webhook = await postern.cli('webhook', 'create', '--endpoint', receiver.url, '--event', 'user.*');
  try {
    await work(receiver, webhook);
  } finally {
    await postern.cli('webhook', 'delete', webhook.id);
    receiver.close();
  }
}

/** Does @work at the time of day @seconds since 1970. */
function at(seconds, work) {
  const now = Date.now;
  Date.now = () => seconds * 1000;
  try {
    return work();
  } finally {
    Date.now = now;
  }
}

const verify = (secret, { body, headers }) => new Webhook(secret).verify(body, headers);

test('the reference library takes what is sent, and nothing that was changed or kept', () => withWebhook(async (receiver, { secret }) => {
  const user = await addUser(), event = await receiver.await(1), told = verify(secret, event), other = `whsec_${randomBytes(32).toString('base64')}`, sent = Number(event.headers['webhook-timestamp']);
  assert.equal(told.type, 'user.created');
  assert.equal(told.data.target, user.id);
  assert.equal(told.data.id, event.headers['webhook-id']);
  assert.equal(event.headers['content-type'], 'application/json');
  for (const bad of [() => verify(other, event), () => verify(secret, { ...event, body: event.body.replace(user.id, 'usr_other') }),
    () => verify(secret, { ...event, headers: { ...event.headers, 'webhook-id': 'aud_other' } }), () => at(sent + 301, () => verify(secret, event)), () => at(sent - 301, () => verify(secret, event))]) {
    assert.throws(bad, { name: 'WebhookVerificationError' });
  }
}));

test('while one secret takes the other’s place, both sign, and then the new one alone', () => withWebhook(async (receiver, { id, secret }) => {
  const { secret: second } = await postern.cli('webhook', 'rotate', id, '--overlap', '3600');
  assert.notEqual(second, secret);
  await addUser();
  const both = await receiver.await(1);
  for (const one of [secret, second]) assert.equal(verify(one, both).type, 'user.created');
  const { secret: third } = await postern.cli('webhook', 'rotate', id, '--overlap', '0');
  await addUser();
  const last = await receiver.await(2);
  assert.equal(verify(third, last).type, 'user.created');
  for (const gone of [secret, second]) assert.throws(() => verify(gone, last), { name: 'WebhookVerificationError' });
  assert.doesNotMatch(JSON.stringify([await postern.cli('webhook', 'show', id), await postern.cli('webhook', 'list')]), /whsec_|"secret"/);
}));

test('the guide’s code takes what is sent, and nothing that was changed or kept', () => withWebhook(async (receiver, { secret }) => {
  await addUser();
  const { body, headers } = await receiver.await(1), changed = body.replace('user.created', 'user.deleted'), old = { ...headers, 'webhook-timestamp': String(headers['webhook-timestamp'] - 301) };
  assert.equal(runJavaScript(secret, body, headers).type, 'user.created');
  assert.throws(() => runJavaScript(secret, changed, headers), { name: 'WebhookVerificationError' });
  assert.equal(runPython(secret, body, headers), true);
  assert.equal(runPython(secret, changed, headers), false);
  assert.equal(runPython(secret, body, { ...old, 'webhook-signature': new Webhook(secret).sign(headers['webhook-id'], new Date(old['webhook-timestamp'] * 1000), body) }), false);
}));

test('the guide’s commands do what it says', async () => {
  const receiver = await Receiver.start(), all = commands();
  let id, number = 0;
  assert.ok(all.length >= 8 && all.every((line) => line.startsWith('postern webhook ')), all.join('\n'));
  for (const line of all) {
    const words = line.split(' ').slice(1).map((word) => word.replace(/^'(.*)'$/, '$1').replace(/^whk_.*|^ID$/, id).replace('https://hooks.example/postern', receiver.url).replace(/^4711$/, number));
    const said = await postern.cli(...words);
    if (words[1] !== 'create') continue;
    id = said.id;
    await addUser();
    number = JSON.parse((await receiver.await(1)).body).data.number;
  }
  await postern.cli('webhook', 'delete', id);
  receiver.close();
});

/** Numbers of entries, in the order in which they came, each once. */
function numbersOf(receiver) {
  const seen = new Map();
  for (const { headers, body } of receiver.events) {
    const { number } = JSON.parse(body).data, id = headers['webhook-id'];
    assert.ok(!seen.has(id) || seen.get(id) === number, 'an id is one entry’s');
    seen.set(id, number);
  }
  return [...seen.values()];
}

test('workers die amid their work: nothing is lost, nothing comes before what it follows, and hardly anything twice', () => withWebhook(async (receiver, { id }) => {
  const count = 12, kills = 2;
  let pause = 0;
  receiver.pause = 100;
  for (let i = 0; i < count; i += 1) await addUser();
  for (let i = 0; i < kills; i += 1) {
    const before = receiver.events.length;
    await receiver.await(before + 2);
    process.kill(postern.workers[0], 'SIGKILL');
    const killed = Date.now(), had = receiver.events.length;
    pause = Math.max(pause, (await receiver.await(had + 1)).at - killed);
  }
  await until('some are not delivered', () => numbersOf(receiver).length >= count);
  const numbers = numbersOf(receiver);
  console.log(`# at most ${pause} ms from a worker’s end to the next event`);
  assert.equal(numbers.length, count);
  assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
  assert.ok(receiver.events.length <= count + kills, `${receiver.events.length} came`);
  await until('some are not counted', async () => (await postern.cli('webhook', 'show', id)).delivered === count);
}), { seconds: 180 });

test('who ends as asked leaves the work to the next one at once', () => withWebhook(async (receiver) => {
  await addUser();
  await receiver.await(1);
  const [old] = postern.workers;
  postern.signal('SIGHUP');
  await until('the old worker stays', () => !postern.workers.includes(old));
  const begun = Date.now();
  await addUser();
  console.log(`# ${(await receiver.await(2)).at - begun} ms until the first event after a reload`);
  assert.equal(receiver.events.length, 2);
}));

await runTests({ after: () => postern.stop() });
