// SPDX-License-Identifier: Apache-2.0
// Postern beside oidc-provider on the same machine in the same run. Prints a table; `--check` also fails when a ratio that
// the project promises is missed. Each figure is requests per second of the server's processor time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort, startPostern } from '../lib/server.mjs';
import { Visitor } from '../lib/visitor.mjs';
import { beside } from './beside.mjs';
import { children, codeFlow, form, h2load, lastCore, machineForm, median, memory, pin, threadSeconds, token, turns } from './load.mjs';
import { WireVisitor, Wires } from './wire.mjs';

const rounds = Number(process.env.ROUNDS ?? 3), scale = Number(process.env.SCALE ?? 1);
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const n = (count) => Math.max(50, Math.round(count * scale));
const machine = { id: 'machine', secret: 'machine-secret-of-the-benchmark', resource: 'https://api.example.com' };
const opaque = 'https://opaque.example.com';
const person = { identifier: 'bench@example.com', login: 'bench@example.com', password: 'a long passphrase of the bench' };

async function startPeer() {
  const start = performance.now();
  const port = await freePort(), url = `http://127.0.0.1:${port}`;
  const process_ = spawn(process.execPath, [new URL('peer.mjs', import.meta.url).pathname, String(port)], { stdio: ['ignore', 'pipe', 'ignore'] });
  await Promise.race([once(process_.stdout, 'data'), once(process_, 'exit').then(([code]) => { throw new Error(`the peer did not start: ${code}`); })]);
  await fetch(`${url}/.well-known/openid-configuration`);
  return {
    name: 'oidc-provider', url, pids: [process_.pid], started: performance.now() - start, person, machine, machineOpaque: { ...machine, resource: opaque },
    web: { id: 'web', secret: 'web-secret-of-the-benchmark-run' },
    paths: { authorize: '/auth', token: '/token', jwks: '/jwks', introspect: '/token/introspection' },
    stop: () => process_.kill(),
  };
}

/** @param config groups of settings, such as of the hash; none: as an operator gets it */
async function startOurs(config) {
  // The peer writes no access log either.
  const postern = await startPostern({ config: { ...config, log: { access: 'false' } } });
  await postern.cli('user', 'create', '--email', person.identifier, '--email-verified', '--password', person.password);
  await postern.cli('config', 'set-policy', 'guesses_per_account=1000', 'guesses_per_address=100000'); // one person, eight at a time, is no guesser here
  const web = await postern.cli('app', 'create', '--name', 'Bench', '--kind', 'web', '--first-party', '--redirect-uri', 'https://app.example.com/callback',
    '--id-token-alg', 'ES256', '--scope', 'openid offline_access read');
  const service = await postern.cli('app', 'create', '--name', 'Machine', '--kind', 'service', '--resource', machine.resource, '--scope', 'read');
  const rsa = await postern.cli('app', 'create', '--name', 'Machine with RSA', '--kind', 'service', '--resource', machine.resource, '--scope', 'read', '--access-token-alg', 'RS256');
  const dumb = await postern.cli('app', 'create', '--name', 'Machine of opaque tokens', '--kind', 'service', '--resource', opaque, '--scope', 'read', '--access-token-format', 'opaque');
  await postern.restart(); // so that the start is measured with an existing database
  return {
    name: 'postern', url: postern.url, pids: [postern.pid, ...children(postern.pid)], started: postern.started, person,
    machine: { ...machine, id: service.client_id, secret: service.client_secret }, machineRsa: { ...machine, id: rsa.client_id, secret: rsa.client_secret },
    machineOpaque: { id: dumb.client_id, secret: dumb.client_secret, resource: opaque }, web: { id: web.client_id, secret: web.client_secret },
    paths: { authorize: '/oidc/authorize', token: '/oidc/token', jwks: '/oidc/jwks', introspect: '/oidc/introspect' },
    stop: () => postern.stop(),
  };
}

/**
 * Flows in each of which the server hashes once, without the hash, which the peer leaves out. What is taken off is what the threads took
 * that only hash; to ask them and to wait for them stays in. As a loop of its own (hash-bench) the same hash is faster, with its
 * memory at hand.
 */
async function withoutHash(server, flows) {
  const before = threadSeconds(server.pids, 'password-hash');
  const result = await flows();
  const hash = (threadSeconds(server.pids, 'password-hash') - before) / result.requests;
  return { ...result, hash, perCore: 1 / (1 / result.perCore - hash) };
}

/**
 * Whole flows on one core that is full: the server has the last, the load the first, and as many come at once as hashes may wait for their
 * turn: what is synced together is then as much as it gets. @param options of the visitor
 */
async function fullCore(server, options) {
  const wires = new Wires(server.url);
  pin(server, String(lastCore));
  pin({ pids: [process.pid] }, '0');
  try {
    return await withoutHash(server, () => turns(server, n(2000), 48, () => codeFlow(server, undefined, 'openid', new WireVisitor(wires, options))));
  } finally {
    for (const pids of [server.pids, [process.pid]]) pin({ pids }, `0-${lastCore}`);
    wires.close();
  }
}

