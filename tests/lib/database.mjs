// SPDX-License-Identifier: Apache-2.0
// The PostgreSQL server that `tests/lib/postgresql run` has started, as something that is stopped, killed and asked.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const tool = process.env.POSTERN_TEST_POSTGRESQL_TOOL, folder = process.env.POSTERN_TEST_POSTGRESQL;
const patience = 60_000; // milliseconds

export const hasPostgresql = Boolean(folder);

export class Database {
  /** A new database on it; its role `postern` owns it. */
  static make() {
    const self = new Database();
    self.url = execFileSync(tool, ['new', folder], { encoding: 'utf8' }).trim();
    return self;
  }

  /** Likewise, but the role that serves owns nothing, as data/guides/operating.md says it; `owner` is the URL of the one that does. */
  static async makeForServing() {
    const self = Database.make();
    self.owner = self.url;
    self.url = self.url.replace('postern@', 'serving@');
    await self.ask("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'serving') THEN CREATE ROLE serving LOGIN; END IF; END $$");
    for (const what of ['USAGE ON SCHEMAS', 'SELECT, INSERT, UPDATE, DELETE ON TABLES']) await self.ask(`ALTER DEFAULT PRIVILEGES FOR ROLE postern GRANT ${what} TO serving`);
    return self;
  }

  /** As postern.conf says it. */
  get config() { return { type: 'postgresql', location: this.url }; }

  /** Where it is reached. */
  get socket() { return join(folder, '.s.PGSQL.5432'); }

  /** The URL of who comes by another address. */
  through(host, port) { return this.url.replace('@/', `@${host}:${port}/`).replace(/\?host=.*/, ''); }

  get name() { return new URL(this.url.replace('@/', '@localhost/')).pathname.slice(1); }

  async #run(...args) { return (await promisify(execFile)(tool, args)).stdout.trim(); }

  /** One statement by a superuser; gives its rows, columns between "|". */
  async ask(sql) {
    const text = await this.#run('psql', folder, '-d', this.name, '-c', sql);
    return text ? text.split('\n') : [];
  }

  async stop() {
    await this.#run('stop', folder);
    this.away = true;
  }

  /** What a server that was killed leaves behind keeps the next one from starting, for a moment. */
  async up() {
    for (const end = Date.now() + patience; ;) {
      try {
        await this.#run('up', folder);
        this.away = false;
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(50);
      }
    }
  }

  /** In good order: who is connected is told. */
  async restart() {
    await this.stop();
    await this.up();
  }

  /** As after a crash: nobody is told, nothing is written any more. */
  restartAtOnce() { return this.#run('restart', folder); }

  async killServer() {
    process.kill(Number(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    await this.up();
  }

  /** Who is connected now is not any more. */
  disconnect() { return this.ask("SELECT pg_terminate_backend (pid, 10000) FROM pg_stat_activity WHERE datname = current_database () AND usename IN ('postern', 'serving')"); }

  /** @param fault `read-only`: as after a failover to a standby; `unreadable`: it is away; `none` */
  async fail(fault) {
    if (fault === 'unreadable') {
      await this.stop();
      return;
    }
    if (this.away) await this.up();
    await this.ask(`ALTER ROLE postern IN DATABASE ${this.name} SET default_transaction_read_only = ${fault === 'read-only' ? 'on' : 'off'}`);
    await this.disconnect();
  }

  /**
   * What the server did meanwhile, by its own log: the statements of each transaction, in their order, whoever made it.
   * @param work what is done meanwhile
   */
  async trace(work) {
    const log = join(folder, 'server.log'), settings = ["log_statement = 'all'", "log_line_prefix = '%v|'"];
    for (const setting of settings) await this.#ofAll(`SET ${setting}`);
    await this.#reload();
    const begin = readFileSync(log).length;
    await work().finally(async () => {
      for (const setting of settings) await this.#ofAll(`RESET ${setting.split(' ')[0]}`);
    });
    const found = new Map(), text = readFileSync(log).subarray(begin).toString();
    await this.#reload();
    for (const [, id, sql] of text.matchAll(/^(\d+\/\d+)\|LOG: {2}(?:execute \w+|statement): (.*)/gm)) found.set(id, [...(found.get(id) ?? []), sql]);
    return [...found.values()];
  }

  #ofAll(what) { return this.ask(`ALTER SYSTEM ${what}`); }

  /** The server's processes take new settings a moment later. */
  async #reload() {
    await this.ask('SELECT pg_reload_conf ()');
    await sleep(100);
  }

  /** Processes that serve our connections. */
  async backends(where = 'true') { return (await this.ask(`SELECT pid FROM pg_stat_activity WHERE datname = current_database () AND usename IN ('postern', 'serving') AND ${where}`)).map(Number); }

  /** What a dead client sent may still be under way. */
  async settled() {
    for (const end = Date.now() + patience; ; await sleep(5)) {
      const busy = await this.backends("state <> 'idle'").catch(() => [0]);
      if (busy.length === 0) return;
      if (Date.now() > end) throw new Error('the database does not come to rest');
    }
  }
}
