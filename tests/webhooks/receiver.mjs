// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { createServer } from 'node:http';
import { until } from '../lib/wait.mjs';

/** A server that takes events: each stands in `events`, as { headers, body, at }, in the order in which they came; `cut` of them had their connection closed unanswered. */
export class Receiver {
  events = [];
  cut = 0;
  status = 204;
  pause = 0; // milliseconds before it answers

  static async start() {
    const self = new Receiver();
    self.server = createServer((request, response) => self.#take(request, response)).listen(0, '127.0.0.1');
    await once(self.server, 'listening');
    self.url = `http://127.0.0.1:${self.server.address().port}/in`;
    return self;
  }

  async #take(request, response) {
    const parts = [];
    response.on('close', () => { this.cut += response.writableEnded ? 0 : 1; });
    for await (const part of request) parts.push(part);
    this.events.push({ headers: request.headers, body: Buffer.concat(parts).toString(), at: Date.now() });
    if (this.pause) await new Promise((wake) => setTimeout(wake, this.pause));
    response.writeHead(this.status, this.status < 300 ? {} : { 'Retry-After': '0' }).end();
  }

  /** Waits until @count events have come. @returns the last of these */
  async await(count) {
    return until(() => `${this.events.length} of ${count} events came`, () => this.events[count - 1]);
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
