// SPDX-License-Identifier: Apache-2.0
// The power goes while a server starts for the first time, or soon after: the files, their folder and the master key are new.
import assert from 'node:assert/strict';
import { test } from '../lib/tap.mjs';
import { generator } from './random.mjs';
import { World } from './world.mjs';

const person = { email: 'ada@example.com', password: 'a long passphrase of hers' };

/** A server that has never run, with a disk that keeps its journal from the first call on. */
async function withFresh(work) {
  const world = await World.prepare();
  world.disk.keepJournal();
  try {
    await work(world);
  } finally {
    world.hangUp();
    await world.postern.stop();
    await world.close();
  }
}

async function end(world) {
  world.postern.signal('SIGKILL');
  await world.postern.ended;
}

export function addFirstStart(seed) {
  test('the power goes at any call of the first start: the next start is as good as the first', async () => {
    const random = generator(seed);
    let cuts = 0;
    for (let calls = 1, reached = true; reached; calls += 1 + Math.floor(random() * 12)) {
      await withFresh(async (world) => {
        world.disk.arm({ file: 'any', op: 'any', phase: 'after' }, calls, true);
        await world.postern.start().catch(() => {});
        reached = world.disk.disarm();
        if (!reached) return;
        cuts += 1;
        await world.postern.ended;
        world.disk.cutPower(world.postern.dataDir, random, 0);
        await world.postern.startAgain();
        await world.makeWeb();
      });
    }
    assert.ok(cuts > 0, 'no first start was cut');
  }, { seconds: 300 });

  test('the power goes soon after the first start: what was acknowledged stands, and the master key with it', async () => {
    for (let round = 0; round < 3; round += 1) {
      await withFresh(async (world) => {
        await world.postern.start();
        await world.makeWeb();
        await world.admin('POST', '/users', { ...person, email_verified: true });
        const tokens = await world.redeem(await world.authorize(world.visitor(), person, 'openid offline_access'));
        for (const pid of world.postern.workers) process.kill(pid, 'SIGKILL');
        await end(world);
        world.disk.cutPower(world.postern.dataDir, () => 0, 0);
        await world.postern.startAgain();
        assert.equal((await world.admin('GET', `/users/${person.email}`)).email, person.email);
        assert.equal(await world.isTaken(tokens.access_token), true);
        assert.equal((await world.refresh(tokens.refresh_token)).status, 200);
      });
    }
  }, { seconds: 300 });
}
