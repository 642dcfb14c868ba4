// SPDX-License-Identifier: Apache-2.0
// What a connection may cost: bytes of body by route, time, how many there may be; and TLS that changes its certificate
// while it serves. The grammar is tried by tests/proxy/hostile.py.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { Outbox } from '../lib/outbox.mjs';
import { freePort, preparePostern, startPostern } from '../lib/server.mjs';
import { test } from '../lib/tap.mjs';
import { Visitor } from '../lib/visitor.mjs';
import { House } from './house.mjs';

const servers = [], folder = mkdtempSync(join(tmpdir(), 'postern-wire-'));
const wait = (time) => new Promise((wake) => { setTimeout(wake, time); });

async function start(config) {
  const server = await startPostern({ config });
  servers.push(server);
  return server;
}

export async function stop() {
  for (const server of servers) await server.stop();
  rmSync(folder, { recursive: true });
}

/** A socket that keeps what it was told. */
async function dial(port, address = '127.0.0.1') {
  const socket = connect({ port, host: '127.0.0.1', localAddress: address });
  socket.heard = '';
  socket.on('data', (data) => { socket.heard += data; });
  socket.on('error', () => {});
  socket.ended = new Promise((resolve) => { socket.on('close', () => resolve(socket.heard)); });
  await once(socket, 'connect');
  return socket;
}

