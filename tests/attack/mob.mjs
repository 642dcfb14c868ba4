// SPDX-License-Identifier: Apache-2.0
// Everything hostile at once, as a process of its own and at the lowest priority, so that the crowd's own work is not
// mistaken for the server's: mob.mjs PORT HALVES GUESSERS WORDS… until it gets SIGTERM; then it prints what it was answered.
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { House } from './house.mjs';

const [port, halves, guessers, client_id, ...words] = process.argv.slice(2);
const wait = (time) => new Promise((wake) => { setTimeout(wake, time); });
const house = new House();
Object.assign(house, { postern: { port: Number(port), url: `http://localhost:${port}` }, web: { client_id } });
const dial = (number) => connect({ port: house.port, host: '127.0.0.1', localAddress: `127.0.2.${1 + (number % 100)}` });
const ending = { now: false, sockets: new Set() };
setPriority(19);

/** Keeps @count connections in the middle of a head. */
function halfOpen(count, ending) {
  const open = (i) => {
    if (ending.now) return;
    const socket = dial(i);
    socket.on('error', () => {});
    socket.on('close', () => setTimeout(open, 50, i));
    socket.write('GET /livez HTTP/1.1\r\nHost: local');
    ending.sockets.add(socket);
    socket.on('close', () => ending.sockets.delete(socket));
  };
  for (let i = 0; i < count; i += 1) open(i);
}

/** As many wrong passwords at a time as ten times the hashes that run and wait. */
async function storm(count, ending) {
  const agent = new Agent({ keepAlive: true });
  const browsers = await Promise.all(Array.from({ length: count }, () => house.atPassword(house.web)));
  const answers = {};
  await Promise.all(browsers.map(async ({ visitor, path, fields }) => {
    visitor.agent = agent;
    while (!ending.now) {
      const { status } = await visitor.send(house.url + path, { method: 'POST', form: { ...fields, password: 'a guess that is wrong' } }).catch(() => ({ status: 0 }));
      answers[status] = (answers[status] ?? 0) + 1;
      await wait(20);
    }
  }));
  agent.destroy();
  return answers;
}

const nested = '['.repeat(30_000) + ']'.repeat(30_000);
const deep = [nested, `{"redirect_uris":${nested}}`, '{"a":'.repeat(10_000), `[${'1,'.repeat(25_000)}1]`, `{${'"a":1,'.repeat(8000)}"a":1}`];

async function deepJson(ending) {
  for (let i = 0; !ending.now; i += 1) {
    const answer = await fetch(`${house.url}/oidc/register`, { method: 'POST', headers: { authorization: 'Bearer a-token-of-the-tests', 'content-type': 'application/json' }, body: deep[i % deep.length] });
    assert.ok(answer.status === 400 || answer.status === 503, `deep JSON was answered ${answer.status}`); // 503: bodies hold too much already
    await answer.arrayBuffer();
    await wait(2);
  }
}

/** 200 MB to an address that takes 256 KB: as far as it is taken. */
async function largeBody(chunked, ending) {
  const piece = Buffer.alloc(1 << 16, 'x');
  while (!ending.now) {
    const socket = connect(house.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.write(`POST /oidc/token HTTP/1.1\r\nHost: localhost\r\n${chunked ? 'Transfer-Encoding: chunked' : 'Content-Length: 209715200'}\r\n\r\n`);
    for (let i = 0; i < 3200 && !socket.destroyed; i += 1) {
      if (chunked) socket.write('10000\r\n');
      if (!socket.write(chunked ? Buffer.concat([piece, Buffer.from('\r\n')]) : piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
    }
    socket.destroy();
    await wait(5);
  }
}

/** Large bodies in their middle, within what their address takes: they hold memory as long as they may. */
function heldBodies(count, ending) {
  const part = Buffer.alloc(200_000, 'x');
  for (let i = 0; i < count; i += 1) {
    const socket = dial(i);
    socket.on('error', () => {});
    socket.resume();
    socket.write('POST /callback/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 524288\r\n\r\n');
    socket.write(part);
    ending.sockets.add(socket);
  }
}

const all = {
  halves: () => halfOpen(Number(halves), ending),
  held: () => heldBodies(Number(halves) / 4, ending),
  guesses: () => storm(Number(guessers), ending),
  json: () => deepJson(ending),
  bodies: () => Promise.all([largeBody(false, ending), largeBody(true, ending)]),
};
process.on('SIGTERM', () => {
  ending.now = true;
  for (const socket of ending.sockets) socket.destroy();
});
const answers = await Promise.all((words.length ? words : Object.keys(all)).map((word) => all[word]()));
console.log(JSON.stringify(answers.find((one) => one && !Array.isArray(one)) ?? {}));
process.exit(0); // thousands of half-open sockets would keep it alive; whoever failed has thrown before this line