/** Each row: its name, and how it is measured on one server. */
const rows = {
  discovery: (server) => h2load(server, { path: '/.well-known/openid-configuration', count: n(20000) }),
  jwks: (server) => h2load(server, { path: server.paths.jwks, count: n(20000) }),
  'client credentials, JWT': (server) => h2load(server, { path: server.paths.token, method: 'POST', body: machineForm(server), count: n(15000) }),
  // Ours are on the disk before they are given; the peer's are in its memory.
  'opaque tokens': (server) => h2load(server, { path: server.paths.token, method: 'POST', body: machineForm(server, server.machineOpaque), count: n(8000) }),
  // Both sides are filled in as a password manager does it: name and password on the first page that has a field for them.
  'code flow with PKCE': (server) => fullCore(server, { manager: true }),
  // Who types is asked for the name first (an e-mail domain may have its own provider), which the peer does not do: two requests more.
  'code flow, name then password': (server) => fullCore(server, {}),
  introspection: async (server) => {
    const answer = await codeFlow(server, undefined, 'openid offline_access');
    const body = form({ client_id: server.web.id, client_secret: server.web.secret, token: answer.refresh_token }); // the peer introspects no JWT
    return h2load(server, { path: server.paths.introspect, method: 'POST', body, count: n(8000) });
  },
  refresh: async (server) => {
    const chains = await Promise.all(Array.from({ length: 8 }, () => codeFlow(server, undefined, 'openid offline_access')));
    return turns(server, n(3000), 8, async (agent, turn) => {
      const chain = chains.pop();
      const answer = await token(server, new Visitor(agent), { grant_type: 'refresh_token', refresh_token: chain.refresh_token });
      chains.unshift({ ...chain, ...answer });
      return turn;
    });
  },
};

/** Node compiles what is hot while it runs: the peer is as fast as it gets only after some thousands of whole flows. */
const warmUps = (name) => (name === 'code flow with PKCE' ? 4 : 1);

/** What the project promises: row, least ratio. */
const promises = { discovery: 2, jwks: 2, 'client credentials, JWT': 2.5, 'opaque tokens': 2, 'code flow with PKCE': 4, introspection: 2 };

const chosen = (name) => !wanted.length || wanted.some((word) => name.includes(word));

// The hash is left out of the comparison, because the peer checks no password at all: the smallest one is made, and taken off.
const peer = await startPeer(), ours = await startOurs({ password: { memory: 8, iterations: 1 } });
const idle = { ours: memory(ours.pids), peer: memory(peer.pids) };
let missed = 0;
try {
  console.log(`${'per second of one core'.padEnd(30)}${'postern'.padStart(10)}${'peer'.padStart(10)}${'ratio'.padStart(8)}${'p50 ms'.padStart(16)}${'p99 ms'.padStart(16)}`);
  for (const [name, measure] of Object.entries(rows)) {
    if (!chosen(name)) continue;
    const results = { ours: [], peer: [] };
    for (let i = warmUps(name); i > 0; i -= 1) { await measure(ours); await measure(peer); }
    for (let round = 0; round < rounds; round += 1) {
      results.ours.push(await measure(ours));
      results.peer.push(await measure(peer));
    }
    const mid = (side, field) => median(results[side].map((result) => result[field]));
    const ratio = mid('ours', 'perCore') / mid('peer', 'perCore');
    const pair = (field) => `${mid('ours', field).toFixed(2)} / ${mid('peer', field).toFixed(2)}`.padStart(16);
    console.log(`${name.padEnd(30)}${mid('ours', 'perCore').toFixed(0).padStart(10)}${mid('peer', 'perCore').toFixed(0).padStart(10)}${ratio.toFixed(2).padStart(8)}${pair('p50')}${pair('p99')}`);
    if (mid('ours', 'hash')) console.log(`  without the hash, ${(mid('ours', 'hash') * 1000).toFixed(3)} ms each`);
    if (promises[name] && ratio < promises[name]) { missed += 1; console.log(`  missed: at least ${promises[name]} is promised`); }
    if (name === 'client credentials, JWT') {
      const rate = mid('ours', 'perSecond') / 2;
      const half = h2load(ours, { path: ours.paths.token, method: 'POST', body: machineForm(ours), count: n(10000), rate });
      console.log(`  at half of the highest rate (${rate.toFixed(0)}/s): p99 ${half.p99.toFixed(2)} ms`);
    }
  }
  for (const [name, measure] of Object.entries(beside)) {
    if (!chosen(name)) continue;
    const { lines, missed: promise } = await measure({ ours, startOurs, rounds, scale });
    for (const line of lines) console.log(line);
    if (promise) { missed += 1; console.log(`  missed: ${promise}`); }
  }
  console.log(`memory idle, MB               ${idle.ours.toFixed(1).padStart(10)}${idle.peer.toFixed(1).padStart(10)}`);
  console.log(`memory after the load, MB     ${memory(ours.pids).toFixed(1).padStart(10)}${memory(peer.pids).toFixed(1).padStart(10)}`);
  console.log(`start to first answer, ms     ${ours.started.toFixed(0).padStart(10)}${peer.started.toFixed(0).padStart(10)}`);
} finally {
  peer.stop();
  await ours.stop();
}
// Without --check a missed promise is only printed: a benchmark on a busy machine is no verdict.
process.exit(process.argv.includes('--check') && missed ? 1 : 0);