const head = (method, path, ...fields) => `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
const until = async (what, check, time = 10_000) => {
  for (const end = Date.now() + time; !check();) {
    assert.ok(Date.now() < end, `did not happen: ${what}`);
    await wait(10);
  }
};

test('wire: each route takes the body that its row allows, and not a byte more', async () => {
  const house = new House();
  house.postern = await start({});
  for (const { method, pattern, body, flags } of house.routes()) {
    if (flags.includes('admin')) continue;
    const path = pattern.replace(/\{\w+(\.\.\.)?\}/g, 'x');
    for (const [length, status] of [[body + 1, 413], ...(body ? [[body, 100]] : [])]) {
      const socket = await dial(house.port);
      socket.write(head(method, path, 'Expect: 100-continue', `Content-Length: ${length}`));
      await until('an answer', () => socket.heard.includes('\r\n\r\n'));
      assert.equal(Number(socket.heard.slice(9, 12)), status, `${method} ${pattern}: ${length} bytes`);
      socket.destroy();
    }
    const chunked = await dial(house.port);
    chunked.write(head(method, path, 'Transfer-Encoding: chunked') + `${(body + 1).toString(16)}\r\n`);
    assert.equal(Number((await chunked.ended).slice(9, 12)), 413, `${method} ${pattern}: chunked`);
  }
});

test('wire: who is slow with a head or a body is told so, who says nothing is left', async () => {
  const server = await start({ limits: { 'head-timeout': 1500, 'body-timeout': 1500, 'idle-timeout': 1500 } }); // more than this process is kept from writing
  const begun = Date.now(), sockets = {};
  for (const [name, text] of Object.entries({
    silent: '', half: 'GET /livez HTT', 'no end': 'GET /livez HTTP/1.1\r\nHost: localhost\r\n', body: head('POST', '/oidc/token', 'Content-Length: 5') + 'a',
    chunk: head('POST', '/oidc/token', 'Transfer-Encoding: chunked') + '5\r\na', trailer: head('POST', '/oidc/token', 'Transfer-Encoding: chunked') + '0\r\nX: y\r\n', idle: head('GET', '/livez'),
  })) {
    sockets[name] = await dial(server.port);
    sockets[name].write(text);
  }
  // One byte at a time, each in time, is no way round.
  const drips = { 'drip head': 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ', 'drip body': head('POST', '/oidc/token', 'Content-Length: 1000') };
  for (const [name, text] of Object.entries(drips)) {
    sockets[name] = await dial(server.port);
    sockets[name].write(text);
  }
  const drip = setInterval(() => { for (const name of Object.keys(drips)) if (!sockets[name].destroyed) sockets[name].write('a'); }, 50);
  const ends = Object.fromEntries(await Promise.all(Object.entries(sockets).map(async ([name, socket]) => [name, (await socket.ended).slice(9, 12)])));
  clearInterval(drip);
  assert.deepEqual(ends, { silent: '', half: '408', 'no end': '408', body: '408', chunk: '408', trailer: '408', idle: '200', 'drip head': '408', 'drip body': '408' });
  assert.ok(Date.now() - begun < 20_000); // not the minute that a drip a byte would last
});

test('wire: beyond the cap the longest idle connection makes room, and nobody else is cut off', async () => {
  const server = await start({ limits: { connections: 40 } });
  const idle = [];
  for (let i = 0; i < 120; i += 1) {
    const socket = await dial(server.port);
    socket.write(head('GET', '/livez'));
    await until('an answer', () => socket.heard.includes('ok\n') || socket.destroyed);
    assert.ok(socket.heard.includes('ok\n'), `connection ${i} was not served`);
    idle.push(socket);
  }
  await wait(100);
  const open = idle.map((socket) => !socket.destroyed);
  assert.ok(open.filter(Boolean).length <= 40);
  assert.deepEqual(open.slice(-30), Array(30).fill(true), 'the newest are open');
  assert.deepEqual(open.slice(0, 70), Array(70).fill(false), 'the oldest made room');
  for (const socket of idle) socket.destroy();
});

test('wire: when all connections are in the middle of a request, a newcomer is turned away, and later served', async () => {
  const server = await start({ limits: { connections: 40, 'head-timeout': 1500 } });
  const halves = [];
  for (let i = 0; i < 60; i += 1) {
    const socket = await dial(server.port);
    socket.write('GET /livez HTTP/1.1\r\n');
    halves.push(socket);
  }
  await until('twenty are closed', () => halves.filter(({ destroyed }) => destroyed).length >= 20);
  assert.ok(halves.filter(({ destroyed }) => !destroyed).length <= 40);
  await Promise.all(halves.map(({ ended }) => ended));
  assert.equal((await fetch(`${server.url}/livez`)).status, 200);
});

test('wire: one address may hold its share of connections, others have theirs', async () => {
  const server = await start({ limits: { 'connections-per-address': 10 } });
  const mine = [];
  for (let i = 0; i < 15; i += 1) mine.push(await dial(server.port, '127.0.0.2'));
  await until('five are closed', () => mine.filter(({ destroyed }) => destroyed).length === 5);
  const other = await dial(server.port, '127.0.0.3');
  other.write(head('GET', '/livez', 'Connection: close'));
  assert.match(await other.ended, /^HTTP\/1.1 200/);
  for (const socket of mine) socket.destroy();
  let heard = '';
  for (const end = Date.now() + 10_000; heard === '' && Date.now() < end;) { // it may take a moment to notice who has left
    const again = await dial(server.port, '127.0.0.2');
    again.write(head('GET', '/livez', 'Connection: close'));
    heard = await again.ended;
  }
  assert.match(heard, /^HTTP\/1.1 200/);
});

test('wire: what is said of the client is believed of a listed proxy only', async () => {
  for (const proxies of ['', '127.0.0.9']) {
    const server = await start({ server: { 'trusted-proxies': proxies }, limits: { rate: 1, 'rate-burst': 1 } });
    for (const field of ['X-Forwarded-For: 192.0.2.77', 'Forwarded: for=192.0.2.78']) {
      const statuses = [];
      for (let i = 0; i < 5; i += 1) {
        const socket = await dial(server.port, '127.0.0.9');
        socket.write(head('GET', '/livez', 'Connection: close', field));
        statuses.push(Number((await socket.ended).slice(9, 12)));
      }
      // Loopback itself is not limited: only who is believed to come from elsewhere is.
      assert.equal(statuses.at(-1), proxies ? 429 : 200, field);
    }
  }
});

/** Says on each request that it was sent to somebody else's name, in every way that there is. */
class Liar extends Visitor {
  send(url, { headers, ...options } = {}) {
    return super.send(url, { ...options, headers: { ...headers, host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', 'x-forwarded-server': 'evil.example', forwarded: 'host=evil.example;proto=http' } });
  }
}

test('wire: whatever a request calls us, also through a proxy that is believed, links and addresses are those of the public URL', async () => {
  const outbox = new Outbox(), identifier = 'reader@example.com';
  const house = await House.open({ web: ['--kind', 'web'] }, { config: { server: { 'trusted-proxies': '127.0.0.1' } }, instances: { post: outbox.instance } });
  servers.push(house.postern);
  await house.postern.cli('user', 'create', '--email', identifier, '--email-verified', '--password', 'correct horse battery staple 9');
  const liar = new Liar(), seen = [];
  const send = async (path, options) => { const answer = await liar.send(house.url + path, options); seen.push(JSON.stringify(answer.headers), answer.text); return answer; };
  assert.equal(JSON.parse((await send('/.well-known/openid-configuration')).text).issuer, house.url);
  for (const action of ['recover', 'factor:code']) {
    const { path, fields } = await house.stand(liar, `${house.url}${house.ask(house.web).path}`, { identifier }, 'password');
    assert.equal((await send(path, { method: 'POST', form: { csrf: fields.csrf, action } })).status, 303);
    await send(path.split('?')[0]);
  }
  await outbox.wait(identifier, 2);
  for (const { text, html } of outbox.list(identifier)) {
    seen.push(text, html);
    assert.ok(text.includes(`${house.url}/code/`), text);
  }
  for (const one of seen) assert.ok(!one.includes('evil.example'), one);
  outbox.close();
});

test('wire: a connection takes a hundred thousand requests and is then told to close', async () => {
  const server = await start({ log: { access: 'false' } });
  const socket = connect(server.port, '127.0.0.1'), batch = head('GET', '/livez').repeat(1000);
  const line = 'HTTP/1.1 200 OK\r\n';
  let answers = 0, tail = '';
  socket.on('data', (data) => {
    const text = tail.slice(1 - line.length) + data; // too short to hold a line that was counted
    answers += text.split(line).length - 1;
    tail = (tail + data).slice(-400);
  });
  socket.on('error', () => {});
  const closed = new Promise((resolve) => { socket.on('close', resolve); });
  for (let i = 0; i < 101 && !socket.destroyed; i += 1) if (!socket.write(batch)) await Promise.race([once(socket, 'drain'), closed]);
  await closed;
  assert.equal(answers, 100_000);
  assert.match(tail, /Connection: close/i);
});

function certify(name) {
  const [key, certificate] = ['key', 'certificate'].map((kind) => join(folder, `${name}-${kind}.pem`));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  return { key, certificate };
}

/** Asks over TLS; gives the certificate's name and the answer. */
async function askTls(port) {
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const name = socket.getPeerCertificate().subject.CN;
  let heard = '';
  socket.on('data', (data) => { heard += data; });
  socket.write(head('GET', '/livez', 'Connection: close'));
  await once(socket, 'close');
  return { name, status: Number(heard.slice(9, 12)) };
}

/** A server that speaks TLS itself. */
async function startTls({ key, certificate }, limits = {}) {
  const port = await freePort(), url = `https://localhost:${port}`;
  const server = await preparePostern({ port, config: { server: { 'public-url': url, 'tls-certificate': certificate, 'tls-key': key }, limits } });
  server.url = url;
  servers.push(server);
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // while it is asked whether it is ready: its certificate is its own word
  await server.start();
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  return server;
}

