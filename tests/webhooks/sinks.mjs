// SPDX-License-Identifier: Apache-2.0
// The audit log in files, by the sink `log-file`: what stands there while workers are killed, and while nothing can be written.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostern } from '../lib/server.mjs';
import { test } from '../lib/tap.mjs';
import { until } from '../lib/wait.mjs';

/** A server of its own whose sink `archive` writes into @folder, for all tenants. */
async function withArchive(work) {
  const folder = mkdtempSync(join(tmpdir(), 'postern-archive-'));
  const postern = await startPostern({ config: { server: { 'drain-timeout': 1 } }, instances: { archive: `Type=log-file\nTenants=*\nfolder=${folder}\n` } });
  try {
    await work(postern, folder);
  } finally {
    await postern.stop();
    rmSync(folder, { recursive: true });
  }
}

/** What stands in a tenant's file: whole lines alone, or this fails. */
function read(folder, tenant = 'default') {
  const file = join(folder, `${tenant}.jsonl`);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line)) : [];
}

/** No entry is missing between the first and the last, none is there twice, and none out of its order. */
function assertWhole(events) {
  const first = events[0].data.number;
  assert.deepEqual(events.map(({ data }) => data.number), events.map((_, i) => first + i));
  assert.equal(new Set(events.map(({ data }) => data.id)).size, events.length);
}

const made = (events) => events.filter(({ type }) => type === 'user.created').map(({ data }) => data.target);
const caughtUp = (postern) => until('the sink stays behind', async () => (await postern.cli('sink', 'show', 'archive')).behind === 0);

test('workers die amid their work: in the files of the audit log stands each entry once, in its order', () => withArchive(async (postern, folder) => {
  const users = [], count = 20, kills = 4;
  await postern.cli('tenant', 'create', 'acme');
  for (let i = 0; i < count; i += 1) {
    users.push((await postern.cli('user', 'create', '--email', `person-${i}@example.com`)).id);
    if (i % (count / kills)) continue;
    await until('the user is not in the file', () => made(read(folder)).length >= Math.min(i, 1));
    process.kill(postern.workers[0], 'SIGKILL');
  }
  const foreign = await postern.cli('user', 'create', '--email', 'ada@example.com', '--tenant', 'acme');
  await until('some are not in the file', () => made(read(folder)).length >= count);
  await caughtUp(postern);
  const events = read(folder), { position, delivered } = await postern.cli('sink', 'show', 'archive');
  assertWhole(events);
  assert.deepEqual(made(events), users);
  assert.equal(events.at(-1).data.number, position - 1);
  assert.ok(delivered <= events.length, `${delivered} of ${events.length}`); // what a worker wrote and could not settle comes twice, and is written once
  await until('the other tenant’s is not in its file', () => made(read(folder, 'acme')).includes(foreign.id));
  assert.ok(!JSON.stringify(events).includes(foreign.id), 'one tenant’s log is in another’s file');
  assertWhole(read(folder, 'acme'));
}), { seconds: 180, apart: true });

test('what cannot be written waits, is said, and comes when it can; going back writes all once more', () => withArchive(async (postern, folder) => {
  const file = join(folder, 'default.jsonl');
  await postern.cli('user', 'create', '--email', 'first@example.com');
  await until('nothing comes', () => made(read(folder)).length === 1);
  renameSync(file, `${file}.1`); // as logrotate does it
  mkdirSync(file);
  const users = [];
  for (let i = 0; i < 3; i += 1) users.push((await postern.cli('user', 'create', '--email', `later-${i}@example.com`)).id);
  const failing = await until('it does not fail', async () => { const sink = await postern.cli('sink', 'show', 'archive'); return sink.failures > 0 && sink.behind >= 3 && sink; }); // numbers come a moment later
  assert.match(failing.error, /default\.jsonl/);
  assert.ok(failing.due_at && failing.failing_since);
  await assert.rejects(postern.cli('doctor'), /“archive” takes no entries of the audit log: [^"]*default\.jsonl/);
  assert.match(postern.log(), /sink archive takes no entries/);
  rmdirSync(file);
  await until('they do not come', () => made(read(folder)).length >= 3);
  await caughtUp(postern);
  const events = read(folder);
  assertWhole(events);
  assert.deepEqual(made(events), users);
  assert.equal((await postern.cli('sink', 'show', 'archive')).failures, 0);
  renameSync(file, `${file}.2`);
  const back = await postern.cli('sink', 'replay', 'archive', '--from', '0');
  assert.equal(back.position, 0);
  await until('they do not come again', () => made(read(folder)).length === 4);
  await caughtUp(postern);
  assertWhole(read(folder));
  assert.equal(read(folder)[0].data.number, 0);
  assert.ok(read(folder).some(({ type, data }) => type === 'sink.replayed' && data.target === 'archive'));
  await assert.rejects(postern.cli('sink', 'replay', 'archive', '--from', '1000000'), /behind the end/);
  await assert.rejects(postern.cli('sink', 'show', 'password'), /no sink of that id/);
}), { seconds: 180, apart: true });
