// SPDX-License-Identifier: Apache-2.0
// A visitor that costs next to nothing: node's own client takes longer for a code flow than the server that it asks, so that the server
// is idle half of the time and pays for falling asleep and waking with each request. What is measured then is no full core.
import { connect } from 'node:net';
import { Visitor } from '../lib/visitor.mjs';

/** One connection: one request at a time, kept open. Takes answers with a length or in chunks, as both servers send them. */
class Wire {
  #come = Buffer.alloc(0);
  #waiting;

  constructor({ hostname, port }) {
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.socket.on('data', (data) => { this.#come = this.#come.length ? Buffer.concat([this.#come, data]) : data; this.#read(); });
    for (const event of ['error', 'close']) this.socket.on(event, (error) => this.#waiting?.reject(error || new Error('the connection ended within an answer')));
  }

  ask(text) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.socket.write(text, 'latin1');
    });
  }

  #read() {
    const end = this.#come.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [first, ...lines] = this.#come.latin1Slice(0, end).split('\r\n'), headers = { 'set-cookie': [] };
    for (const line of lines) {
      const at = line.indexOf(':'), name = line.slice(0, at).toLowerCase(), value = line.slice(at + 1).trim();
      if (name === 'set-cookie') headers[name].push(value);
      else headers[name] = value;
    }
    const body = headers['transfer-encoding'] === 'chunked' ? this.#chunks(end + 4) : this.#bytes(end + 4, Number(headers['content-length'] ?? 0));
    if (!body) return;
    this.#come = this.#come.subarray(body.end);
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve({ status: Number(first.slice(9, 12)), headers, text: body.text });
  }

  /** Each: undefined where not all of it has come yet. */
  #bytes(start, length) {
    return this.#come.length >= start + length ? { text: this.#come.utf8Slice(start, start + length), end: start + length } : undefined;
  }

  #chunks(start) {
    for (let at = start, text = ''; ;) {
      const line = this.#come.indexOf('\r\n', at);
      const chunk = line < 0 ? undefined : this.#bytes(line + 2, parseInt(this.#come.latin1Slice(at, line), 16));
      if (!chunk || this.#come.length < chunk.end + 2) return undefined;
      at = chunk.end + 2;
      text += chunk.text;
      if (chunk.text === '') return { text, end: at };
    }
  }
}

/** The connections to one server: as many as there are requests at once. */
export class Wires {
  #idle = [];
  #all = [];

  constructor(url) { this.url = new URL(url); }

  async ask(text) {
    const wire = this.#idle.pop() ?? this.#open();
    const answer = await wire.ask(text);
    this.#idle.push(wire);
    return answer;
  }

  #open() {
    const wire = new Wire(this.url);
    this.#all.push(wire);
    return wire;
  }

  close() { for (const wire of this.#all) wire.socket.destroy(); }
}

export class WireVisitor extends Visitor {
  constructor(wires, options) { super(undefined, options); this.wires = wires; }

  exchange(url, method, headers, body = '') {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
    return this.wires.ask(`${method} ${url.slice(this.wires.url.origin.length)} HTTP/1.1\r\nhost: ${this.wires.url.host}\r\n${lines}\r\n${body}`);
  }
}
