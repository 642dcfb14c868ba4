// SPDX-License-Identifier: Apache-2.0
// What one node knows the others know, single use and limits hold across them, and nothing is lost whoever of them ends. BUILD
// names the build folder; SEED repeats the choices of a run.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Wrong } from '../crash/world.mjs';
import { finding } from '../lib/server.mjs';
import { runTests, test } from '../lib/tap.mjs';
import { Receiver } from '../webhooks/receiver.mjs';
import { addChanges } from './changes.mjs';
import { Cluster } from './cluster.mjs';
import { ClusterCycles } from './cluster-cycles.mjs';
import './move.mjs'; // which adds a test
import { addSilence } from './silence.mjs';
import './standby.mjs'; // likewise

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31)), races = 12;
console.log(`# SEED=${seed}`);

const cluster = await Cluster.start();
const [first, second, third] = cluster.ways;
const cycles = new ClusterCycles(cluster, seed, 8);
let people = 0;

async function makePerson() {
  const person = { email: `known-${people += 1}@example.com`, password: `amber lantern ${randomBytes(6).toString('hex')}` };
  person.id = (await cluster.admin('POST', '/users', { ...person, email_verified: true })).id;
  return person;
}

/** A browser whose next requests go by @way. */
function by(way, visitor = cluster.visitor({ manager: true })) {
  visitor.agent = way.agent;
  return visitor;
}

const succeeded = (answers) => answers.filter(({ status }) => status === 200).length;

/** Milliseconds until @check says so; nobody waits for ever. */
async function timed(what, check) {
  const begin = performance.now();
  while (!await check()) {
    assert.ok(performance.now() - begin < 30_000, what);
    await sleep(1);
  }
  return performance.now() - begin;
}

test('a sign-in goes through three nodes, and all know what comes of it', async () => {
  const person = await makePerson(), visitor = by(first), { here, answer: page } = await cluster.open(visitor);
  const form = visitor.form(page.text, here, { identifier: person.email, password: person.password }, ['submit']);
  const answer = await by(second, visitor).send(form.action, { method: 'POST', form: form.fields, headers: { origin: new URL(here).origin, 'sec-fetch-site': 'same-origin' } });
  assert.equal(answer.status, 303, 'a page of one node is taken by another');
  for (const way of cluster.ways) assert.ok(await cluster.isSignedIn(by(way, visitor)), 'the session is known');
  const code = await first.authorize(by(first, visitor), person, 'openid offline_access');
  const tokens = await second.redeem(code);
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
  const next = await third.refresh(tokens.refresh_token);
  assert.equal(next.status, 200, JSON.stringify(next));
  assert.equal(await first.isActive(next.refresh_token), true);
  assert.equal(await first.isTaken(next.access_token), true, 'a token that another node signed');
  assert.equal((await second.oauth('revoke', { token: next.refresh_token })).status, 200);
  for (const way of cluster.ways) assert.equal(await way.isActive(next.refresh_token), false);
});

test('a code and a refresh token serve one of three nodes that are asked at once', async () => {
  const person = await makePerson(), visitor = cluster.visitor();
  for (let i = 0; i < races; i += 1) {
    const code = await cluster.authorize(visitor, person, 'openid offline_access');
    assert.equal(succeeded(await Promise.all(cluster.ways.map((way) => way.redeem(code)))), 1, 'a code');
    const tokens = await cluster.redeem(await cluster.authorize(visitor, person, 'openid offline_access'));
    assert.equal(succeeded(await Promise.all(cluster.ways.map((way) => way.refresh(tokens.refresh_token)))), 1, 'a refresh token');
  }
});

test('guesses are counted across nodes', async () => {
  const person = await makePerson(), other = await makePerson(), limit = 5;
  const admits = async (way, { email, password }) => {
    try {
      return await Object.assign(Object.create(way), { visitor: () => by(way) }).admits(email, password);
    } catch (error) {
      if (error instanceof Wrong && / 429 /.test(error.message)) return 'no more';
      throw error;
    }
  };
  const guess = async (way, { email }) => assert.notEqual(await admits(way, { email, password: 'not this one at all' }), true);
  /** Every node has heard of the limit when it keeps somebody out by it. */
  const keepsOut = async (way) => {
    for (let i = 0; i < limit; i += 1) await guess(way, other);
    return await admits(way, other) !== true;
  };
  await cluster.admin('PATCH', '/policy', { guesses_per_account: limit });
  try {
    for (const way of cluster.ways) await timed('the limit is known', () => keepsOut(way));
    assert.equal(await admits(second, person), true, 'who has guessed nothing comes in');
    for (let i = 0; i < limit; i += 1) await guess(cluster.ways[i % 3], person);
    for (const way of cluster.ways) assert.notEqual(await admits(way, person), true, 'whoever guessed enough guesses nowhere');
  } finally {
    await cluster.admin('PATCH', '/policy', { guesses_per_account: 1000 });
  }
});

addChanges(cluster);

/** Transactions of @traced that match @pattern, without those of the work that nobody waits for: the log's numbers, and whose turn it is. */
const transactions = (traced, pattern) => traced.filter((statements) => statements.some((sql) => pattern.test(sql)) && !statements.some((sql) => /\b(audit_\w+|leases)\b/.test(sql)));

