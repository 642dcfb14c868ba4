// SPDX-License-Identifier: Apache-2.0
// Connections to the database that die without a word, as where a firewall forgets them or a proxy hangs: open at both ends, and nothing goes through.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../crash/cycles.mjs';
import { Lost } from '../crash/world.mjs';
import { finding } from '../lib/server.mjs';
import { test } from '../lib/tap.mjs';

/** Between a node and the database: passes all on, until a connection is silenced. */
class Middleman {
  #pairs = new Set();
  #silent = false;

  /** @param socket the database's */
  static async start(socket) {
    const self = new Middleman();
    self.server = createServer((near) => self.#join(near, connect(socket))).listen(0, '127.0.0.1');
    await once(self.server, 'listening');
    return self;
  }

  get port() { return this.server.address().port; }

  #join(near, far) {
    const pair = { near, far, silent: this.#silent, asksToListen: false, listens: false };
    this.#pairs.add(pair);
    near.on('data', (bytes) => {
      pair.asksToListen ||= bytes.includes('LISTEN postern');
      if (!pair.silent) far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (pair.silent) return;
      near.write(bytes);
      pair.listens = pair.asksToListen;
    });
    for (const [one, other] of [[near, far], [far, near]]) {
      one.on('error', () => {});
      one.on('close', () => { if (!pair.silent || one === near) other.destroy(); });
    }
    near.on('close', () => this.#pairs.delete(pair));
  }

  /** From now on nothing goes through those of them that match @which; @others: nor through those that are made later */
  silence(which, { others = false } = {}) {
    for (const pair of this.#pairs) pair.silent ||= which(pair);
    this.#silent = others;
  }

  /** Whether one that is not silent hears what others change. */
  get listens() { return [...this.#pairs].some(({ silent, listens }) => listens && !silent); }

  /** Who comes now is let through; those that were silenced end, as the kernel ends them at last. */
  speakAgain() {
    this.#silent = false;
    for (const pair of this.#pairs) if (pair.silent) pair.near.destroy();
  }

  stop() {
    this.server.close();
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.destroy();
  }
}

const BOUND = 2000, RECHECK = 50; // milliseconds: so long an answer of the database is trusted; and what was read is not looked at again
const DEAD = 20_000; // milliseconds: a machine that has much to do needs more than the three and the seven seconds of data/guides/operating.md

/** A node behind @middleman: whether @machine gets a token there; 'nothing': no answer, or that it cannot at the moment. */
async function asks(way, machine, patience = 200) {
  const asked = way.oauth('token', { grant_type: 'client_credentials' }, machine).then(({ status }) => status === 200, (error) => { if (error instanceof Lost) return 'nothing'; throw error; });
  return Promise.race([asked, sleep(patience, 'nothing')]);
}

/** @returns milliseconds since @changed when the last request began that was answered as before */
async function lastStale(way, machine, changed, old, end) {
  let stale = 0;
  for (let began; (began = performance.now()) < changed + end;) {
    const answer = await asks(way, machine);
    if (answer === old) stale = began - changed;
    if (answer === !old) return stale;
    await sleep(5);
  }
  return stale;
}

/** @returns milliseconds, which end */
async function taken(work) {
  const begin = performance.now();
  await work();
  assert.ok(performance.now() - begin < DEAD, `it took ${performance.now() - begin} ms`);
  return performance.now() - begin;
}

export function addSilence(cluster) {
  test('a connection that dies without a word costs two seconds at most, and then nobody trusts what he keeps', async () => {
    const middleman = await Middleman.start(cluster.database.socket);
    const node = await cluster.prepareNode({ location: cluster.database.through('127.0.0.1', middleman.port) }), [first] = cluster.ways;
    const machine = await first.admin('POST', '/applications', { name: 'Machine', kind: 'service' });
    const enable = async (enabled) => {
      await first.admin('PATCH', `/applications/${machine.client_id}`, { enabled });
      return performance.now();
    };
    await node.start();
    const way = cluster.wayTo(node);
    try {
      for (const enabled of [false, true]) {
        await until('it listens', () => middleman.listens);
        await sleep(1000); // what it does itself after its start, or when it listens again, has it look again, too
        assert.equal(await asks(way, machine, 10_000), !enabled, 'what it keeps');
        middleman.silence(({ listens }) => listens);
        const stale = await lastStale(way, machine, await enable(enabled), !enabled, 30_000);
        console.log(`# the listener's connection is silent: the last answer as before was asked for after ${stale.toFixed(0)} ms`);
        assert.ok(stale < BOUND + RECHECK, `stale for ${stale} ms`);
      }
      middleman.silence(() => true);
      console.log(`# all connections are silent: a change is made by a new one after ${(await taken(() => way.admin('PATCH', `/applications/${machine.client_id}`, { enabled: true }))).toFixed(0)} ms`);
      await until('it listens', () => middleman.listens);
      await sleep(1000);
      assert.equal(await asks(way, machine, 10_000), true, 'what it keeps');
      middleman.silence(() => true, { others: true });
      const stale = await lastStale(way, machine, await enable(false), true, 5000);
      console.log(`# all are silent: … after ${stale.toFixed(0)} ms`);
      assert.ok(stale < BOUND + RECHECK, `stale for ${stale} ms`);
      const change = () => assert.rejects(way.admin('PATCH', `/applications/${machine.client_id}`, { enabled: true }), Lost);
      for (const nth of ['one', 'the next one']) console.log(`# ${nth} is told after ${(await taken(change)).toFixed(0)} ms that there is no database`);
      middleman.speakAgain();
      const begin = performance.now();
      while (await asks(way, machine, 1000) !== false) assert.ok(performance.now() - begin < 30_000, 'it serves again');
      console.log(`# it serves again ${(performance.now() - begin).toFixed(0)} ms after the database is there`);
    } finally {
      middleman.speakAgain();
      await node.stop();
      way.agent.destroy();
      middleman.stop();
    }
    assert.equal(finding(node.log()), undefined);
  });
}
