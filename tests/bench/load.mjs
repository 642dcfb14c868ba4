// SPDX-License-Identifier: Apache-2.0
// What the benchmark does to a server, the same for both: constant requests by h2load, whole flows by a small client of
// our own. Speed is counted in requests per second of processor time of the server, so that the load generator on the
// same machine does not count.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Visitor } from '../lib/visitor.mjs';

const ticks = Number(execFileSync('getconf', ['CLK_TCK']));

/** Processor seconds of a process and its threads so far; the sum for several. */
export function cpuSeconds(pids) {
  return pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) / ticks;
  }, 0);
}

/** Processor seconds of the threads called @name of these processes so far. */
export function threadSeconds(pids, name) {
  return pids.flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`)).reduce((sum, thread) => {
    if (readFileSync(`${thread}/comm`, 'utf8').trim() !== name) return sum;
    return sum + Number(readFileSync(`${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
  }, 0);
}

/** Proportional set size in MB, so that pages two processes share count once. */
export function memory(pids) {
  return pids.reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]), 0) / 1024;
}

export function children(pid) {
  const found = [];
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (Number(readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ')[1].split(' ')[1]) === pid) found.push(Number(entry), ...children(Number(entry)));
    } catch { /* it ended meanwhile */ }
  }
  return found;
}

/** Where one core is to be full, the last is the server's and the first the load's; a machine of one core has only that. */
export const lastCore = cpus().length - 1;
export const pin = ({ pids }, cores) => { for (const pid of pids) execFileSync('taskset', ['-acp', cores, String(pid)], { stdio: 'ignore' }); };

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

function summary(requests, wall, cpu, times) {
  times.sort((a, b) => a - b);
  return { requests, perSecond: requests / wall, perCore: requests / cpu, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
export const form = (fields) => new URLSearchParams(fields).toString();

/** What an application asks for itself. */
export const machineForm = (server, machine = server.machine) => form({ grant_type: 'client_credentials', client_id: machine.id, client_secret: machine.secret, resource: machine.resource, scope: 'read' });

/** @param rate requests a second in all, 0 for as many as it takes; @param core where the load is made; none: anywhere */
export function h2load(server, { path, method = 'GET', body, headers = {}, count, clients = 16, rate = 0, core }) {
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  const log = join(folder, 'log');
  const options = ['--h1', '-t1', `-c${clients}`, `-n${count}`, `--log-file=${log}`];
  if (rate) options.push(`--rps=${Math.max(1, Math.round(rate / clients))}`);
  if (body !== undefined) {
    writeFileSync(join(folder, 'body'), body);
    options.push(`--data=${join(folder, 'body')}`, '-H', 'content-type: application/x-www-form-urlencoded');
  }
  for (const [name, value] of Object.entries(headers)) options.push('-H', `${name}: ${value}`);
  const before = cpuSeconds(server.pids), start = process.hrtime.bigint();
  const command = core === undefined ? [] : ['taskset', '-c', String(core)];
  const [program, ...args] = [...command, 'h2load', ...options, server.url + path];
  execFileSync(program, args, { stdio: 'pipe' });
  const wall = Number(process.hrtime.bigint() - start) / 1e9, cpu = cpuSeconds(server.pids) - before;
  const rows = readFileSync(log, 'utf8').trim().split('\n').map((row) => row.split('\t').map(Number));
  rmSync(folder, { recursive: true });
  const bad = rows.filter(([, status]) => status !== 200).length;
  if (bad || rows.length !== count) throw new Error(`${server.name} ${method} ${path}: ${bad} of ${rows.length} answers were not 200 (${count} asked)`);
  return summary(rows.length, wall, cpu, rows.map(([, , micros]) => micros / 1000));
}

/** Runs @one for each of @count turns, @clients at a time, and sums up what the server spent. */
export async function turns(server, count, clients, one) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const times = [];
  let next = 0;
  const before = cpuSeconds(server.pids), start = process.hrtime.bigint();
  await Promise.all(Array.from({ length: clients }, async () => {
    while (next < count) {
      const turn = next++, began = process.hrtime.bigint();
      await one(agent, turn);
      times.push(Number(process.hrtime.bigint() - began) / 1e6);
    }
  }));
  const result = summary(count, Number(process.hrtime.bigint() - start) / 1e9, cpuSeconds(server.pids) - before, times);
  agent.destroy();
  return result;
}

/** A whole code flow with PKCE: authorize, sign in as @visitor does, redeem. Gives the tokens. */
export async function codeFlow(server, agent, scope = 'openid', visitor = new Visitor(agent, { manager: true })) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: server.web.id, response_type: 'code', redirect_uri: 'https://app.example.com/callback', scope, state: randomBytes(8).toString('hex'),
    nonce: randomBytes(8).toString('hex'), code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
  });
  const back = await visitor.walk(`${server.url}${server.paths.authorize}?${query}`, 'https://app.example.com/', server.person);
  const code = back.searchParams.get('code');
  if (!code) throw new Error(`${server.name}: no code in ${back}`);
  return token(server, visitor, { grant_type: 'authorization_code', code, redirect_uri: 'https://app.example.com/callback', code_verifier: verifier });
}

export async function token(server, visitor, form) {
  const answer = await visitor.send(server.url + server.paths.token, { method: 'POST', form: { client_id: server.web.id, client_secret: server.web.secret, ...form } });
  if (answer.status !== 200) throw new Error(`${server.name}: token ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text);
}