test('a code flow writes to the database four times, what the log says of it included', async () => {
  const person = await makePerson();
  const flow = async () => assert.equal((await first.redeem(await first.authorize(by(first, cluster.visitor({ manager: true })), person, 'openid offline_access'))).status, 200);
  await flow();
  const writes = transactions(await cluster.database.trace(flow), /^(INSERT|UPDATE|DELETE|WITH) /);
  console.log(`# ${writes.length} transactions, of ${writes.map((statements) => statements.filter((sql) => /^(INSERT|UPDATE|DELETE|WITH) /.test(sql)).length).join(', ')} changes`);
  assert.equal(writes.length, 4, JSON.stringify(writes, undefined, 1));
  assert.equal(writes.flat().filter((sql) => sql.startsWith('INSERT INTO audit ')).length, 2, 'the sign-in and its tokens');
});

test('a token for a machine writes nothing, and reads nothing that was read before', async () => {
  const machine = await first.admin('POST', '/applications', { name: 'Machine', kind: 'service' });
  const ask = async () => { for (let i = 0; i < 20; i += 1) assert.equal((await first.oauth('token', { grant_type: 'client_credentials' }, machine)).status, 200); };
  for (let tries = 0; tries < 8; tries += 1) { // what else is written now and then has all look again
    await ask();
    const traced = await cluster.database.trace(ask);
    assert.deepEqual(transactions(traced, /^(INSERT|UPDATE|DELETE|WITH) /), []);
    if (transactions(traced, / FROM (applications|signing_keys|settings|resources|roles|claims_hooks|tenants) /).length === 0) return;
  }
  assert.fail('each time something was read');
});

test('a node with another master key does not start, and says why', async () => {
  const stranger = await cluster.prepareNode({ masterKey: '' });
  await assert.rejects(stranger.start(), /master key/);
});

/** The process that does the periodic work: its number stands in the lease, between the host's name and a random one. */
const findHolder = async () => Number((await cluster.database.ask("SELECT holder FROM postern.leases WHERE name = 'maintenance' AND tenant = 'default'"))[0].split(':').at(-2));

test('one of three nodes delivers to webhooks; another one when its worker hangs, and not both once that is back', async () => {
  const receiver = await Receiver.start(), { id } = await first.admin('POST', '/webhooks', { url: receiver.url, events: ['user.created'] }), made = [];
  const addBy = async (ways) => {
    for (const way of ways) made.push((await way.admin('POST', '/users', { email: `told-${made.length}@example.com` })).id);
    await receiver.await(made.length);
  };
  await addBy(cluster.ways);
  await timed('what was delivered is written down', async () => (await first.admin('GET', `/webhooks/${id}`)).delivered === made.length);
  const hangs = await findHolder();
  process.kill(hangs, 'SIGSTOP');
  try {
    const begin = performance.now();
    await addBy(cluster.ways.filter((way) => !way.node.workers.includes(hangs)));
    console.log(`# another node goes on after ${Math.round(performance.now() - begin)} ms`);
  } finally {
    process.kill(hangs, 'SIGCONT');
  }
  assert.notEqual(await findHolder(), hangs);
  await addBy(cluster.ways);
  assert.deepEqual(receiver.events.map(({ body }) => JSON.parse(body).data.target), made);
  await first.admin('DELETE', `/webhooks/${id}`);
  receiver.close();
});

/** Somebody who only looks: is never answered with a 5xx but while the database is away, and then told when to come again. */
class Onlooker {
  counts = {};
  faults = [];

  constructor(visitor) { this.visitor = visitor; }

  async #look(path) {
    const { status, headers } = await this.visitor.send(`${cluster.url}${path}`);
    this.counts[status] = (this.counts[status] ?? 0) + 1;
    if (status >= 500 && (status !== 503 || !this.mayBeAway || !/^\d+$/.test(headers['retry-after'] ?? ''))) this.faults.push(`${path}: ${status}, Retry-After ${headers['retry-after']}`);
  }

  async watch() {
    while (!this.over) {
      for (const path of ['/account', '/oidc/jwks', '/account/sign-out']) await this.#look(path).catch((error) => this.faults.push(`${path}: ${error.message}`));
      await sleep(5);
    }
  }
}

async function endUnderLoad(kind, { mayBeAway }) {
  const visitor = cluster.visitor(), onlooker = Object.assign(new Onlooker(visitor), { mayBeAway }), before = cycles.tally.faults.length;
  await cluster.authorize(visitor, await makePerson(), 'openid');
  const watching = onlooker.watch();
  await cycles.run(kind).finally(() => { onlooker.over = true; });
  await watching;
  console.log(`# answers to who only looked: ${JSON.stringify(onlooker.counts)}`);
  assert.deepEqual([...cycles.tally.faults.slice(before), ...onlooker.faults.slice(0, 5)], []);
}

addSilence(cluster);

for (const kind of ['the first node', 'the second node', 'the third node']) {
  test(`${kind} is killed under load and comes back: nothing lost, doubled or revived`, () => endUnderLoad(kind, { mayBeAway: false }));
}

for (const kind of ['the database, in good order', 'the database, at once']) {
  test(`${kind}, restarts under load: nothing lost, doubled or revived`, () => endUnderLoad(kind, { mayBeAway: true }));
}

test('after all that, all that was ever noted still holds, and the audit log is of one piece', async () => {
  const before = cycles.tally.faults.length;
  await cycles.last();
  for (const line of cycles.summary()) console.log(`# ${line}`);
  assert.deepEqual(cycles.tally.faults.slice(before), []);
});

test('the nodes leave in good order, and their logs hold no finding', async () => {
  await Promise.all(cluster.nodes.map((node) => node.stop()));
  for (const node of cluster.nodes) assert.equal(finding(node.log()), undefined);
});

await runTests({ after: () => cluster.close() });
