// SPDX-License-Identifier: Apache-2.0
// Three nodes, each with a data folder of its own, one database and one master key; HAProxy before them, by the example of data/proxy.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../crash/cycles.mjs';
import { World } from '../crash/world.mjs';
import { Database } from '../lib/database.mjs';
import { build, environment, freePort, preparePostern } from '../lib/server.mjs';

const example = new URL('../../data/proxy/haproxy-nodes.cfg', import.meta.url);

/** Goes to one node, whatever the URL says. */
export class NodeAgent extends Agent {
  constructor(port, { maxSockets = 64 } = {}) {
    super({ keepAlive: true, maxSockets });
    this.port = port;
  }

  createConnection(options, done) { return super.createConnection({ ...options, host: '127.0.0.1', port: this.port }, done); }
}

export class Cluster extends World {
  /** All at once, on a database without tables but those that the owner makes. */
  static async start(count = 3) {
    const self = new Cluster();
    try {
      await self.#start(count);
    } catch (error) {
      await self.close().catch((other) => console.log(`# ${other}`));
      throw error;
    }
    return self;
  }

  async #start(count) {
    this.folder = mkdtempSync(join(tmpdir(), 'postern-cluster-'));
    this.database = await Database.makeForServing();
    this.masterKey = join(this.folder, 'master.key');
    writeFileSync(this.masterKey, randomBytes(32), { mode: 0o600 });
    this.port = await freePort();
    this.nodes = await Promise.all(Array.from({ length: count }, () => this.prepareNode()));
    await this.migrate();
    await Promise.all([...this.nodes.map((node) => node.start()), this.#startProxy()]);
    await until('the proxy has seen all', async () => (await Promise.all(this.nodes.map((node) => this.#sees(node)))).every(Boolean));
    this.ways = this.nodes.map((node) => this.wayTo(node));
    await this.makeWeb();
  }

  get url() { return `http://localhost:${this.port}`; }

  /** The node whose admin socket is spoken to: any that lives. */
  get postern() { return this.node ?? this.nodes.find((node) => !node.exit && !node.ending); }

  /** @param settings.location another way to the same database @returns one more, not started */
  prepareNode({ masterKey = this.masterKey, location = this.database.url } = {}) {
    return preparePostern({
      config: {
        server: { 'public-url': this.url, 'trusted-proxies': '127.0.0.1' }, database: { ...this.database.config, location, 'master-key': masterKey },
        password: { memory: 8, iterations: 1 }, log: { access: 'false' }, outbound: { allow: '127.0.0.1' },
      },
    });
  }

  /** As an operator does it before the first node starts: `postern db migrate`, as the owner. */
  async migrate() {
    const { configFile, env } = this.nodes[0];
    await promisify(execFile)(`${build}/src/cli/postern`, ['db', 'migrate', '--as', this.database.owner, '--config', configFile], { env: environment(env) });
  }

  async #startProxy() {
    let text = readFileSync(example, 'utf8').replace('bind :443 ssl crt /etc/haproxy/id.example.com.pem alpn h2,http/1.1', `bind 127.0.0.1:${this.port}`);
    this.nodes.forEach((node, index) => { text = text.replace(`10.0.0.${index + 1}:8080`, `127.0.0.1:${node.port}`); });
    const file = join(this.folder, 'haproxy.cfg');
    writeFileSync(file, `global\n  stats socket ${this.folder}/haproxy.sock mode 600\n${text}`);
    this.proxy = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
  }

  /** Whether the proxy sends requests to @node. */
  async #sees(node) {
    const answer = await fetch(`http://127.0.0.1:${node.port}/readyz`).then(async (response) => { await response.arrayBuffer(); return response.ok; }, () => false);
    return answer && fetch(`${this.url}/readyz`).then(async (response) => { await response.arrayBuffer(); return response.ok; }, () => false);
  }

  /** This world, as it looks to who comes to @node and to no other. */
  wayTo(node) {
    return Object.assign(Object.create(this), { node, agent: new NodeAgent(node.port) });
  }

  /** Also of a start that failed, and where the test that stops the nodes was not asked for. */
  async close() {
    const left = (this.nodes ?? []).filter((node) => node.ended && !node.exit);
    const stopped = await Promise.allSettled(left.map((node) => node.stop()));
    for (const way of this.ways ?? []) way.agent.destroy();
    this.proxy?.kill('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
    await super.close();
    for (const { reason } of stopped) if (reason) throw reason;
  }
}
