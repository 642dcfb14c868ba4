// SPDX-License-Identifier: Apache-2.0
// Two workers of one server, on SQLite: what is changed through one the other sees as nodes see it of each other.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { once } from 'node:events';
import { request } from 'node:http';
import { until } from '../crash/cycles.mjs';
import { World } from '../crash/world.mjs';
import { preparePostern } from '../lib/server.mjs';
import { NodeAgent } from './cluster.mjs';

/** Whether the process @pid has the other end of @socket, a connection to @port. */
function serves(pid, socket, port) {
  const hex = (number) => number.toString(16).toUpperCase().padStart(4, '0');
  const line = readFileSync('/proc/net/tcp', 'utf8').split('\n').map((text) => text.trim().split(/\s+/)).find(([, here, there]) => here?.endsWith(`:${hex(port)}`) && there?.endsWith(`:${hex(socket.localPort)}`));
  return line !== undefined && readdirSync(`/proc/${pid}/fd`).some((fd) => { try { return readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${line[9]}]`; } catch { return false; } });
}

export class Workers extends World {
  static async start() {
    const self = new Workers();
    self.postern = await preparePostern({ config: { server: { workers: 2 }, database: {}, password: { memory: 8, iterations: 1 }, log: { access: 'false' } } });
    await self.postern.start();
    await self.makeWeb();
    await until('both work', () => self.postern.workers.length === 2);
    self.ways = [self, ...await Promise.all(self.postern.workers.map((pid) => self.#wayTo(pid)))];
    return self;
  }

  get port() { return this.postern.port; }

  /** This world as it looks to who has one connection, which the worker @pid serves. */
  async #wayTo(pid) {
    for (let tries = 0; tries < 500; tries += 1) {
      const agent = new NodeAgent(this.port, { maxSockets: 1 }), asked = request(`${this.url}/livez`, { agent }).end();
      const [answer] = await once(asked, 'response');
      if (serves(pid, asked.socket, this.port)) {
        answer.resume();
        await once(answer, 'end');
        return Object.assign(Object.create(this), { agent });
      }
      agent.destroy();
    }
    throw new Error(`the worker ${pid} never gets a connection`);
  }

  async close() {
    for (const way of this.ways ?? []) way.agent.destroy();
    await super.close();
  }
}
