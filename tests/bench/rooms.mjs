// SPDX-License-Identifier: Apache-2.0
// Instructions in user mode a request, by room, of the worker: started under callgrind, which counts only while requests are
// made, after some for warming up. Prints one table a kind of request; the rest, in libraries, by library.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostern } from '../lib/server.mjs';
import { codeFlow, form, machineForm, turns } from './load.mjs';
import { Visitor } from '../lib/visitor.mjs';

const requests = Number(process.env.REQUESTS ?? 200), warm = 50, wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'postern-rooms-'));
const person = { identifier: 'bench@example.com', login: 'bench@example.com', password: 'a long passphrase of the bench' };
const resource = 'https://api.example.com';

const under = ['valgrind', '-q', '--trace-children=yes', '--tool=callgrind', '--instr-atstart=no', `--vgdb-prefix=${folder}/vgdb`, `--callgrind-out-file=${folder}/out.%p`];

async function start() {
  const postern = await startPostern({ config: { password: { memory: 8, iterations: 1 }, log: { access: 'false' }, server: { 'handler-threads': 4 } }, under });
  await postern.cli('user', 'create', '--email', person.identifier, '--email-verified', '--password', person.password);
  const web = await postern.cli('app', 'create', '--name', 'Bench', '--kind', 'web', '--first-party', '--redirect-uri', 'https://app.example.com/callback', '--id-token-alg', 'ES256', '--scope', 'openid offline_access read');
  const machine = await postern.cli('app', 'create', '--name', 'Machine', '--kind', 'service', '--resource', resource, '--scope', 'read');
  return {
    name: 'postern', url: postern.url, pids: postern.workers, person, postern, paths: { authorize: '/oidc/authorize', token: '/oidc/token' },
    machine: { id: machine.client_id, secret: machine.client_secret, resource }, web: { id: web.client_id, secret: web.client_secret },
  };
}

const post = async (server, visitor, path, body) => {
  const answer = await visitor.send(server.url + path, { method: 'POST', form: Object.fromEntries(new URLSearchParams(body)) });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
};

/** Each kind: what is made ready once, and then asked time and again. */
const kinds = {
  discovery: async (server) => (agent) => new Visitor(agent).send(`${server.url}/.well-known/openid-configuration`),
  'client credentials': async (server) => (agent) => post(server, new Visitor(agent), '/oidc/token', machineForm(server)),
  introspection: async (server) => {
    const { refresh_token: token } = await codeFlow(server, undefined, 'openid offline_access');
    return (agent) => post(server, new Visitor(agent), '/oidc/introspect', form({ client_id: server.web.id, client_secret: server.web.secret, token }));
  },
  'code flow, four requests': async (server) => (agent) => codeFlow(server, agent),
};

/** The tool's own words: "instrumentation on", "zero", "dump". */
const control = (server, ...words) => execFileSync('vgdb', [`--vgdb-prefix=${folder}/vgdb`, `--pid=${server.pids[0]}`, ...words], { stdio: 'pipe' });

/** The room that a file lies in: src/http, plugins/protocol-oidc; of the guard by itself. */
function roomOf(file, object) {
  const found = /\/(?:src\/([a-z]+)|(plugins|connectors)\/([a-z0-9-]+))\/([^/]+)$/.exec(file);
  if (!found) return object.replace(/^.*\//, '').replace(/\.so.*$|-[\d.]+$/, '');
  if (found[2]) return `${found[2]}/${found[3]}`;
  return found[1] === 'http' && found[4].startsWith('postern-gate') ? 'src/http, the wire guard' : `src/${found[1]}`;
}

/** Self cost of each function by the file that it stands in; what is inlined counts where it was put in. */
function sum(path) {
  const names = { fl: {}, ob: {} }, rooms = new Map();
  let object = '', file = '', isCall = false;
  const name = (kind, text) => {
    const [, id, rest] = /^\((\d+)\)(?: (.*))?$/.exec(text);
    if (rest !== undefined) names[kind][id] = rest;
    return names[kind][id];
  };
  for (const line of readFileSync(path, 'latin1').split('\n')) {
    if (line.startsWith('ob=')) object = name('ob', line.slice(3));
    else if (line.startsWith('fl=')) file = name('fl', line.slice(3));
    else if (/^(fi|fe|cfi|cfl)=/.test(line)) name('fl', line.slice(line.indexOf('=') + 1));
    else if (line.startsWith('cob=')) name('ob', line.slice(4));
    else if (line.startsWith('calls=')) isCall = true;
    else if (/^[+\-*\d]/.test(line)) {
      if (!isCall) rooms.set(roomOf(file, object), (rooms.get(roomOf(file, object)) ?? 0) + Number(line.split(' ')[1]));
      isCall = false;
    }
  }
  return rooms;
}

function tally(paths) {
  const all = new Map();
  for (const path of paths) for (const [room, cost] of sum(path)) all.set(room, (all.get(room) ?? 0) + cost);
  return [...all].map(([room, cost]) => [room, cost / requests]).sort((a, b) => b[1] - a[1]);
}

function print(title, rows) {
  const total = rows.reduce((all, [, cost]) => all + cost, 0), small = rows.filter(([, cost]) => cost < total / 200);
  console.log(`\n${title}: ${Math.round(total).toLocaleString('en')} instructions`);
  for (const [room, cost] of rows.filter(([, one]) => one >= total / 200)) console.log(`  ${room.padEnd(28)}${Math.round(cost).toLocaleString('en').padStart(12)}`);
  console.log(`  ${'what is less'.padEnd(28)}${Math.round(small.reduce((all, [, cost]) => all + cost, 0)).toLocaleString('en').padStart(12)}`);
}

const server = await start();
try {
  for (const [title, prepare] of Object.entries(kinds)) {
    if (wanted.length && !wanted.some((word) => title.includes(word))) continue;
    const one = await prepare(server);
    await turns(server, warm, 1, one);
    control(server, 'instrumentation', 'on');
    control(server, 'zero');
    await turns(server, requests, 1, one);
    control(server, 'dump');
    control(server, 'instrumentation', 'off');
    const dumps = readdirSync(folder).filter((name) => /^out\.\d+\.\d+/.test(name)).map((name) => join(folder, name));
    print(title, tally(dumps));
    for (const path of dumps) rmSync(path);
  }
} finally {
  await server.postern.stop();
  rmSync(folder, { recursive: true });
}
