// SPDX-License-Identifier: Apache-2.0
// Rows whose peer is not oidc-provider: bare libsoup, openssl speed, Argon2 alone, and the wire guard beside its own promise.
// Each runs its peer in the same minute on the same machine and gives lines to print, and whether what is promised was missed.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { promisify } from 'node:util';
import { freePort } from '../lib/server.mjs';
import { codeFlow, h2load, lastCore as last, machineForm, median, pin, turns } from './load.mjs';

const tool = (name, ...args) => execFileSync(`${process.env.BUILD}/tests/bench/${name}`, args, { encoding: 'utf8' });
const ticks = Number(execFileSync('getconf', ['CLK_TCK']));

/* --- bare libsoup ----------------------------------------------------------------------------------------------------- */

async function startBare() {
  const port = await freePort();
  const child = spawn(`${process.env.BUILD}/tests/bench/bare-soup`, [String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return { name: 'bare libsoup', url: `http://127.0.0.1:${port}`, pids: [child.pid], stop: () => child.kill() };
}

/** The highest rate a second at which 99 of 100 are answered within 5 ms, looked for downwards from what it does at most. */
function sustained(server, request, seconds) {
  const most = h2load(server, { ...request, count: Math.round(seconds * 5000), core: 0 }).perSecond;
  let share = 1, p99;
  for (; share >= 0.1; share -= 0.05) {
    const rate = most * share;
    const result = h2load(server, { ...request, count: Math.max(500, Math.round(rate * seconds)), core: 0, rate });
    p99 = result.p99;
    if (p99 < 5 && result.perSecond > 0.97 * rate) break;
  }
  return { most, rate: most * share, p99 };
}

async function bareSoup({ ours, rounds, scale }) {
  const bare = await startBare(), rates = { ours: [], bare: [] }, costs = { ours: [], bare: [] }, lines = [];
  const body = machineForm(ours), seconds = 4 * scale;
  pin(bare, String(last));
  pin(ours, String(last));
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const [side, server, path] of [['bare', bare, '/token'], ['ours', ours, ours.paths.token]]) {
        costs[side].push(h2load(server, { path, method: 'POST', body, count: Math.round(10000 * scale), core: 0 }).perCore);
        rates[side].push(sustained(server, { path, method: 'POST', body }, seconds));
      }
    }
  } finally {
    pin(ours, `0-${last}`);
    bare.stop();
  }
  const rate = (side) => median(rates[side].map((one) => one.rate)), ratio = rate('ours') / rate('bare'), cost = median(costs.ours) / median(costs.bare);
  lines.push(`client credentials on one core, p99 < 5 ms: ${rate('ours').toFixed(0)}/s; bare libsoup with a constant: ${rate('bare').toFixed(0)}/s: ${(ratio * 100).toFixed(0)} %`);
  lines.push(`  by processor time: ${median(costs.ours).toFixed(0)} and ${median(costs.bare).toFixed(0)} a second of a core: ${(cost * 100).toFixed(0)} %`);
  return { lines, missed: ratio < 0.5 ? 'at least 50 % is promised' : null };
}

/* --- the wire guard --------------------------------------------------------------------------------------------------- */

/** Seconds in user mode so far: without what the kernel does with sockets, which every server has to ask it for. */
const userSeconds = (pids) => pids.reduce((sum, pid) => sum + Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[11]), 0) / ticks;

async function guard({ ours, rounds, scale }) {
  const count = Math.round(200000 * scale), whole = [], bytes = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = userSeconds(ours.pids);
    h2load(ours, { path: '/.well-known/openid-configuration', count });
    whole.push((userSeconds(ours.pids) - before) / count * 1e6);
    bytes.push(Number(tool('gate-bench')) / 1000);
  }
  const own = median(bytes);
  return {
    lines: [`wire guard: ${own.toFixed(2)} µs a token request for its grammar, its body and the wording of the answer;`,
      `  ${median(whole).toFixed(2)} µs in user mode for all that a constant answer takes: deadlines, router, log and the C library, too`],
    missed: own > 3 ? 'at most 3 µs is promised' : null,
  };
}

/* --- signing ---------------------------------------------------------------------------------------------------------- */