test('wire: a new certificate is served after a reload, and who was connected before goes on', async () => {
  const old = certify('old'), fresh = certify('fresh');
  const used = { key: join(folder, 'key.pem'), certificate: join(folder, 'certificate.pem') };
  for (const kind of ['key', 'certificate']) copyFileSync(old[kind], used[kind]);
  const server = await startTls(used);
  assert.deepEqual(await askTls(server.port), { name: 'old', status: 200 });

  const kept = connectTls({ port: server.port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false });
  await once(kept, 'secureConnect');
  for (const kind of ['key', 'certificate']) copyFileSync(fresh[kind], used[kind]);
  const before = server.log().split('reloaded: ').length;
  server.signal('SIGHUP');
  kept.write(head('GET', '/livez'));
  const [answer] = await once(kept, 'data');
  assert.match(answer.toString(), /^HTTP\/1.1 200/);
  kept.destroy();
  await until('the reload', () => server.log().split('reloaded: ').length > before, 30_000);
  assert.deepEqual(await askTls(server.port), { name: 'fresh', status: 200 });
});

test('wire: who does not finish the handshake, or speaks plain HTTP to it, holds nothing', async () => {
  const { key, certificate } = certify('handshake');
  const server = await startTls({ key, certificate }, { 'head-timeout': 500 });
  const sockets = await Promise.all(['', '\x16\x03\x01', head('GET', '/livez'), 'x'.repeat(20000)].map(async (text) => {
    const socket = await dial(server.port);
    socket.write(text, 'latin1');
    return socket;
  }));
  const begun = Date.now();
  await Promise.all(sockets.map(({ ended }) => ended));
  assert.ok(Date.now() - begun < 5000);
  assert.deepEqual(await askTls(server.port), { name: 'handshake', status: 200 });
});
