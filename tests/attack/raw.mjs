// SPDX-License-Identifier: Apache-2.0
// HTTP in bytes of our own choosing, over sockets of our own.
import { connect } from 'node:net';
import { once } from 'node:events';

/** The bytes of a request that asks for the connection to be closed behind it. */
export function request(method, path, { headers = {}, form, body = form && new URLSearchParams(form).toString() } = {}) {
  const all = { host: 'localhost', ...headers, connection: 'close' };
  if (form) all['content-type'] = 'application/x-www-form-urlencoded';
  if (body !== undefined) all['content-length'] = Buffer.byteLength(body);
  return `${method} ${path} HTTP/1.1\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body ?? ''}`;
}

export function parse(text) {
  const end = text.indexOf('\r\n\r\n');
  const [line, ...fields] = text.slice(0, end).split('\r\n');
  const headers = fields.map((field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 1).trim()]);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1] ?? 0),
    headers: Object.fromEntries(headers),
    cookies: Object.fromEntries(headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value.split(';')[0].split('='))),
    text: text.slice(end + 4),
  };
}

/**
 * Sends all @requests at the same moment, each over a connection of its own: everything but the last byte goes first, then
 * the last bytes together, so that the server has nothing to do in between. Gives the answers in the same order.
 */
export async function volley(port, requests) {
  const sockets = await Promise.all(requests.map(async () => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    await once(socket, 'connect');
    return socket;
  }));
  const answers = sockets.map((socket) => new Promise((resolve, reject) => {
    const chunks = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => resolve(parse(Buffer.concat(chunks).toString())));
    socket.on('error', reject);
  }));
  await Promise.all(sockets.map((socket, i) => new Promise((sent) => { socket.write(requests[i].slice(0, -1), sent); })));
  await new Promise((wake) => { setTimeout(wake, 50); });
  sockets.forEach((socket, i) => socket.write(requests[i].slice(-1)));
  return Promise.all(answers);
}