function opensslSigns() {
  const text = execFileSync('openssl', ['speed', '-seconds', '2', 'rsa2048'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return Number(/^rsa\s+2048 bits\s+\S+\s+\S+\s+([\d.]+)/m.exec(text)[1]);
}

async function signing({ ours, rounds, scale }) {
  const body = machineForm(ours, ours.machineRsa), signs = [], tokens = [];
  for (let round = 0; round < rounds; round += 1) {
    signs.push(opensslSigns());
    tokens.push(h2load(ours, { path: ours.paths.token, method: 'POST', body, count: Math.round(4000 * scale) }).perCore);
  }
  const ratio = median(tokens) / median(signs);
  return {
    lines: [`RS256 tokens, whole requests: ${median(tokens).toFixed(0)} a second of a core; openssl speed rsa2048 signs ${median(signs).toFixed(0)}: ${(ratio * 100).toFixed(0)} %`],
    missed: ratio < 0.75 ? 'at least 75 % is promised' : null,
  };
}

/* --- passwords -------------------------------------------------------------------------------------------------------- */

/** On every core at once: they share the caches and the way to memory. @returns hashes a second of a core; 0: not built */
async function hashes(way) {
  const rates = await Promise.all(cpus().map(() => promisify(execFile)(`${process.env.BUILD}/tests/bench/hash-bench`, [way]).catch(() => ({ stdout: '0' }))));
  return rates.reduce((sum, { stdout }) => sum + Number(stdout), 0) / rates.length;
}

/** Beside what Argon2id's libraries do, of which the server may use another part than their own calls; and beside that alone. */
async function passwords({ startOurs, rounds, scale }) {
  const hashing = await startOurs(), rates = { arena: [], shared: [], sodium: [], signIns: [] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const way of ['arena', 'shared', 'sodium']) rates[way].push(await hashes(way));
      rates.signIns.push((await turns(hashing, Math.max(50, Math.round(150 * scale)), 4, (agent) => codeFlow(hashing, agent))).perCore);
    }
  } finally {
    await hashing.stop();
  }
  const [signIns, libraries, alone] = [median(rates.signIns), Math.max(median(rates.arena), median(rates.shared)), Math.max(median(rates.sodium), median(rates.arena))];
  const of = (hashed) => `${hashed.toFixed(1)} (${(signIns / hashed * 100).toFixed(0)} %)`;
  return {
    lines: [`password sign-ins: ${signIns.toFixed(1)} a second of a core; Argon2id hashes of the faster library: ${of(libraries)}; hashes as the server makes them: ${of(alone)}`],
    missed: signIns / libraries < 0.9 ? 'at least 90 % of the faster library is promised' : null,
  };
}

/* --- PostgreSQL beside SQLite ------------------------------------------------------------------------------------------- */

const postgresql = (...args) => execFileSync(new URL('../lib/postgresql', import.meta.url).pathname, args, { encoding: 'utf8' }).trim();

/** Transactions that changed something, in the whole server: only they are given a number, at once. Its statistics come up to ten seconds late. */
function countWrites(folder) {
  const count = Number(postgresql('psql', folder, '-c', 'SELECT pg_snapshot_xmax(pg_current_snapshot())'));
  if (!Number.isInteger(count)) throw new Error('the writes could not be counted');
  return count;
}

/** Both with the smallest hash; the database's own work is not counted, for it has cores of its own where speed matters. */
async function postgresqlBesideSqlite({ ours, startOurs, rounds, scale }) {
  const folder = postgresql('start'), n = Math.max(50, Math.round(400 * scale));
  const machine = (server) => h2load(server, { path: server.paths.token, method: 'POST', body: machineForm(server), count: Math.round(15000 * scale) });
  const flow = (server) => turns(server, n, 8, (agent) => codeFlow(server, agent));
  const results = { machine: { ours: [], theirs: [] }, flow: { ours: [], theirs: [] } };
  let theirs, writes;
  try {
    theirs = await startOurs({ password: { memory: 8, iterations: 1 }, database: { type: 'postgresql', location: postgresql('new', folder) } });
    await flow(theirs);
    const before = countWrites(folder);
    await flow(theirs);
    writes = (countWrites(folder) - before) / n;
    if (writes < 1) throw new Error(`a code flow writes, and ${writes.toFixed(2)} writes each were counted`);
    for (let round = 0; round < rounds; round += 1)
      for (const [name, measure] of Object.entries({ machine, flow }))
        for (const [side, server] of [['ours', ours], ['theirs', theirs]]) results[name][side].push((await measure(server)).perCore);
  } finally {
    await theirs?.stop();
    postgresql('drop', folder);
  }
  const pair = (name) => [median(results[name].theirs), median(results[name].ours)];
  const line = (what, [a, b]) => `${what} with PostgreSQL: ${a.toFixed(0)} a second of a core; with SQLite: ${b.toFixed(0)}: ${(a / b * 100).toFixed(0)} %`;
  return {
    lines: [line('client credentials, JWT', pair('machine')), line('code flow with PKCE', pair('flow')), `  writes a code flow: ${writes.toFixed(2)}`],
    missed: pair('machine')[0] / pair('machine')[1] < 0.9 ? '90 % of SQLite is promised for client credentials' : writes > 4.4 ? 'at most 4 writes a code flow are promised' : null,
  };
}

export const beside = { 'beside bare libsoup': bareSoup, 'wire guard': guard, 'RS256 signing': signing, 'password sign-ins': passwords, 'PostgreSQL beside SQLite': postgresqlBesideSqlite };
