// SPDX-License-Identifier: Apache-2.0
// A tenant moves from SQLite to PostgreSQL and back, and nobody notices but by the answer while the server is stopped.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { World } from '../crash/world.mjs';
import { Database } from '../lib/database.mjs';
import { build, preparePostern } from '../lib/server.mjs';
import { test } from '../lib/tap.mjs';
import { totp } from '../lib/totp.mjs';

/** A server whose place of data changes between its runs. */
class Mover {
  static async start() {
    const self = new Mover(), world = self.world = new World();
    world.postern = await preparePostern({ config: { database: {}, password: { memory: 8, iterations: 1 }, log: { access: 'false' } } });
    await world.postern.start();
    await world.makeWeb();
    self.folder = mkdtempSync(join(tmpdir(), 'postern-move-'));
    self.config = readFileSync(world.postern.configFile, 'utf8');
    return self;
  }

  get postern() { return this.world.postern; }

  /** From the next start on. */
  settle({ type, location }) { writeFileSync(this.postern.configFile, this.config.replace('[database]\n', `[database]\ntype=${type}\nlocation=${location}\n`), { mode: 0o600 }); }

  async #postern({ configFile, env }, ...args) {
    return (await promisify(execFile)(`${build}/src/cli/postern`, [...args, '--config', configFile], { env, maxBuffer: 1 << 26 })).stdout;
  }

  /** What was copied: table -> "rows checksum"; @by: a server whose configuration is read */
  async move(to, tenant = 'default', by = this.postern) {
    const { items } = JSON.parse(await this.#postern(by, 'db', 'move', tenant, '--to', to, '-o', 'json'));
    return Object.fromEntries(items.map(({ table, rows, checksum }) => [table, `${rows} ${checksum}`]));
  }

  /** The audit log of before is of one piece with what was added since. */
  async verifyAudit() {
    const file = join(this.folder, 'audit.jsonl');
    writeFileSync(file, await this.#postern(this.postern, 'audit', 'export'));
    assert.match(await this.#postern(this.postern, 'audit', 'verify', file), /^good:/m);
  }

  /** Sets a code app up; gives its key. */
  async addCodeApp(visitor) {
    let here = `${this.world.url}/account/change/add-totp`, answer = await visitor.send(here);
    while (answer.location) answer = await visitor.send(here = new URL(answer.location, here).href);
    const secret = /id="secret"[^>]*>([^<]+)</.exec(answer.text)[1];
    for (const code of [totp(secret, -1), undefined]) { // then the recovery codes, which are confirmed
      const form = visitor.form(answer.text, here, { code }, ['submit']);
      answer = await visitor.send(form.action, { method: 'POST', form: form.fields, headers: { origin: this.world.url, 'sec-fetch-site': 'same-origin' } });
      while (answer.location) answer = await visitor.send(here = new URL(answer.location, here).href);
    }
    assert.match(answer.text, /id="recovery-codes"/);
    return secret;
  }

  async stop() {
    await this.postern.stop();
    await this.world.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

test('a tenant moves to PostgreSQL and back: sessions, tokens, second factors and the audit log go on', async () => {
  const mover = await Mover.start(), { world } = mover, database = Database.make();
  const person = { email: 'mover@example.com', password: 'a lantern that is carried about' }, visitor = world.visitor();
  try {
    await world.admin('POST', '/users', { ...person, email_verified: true });
    let tokens = await world.redeem(await world.authorize(visitor, person, 'openid offline_access'));
    const secret = await mover.addCodeApp(visitor);
    await assert.rejects(mover.move(database.url), /stop it/, 'a server that runs would go on changing it');

    const check = async (steps) => {
      assert.ok(await world.isSignedIn(visitor), 'the session of before');
      assert.equal(await world.isTaken(tokens.access_token), true, 'an access token of before');
      const spent = tokens.refresh_token;
      tokens = await world.refresh(spent);
      assert.equal(tokens.status, 200, 'the refresh token of before');
      await world.authorize(world.visitor(), { ...person, code: totp(secret, steps) }, 'openid'); // password and code app
      await mover.verifyAudit();
      await mover.postern.stop({ keep: true });
    };

    await mover.postern.stop({ keep: true });
    const there = await mover.move(database.url);
    assert.match(there.users, /^1 /);
    await assert.rejects(mover.move(database.url), /is there already/);
    mover.settle(database.config);
    await mover.postern.startAgain();
    const elsewhere = await preparePostern({ config: { database: { ...database.config, 'master-key': join(mover.postern.dataDir, 'master.key') } } });
    await assert.rejects(mover.move(Database.make().url, 'default', elsewhere), /still works with this database/, 'nor one on another machine');
    rmSync(elsewhere.dataDir, { recursive: true });
    await check(0);

    const folder = join(mover.folder, 'back'), back = await mover.move(folder), other = Database.make();
    mover.settle({ type: 'sqlite', location: folder });
    assert.deepEqual(await mover.move(other.url), back, 'there and back it is the same, row by row');
    await assert.rejects(mover.move(Database.make().url, 'nobody'), /no such tenant/);
    await mover.postern.startAgain();
    await check(1);
    await mover.postern.startAgain();
  } finally {
    await mover.stop();
  }
});
