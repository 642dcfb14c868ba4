// SPDX-License-Identifier: Apache-2.0
// A primary that is lost for good, and the standby that follows it: read from while it is one, written to once it is promoted.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../crash/cycles.mjs';
import { heard, Lost, World } from '../crash/world.mjs';
import { preparePostern } from '../lib/server.mjs';
import { test } from '../lib/tap.mjs';

const tool = (...args) => execFileSync(process.env.POSTERN_TEST_POSTGRESQL_TOOL, args, { encoding: 'utf8' }).trim();

/** A primary and its standby, which nobody else uses. */
class Pair {
  constructor() {
    this.primary = tool('start');
    this.url = tool('new', this.primary);
    this.name = /@\/(\w+)\?/.exec(this.url)[1];
  }

  follow() {
    this.standby = tool('standby', this.primary);
    return `${this.url},${this.standby}`;
  }

  /** What the primary has committed the standby has, too. */
  async caughtUp() {
    const written = tool('psql', this.primary, '-c', 'SELECT pg_current_wal_lsn ()');
    await until('the standby has caught up', () => tool('psql', this.standby, '-c', `SELECT pg_last_wal_replay_lsn () >= '${written}'`) === 't');
  }

  drop() { for (const folder of [this.primary, this.standby]) if (folder) tool('drop', folder); }
}

const refused = (work) => work().then(() => false, (error) => { if (error instanceof Lost) return true; throw error; });

test('a primary is away, and then lost: its standby is read from, also by a server that starts then, and written to once it is promoted', async () => {
  const pair = new Pair(), world = new World(), person = { email: 'standby@example.com', password: 'amber lantern of the standby' };
  try {
    const location = pair.follow();
    world.postern = await preparePostern({ config: { database: { type: 'postgresql', location }, password: { memory: 8, iterations: 1 }, log: { access: 'false' } } });
    await world.postern.start();
    await world.makeWeb();
    await world.admin('POST', '/users', { ...person, email_verified: true });
    const visitor = world.visitor({ manager: true }), tokens = await world.redeem(await world.authorize(visitor, person, 'openid offline_access'));
    const machine = await world.admin('POST', '/applications', { name: 'Machine', kind: 'service' });
    const asMachine = () => world.oauth('token', { grant_type: 'client_credentials' }, machine);
    const write = () => heard(world.oauth('revoke', { token: tokens.refresh_token }));
    await pair.caughtUp();
    tool('stop', pair.primary);
    assert.ok(await refused(() => world.admin('PATCH', '/policy', { guesses_per_account: 999 })), 'nothing is written while it is away');
    tool('up', pair.primary);
    await until('the primary is found again', async () => !await refused(() => world.admin('PATCH', '/policy', { guesses_per_account: 1000 })));
    await pair.caughtUp();
    tool('stop', pair.primary);
    for (const starts of [false, true]) {
      if (starts) await world.postern.restart();
      await until('the standby is read from', () => world.isActive(tokens.refresh_token).catch((error) => { if (error instanceof Lost) return false; throw error; }));
      assert.equal(await world.isSignedIn(visitor), true, 'a session is known');
      assert.equal((await asMachine()).status, 200, 'a token that needs no writing');
      assert.ok(await refused(write), 'nothing is written');
      assert.equal(await world.isActive(tokens.refresh_token), true, 'and nothing of it is kept');
    }
    tool('promote', pair.standby);
    await until('writes are taken again', async () => !await refused(write));
    await sleep(300); // whoever listens again has had all look again
    assert.equal(await world.isActive(tokens.refresh_token), false, 'what was revoked is dead');
    assert.equal((await world.redeem(await world.authorize(world.visitor({ manager: true }), person, 'openid'))).status, 200, 'people sign in');
  } finally {
    await world.postern?.stop();
    world.agent.destroy();
    pair.drop();
  }
});
