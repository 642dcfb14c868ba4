// SPDX-License-Identifier: Apache-2.0
// Starts the server of the build folder BUILD with a data folder of its own, and runs the command line against it.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { globalAgent } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Database, hasPostgresql } from './database.mjs';

const source = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
export const build = resolve(process.env.BUILD ?? join(source, 'build'));

/** None of those that connections go out from: between two starts of a server one of them would take its port. As in ports.py. */
export async function freePort() {
  for (;;) {
    const server = createServer(), port = 20_000 + Math.floor(Math.random() * 12_000);
    server.listen(port, '127.0.0.1');
    if (!await once(server, 'listening').then(() => true, () => false)) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** The environment in which the programs of the build folder find their plugins, pages and phrases. */
export function environment(extra = {}) {
  return {
    ...process.env,
    POSTERN_PLUGIN_PATH: `${build}/plugins:${build}/connectors`,
    POSTERN_TEMPLATE_PATH: `${source}/data/templates`,
    POSTERN_ASSETS_DIR: `${source}/data/assets`,
    POSTERN_LOCALE_DIR: `${build}/po`,
    POSTERN_WORKER: `${build}/src/daemon/postern-worker`,
    ...extra,
  };
}

/** A database of its own on the server that `tests/lib/postgresql run` has started; else SQLite. */
const database = () => (hasPostgresql ? Database.make().config : {});

const FINDING = /ERROR: \w+Sanitizer|runtime error:|CRITICAL/;

/** A sanitizer's first report or a critical message in a server's log: from there on, with as much as a report is long and without what else was logged meanwhile. */
export function finding(log) {
  const at = log.search(FINDING);
  return at < 0 ? undefined : log.slice(log.lastIndexOf('\n', at) + 1).split('\n').filter((line) => !line.startsWith('{') || FINDING.test(line)).join('\n').slice(0, 8000);
}

/** Idle connections of ours, of node:http and of fetch(): a server that ends waits three seconds for another request on each. */
function hangUp() {
  for (const socket of Object.values(globalAgent.freeSockets).flat()) socket.destroy();
  const name = Symbol.for('undici.globalDispatcher.1'), dispatcher = globalThis[name]; // as undici's setGlobalDispatcher() puts it; it has no other way to end idle ones
  if (!dispatcher) return;
  globalThis[name] = new dispatcher.constructor();
  dispatcher.close().catch(() => {}); // when its last request is answered
}

class Postern {
  #process;
  #log = '';

  constructor(dataDir, port, settings) {
    Object.assign(this, { dataDir, port, settings, url: `http://localhost:${port}` });
    this.configFile = join(dataDir, 'postern.conf');
    this.env = environment({ POSTERN_CONNECTOR_PATH: join(dataDir, 'connectors.d'), ...(typeof settings.env === 'function' ? settings.env(dataDir) : settings.env) });
    if (settings.plugins) this.env.POSTERN_PLUGIN_PATH += `:${settings.plugins}`;
  }

  async start() {
    const begin = performance.now();
    const [program, ...args] = [...(this.settings.under ?? []), `${build}/src/daemon/posternd`, '--config', this.configFile];
    this.#process = spawn(program, args, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream.on('data', (text) => { this.#log += text; });
    this.ended = once(this.#process, 'exit').then(([code, signal]) => { this.exit = { code, signal }; });
    for (let tries = 0; ; tries += 1) {
      if (this.exit || tries > 6000) throw new Error(`posternd did not start: ${JSON.stringify(this.exit)}\n${this.#log}`);
      try {
        const answer = await fetch(`${this.url}/readyz`);
        await answer.arrayBuffer();
        if (answer.ok) break;
      } catch { /* not there yet */ }
      await new Promise((wake) => setTimeout(wake, 5));
    }
    this.started = performance.now() - begin;
    return this;
  }

  get pid() { return this.#process.pid; }

  /** The process ids of its workers. */
  get workers() {
    try {
      return readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    } catch {
      return []; // it has ended
    }
  }

  log() { return this.#log; }

  /** `postern …` as JSON. */
  async cli(...args) {
    return new Promise((done, refuse) => {
      execFile(`${build}/src/cli/postern`, [...args, '-o', 'json', '--config', this.configFile], { env: this.env }, (error, stdout, stderr) => {
        if (error) refuse(new Error(`postern ${args.join(' ')}: exit ${error.code}\n${stderr}${stdout}\n${this.#log.slice(-800)}`));
        else done(stdout.trim() ? JSON.parse(stdout) : undefined);
      });
    });
  }

  async setupLink() {
    return (await this.cli('setup')).url;
  }

  signal(name) { this.#process.kill(name); }

  async stop({ keep = false } = {}) {
    hangUp();
    if (!this.exit) this.#process.kill('SIGTERM');
    await this.ended;
    const { code, signal } = this.exit;
    if (!keep) rmSync(this.dataDir, { recursive: true, force: true });
    const found = finding(this.#log);
    if (found) throw new Error(`the server's log holds a finding:\n${found}`);
    if (code !== 0) throw new Error(`posternd ended with ${code ?? signal}\n${this.#log.slice(-4000)}`);
  }

  /** After its end, however that came: starts it in the same folder. */
  async startAgain() {
    this.exit = undefined;
    return this.start();
  }

  async restart() {
    await this.stop({ keep: true });
    return this.startAgain();
  }
}

/**
 * @param settings.config groups of postern.conf; settings.instances: name -> text of connectors.d/name.conf, or a function of the public URL;
 *   settings.plugins: a further folder of plugins; settings.port; settings.env: variables, or a function of the data folder; settings.under: a tool's command line that the server is run under
 * @returns it, not started
 */
export async function preparePostern(settings = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'postern-')), port = settings.port ?? await freePort();
  const postern = new Postern(dataDir, port, settings);
  const groups = { ...settings.config, database: settings.config?.database ?? database() };
  groups.server = { listen: `127.0.0.1:${port}`, 'public-url': postern.url, 'data-dir': dataDir, ...groups.server };
  const text = Object.entries(groups).map(([name, keys]) => `[${name}]\n${Object.entries(keys).map(([key, value]) => `${key}=${value}\n`).join('')}`).join('\n');
  writeFileSync(postern.configFile, text, { mode: 0o600 });
  mkdirSync(join(dataDir, 'connectors.d'), { mode: 0o700 });
  for (const [name, value] of Object.entries(settings.instances ?? {})) {
    writeFileSync(join(dataDir, 'connectors.d', `${name}.conf`), `[Instance]\n${typeof value === 'function' ? value(postern.url) : value}`, { mode: 0o600 });
  }
  return postern;
}

export async function startPostern(settings) {
  return (await preparePostern(settings)).start();
}
