// SPDX-License-Identifier: Apache-2.0
// Crash and power: kills under load, and disks or databases that refuse. BUILD names the build folder; CYCLES how many kills (100;
// on PostgreSQL 12); SEED repeats the choices of a run.
import assert from 'node:assert/strict';
import { hasPostgresql } from '../lib/database.mjs';
import { runTests, test } from '../lib/tap.mjs';
import { DatabaseCycles } from './database-cycles.mjs';
import { DiskCycles } from './disk-cycles.mjs';
import { addExport } from './export.mjs';
import { addFirstStart } from './first-start.mjs';
import { stopRefusals } from './refusals.mjs';
import { World } from './world.mjs';

const count = Number(process.env.CYCLES ?? (hasPostgresql ? 12 : 100)), seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31)), group = 10;
console.log(`# SEED=${seed} CYCLES=${count}`);

const world = await World.start();
const cycles = world.database ? new DatabaseCycles(world, seed) : new DiskCycles(world, seed);

async function expectNoFault(work) {
  const before = cycles.tally.faults.length;
  await work();
  const faults = cycles.tally.faults.slice(before);
  assert.equal(faults.length, 0, `\n${faults.join('\n')}\n`);
}

for (let first = 1; first <= count; first += group) {
  const last = Math.min(count, first + group - 1);
  test(`kills ${first} to ${last}: nothing lost, doubled or revived`, () => expectNoFault(async () => {
    for (let round = first; round <= last; round += 1) await cycles.round();
  }), { seconds: 600 });
}

test('after all kills, all that was ever noted still holds', () => expectNoFault(async () => {
  await cycles.last();
  for (const line of cycles.summary()) console.log(`# ${line}`);
}), { seconds: 600 });

if (!world.database) addFirstStart(seed);
addExport(seed);

test('the servers leave in good order, and their logs hold no finding', async () => {
  await world.postern.stop();
  await stopRefusals();
});

await runTests({ after: () => world.close() });
