// SPDX-License-Identifier: Apache-2.0
// Disks and databases that refuse: what must be written is refused with 503 and changes nothing; what need only be read goes on; and
// when they are well again, so is the server, without anybody's help.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from '../lib/tap.mjs';
import { hasPostgresql } from '../lib/database.mjs';
import { until } from './cycles.mjs';
import { Lost, World, heard } from './world.mjs';

const person = { email: 'ada@example.com', password: 'a long passphrase of hers' };

/** An answer as it is, 503 included. */
async function ask(answer) {
  try {
    return await heard(answer);
  } catch (error) {
    if (error instanceof Lost && error.answer) return error.answer;
    throw error;
  }
}

/** Nothing of how we keep things reaches a stranger. */
function assertRefused(answer, what) {
  assert.equal(answer.status, 503, `${what}: ${answer.status} ${answer.text}`);
  assert.match(answer.headers['retry-after'] ?? '', /^\d+$/, `${what}: Retry-After`);
  assert.doesNotMatch(answer.text, /lasting|short\.db|\/tmp|sqlite|disk|postgres|read-only/i, what);
}

class Refusals {
  static async start() {
    const self = new Refusals();
    self.world = await World.start();
    await self.world.admin('POST', '/users', { ...person, email_verified: true });
    self.machine = await self.world.admin('POST', '/applications', { name: 'Machine', kind: 'service' });
    self.visitor = self.world.visitor();
    return self;
  }

  async tokens(scope = 'openid offline_access') {
    const tokens = await this.world.redeem(await this.world.authorize(this.visitor, person, scope));
    assert.equal(tokens.status, 200);
    return tokens;
  }

  oauth(endpoint, form, client = this.world.web) {
    return ask(this.world.visitor().send(`${this.world.url}/oidc/${endpoint}`, { method: 'POST', form: { client_id: client.client_id, client_secret: client.client_secret, ...form } }));
  }

  /** What is prepared while all is well: each piece is refused once, and must be as good afterwards. */
  async prepare() {
    const [withdrawn, refreshed, known, alive] = [await this.tokens(), await this.tokens(), await this.tokens(), await this.tokens()];
    const code = await this.world.authorize(this.visitor, person, 'openid');
    const leaver = this.world.visitor();
    await this.world.authorize(leaver, person, 'openid');
    const page = await this.world.visitor(), { here, answer } = await this.world.open(page);
    await sleep(200); // so that the page is kept
    return { withdrawn, refreshed, known, alive, code, leaver, page: { visitor: page, here, answer } };
  }

  writes({ withdrawn, refreshed, known, code, leaver }) {
    const { verifier } = code;
    return {
      'redeeming a code': () => this.oauth('token', { grant_type: 'authorization_code', code: code.code, redirect_uri: 'https://app.example.com/callback', code_verifier: verifier }),
      refreshing: () => this.oauth('token', { grant_type: 'refresh_token', refresh_token: refreshed.refresh_token }),
      'revoking a refresh token': () => this.oauth('revoke', { token: known.refresh_token }),
      'revoking an access token': () => this.oauth('revoke', { token: withdrawn.access_token }),
      'signing out': async () => (await this.beginToLeave(leaver))(),
    };
  }

  /** The page that asks whether to sign out; gives what its button does. */
  async beginToLeave(visitor) {
    const there = `${this.world.url}/account/sign-out`, page = await ask(visitor.send(there));
    const form = visitor.form(page.text, there, {}, ['logout-confirm']);
    return () => ask(visitor.send(form.action, { method: 'POST', form: form.fields, headers: { origin: this.world.url, 'sec-fetch-site': 'same-origin' } }));
  }

  async fill() {
    for (let count = 0; count < 5000; count += 1) {
      try {
        await this.world.admin('POST', '/users', { email: `filler-${process.pid}-${Date.now()}-${count}@example.com` });
      } catch (error) {
        if (error instanceof Lost) return;
        throw error;
      }
    }
    assert.fail('the disk is never full');
  }

  async checkWrites(prepared) {
    for (const [what, write] of Object.entries(this.writes(prepared))) assertRefused(await write(), what);
    await assert.rejects(this.world.admin('POST', '/users', { email: 'nobody@example.com' }), { message: '503' });
    await assert.rejects(this.world.authorize(this.visitor, person, 'openid'), { message: 'temporarily_unavailable' }, 'the application is told so, by a redirect');
  }

  /** A try to sign in comes to a page that says so, or to the application with the reason; never to 500. */
  async checkSignIn({ visitor, here, answer }) {
    const form = visitor.form(answer.text, here, { identifier: person.email, password: person.password }, ['submit']);
    const end = await ask(visitor.send(form.action, { method: 'POST', form: form.fields, headers: { origin: this.world.url, 'sec-fetch-site': 'same-origin' } }));
    assert.ok([303, 503].includes(end.status), `${end.status} ${end.text}`);
    assert.ok(!visitor.cookies.has('session'), 'nobody is signed in by a sign-in that was not kept');
  }

  async checkReads({ alive, known }) {
    for (const path of ['/.well-known/openid-configuration', '/oidc/jwks']) assert.equal((await ask(this.world.visitor().send(this.world.url + path))).status, 200, path);
    assert.equal(await this.world.isActive(alive.refresh_token), true, 'introspection of a refresh token');
    assert.equal(await this.world.isActive(known.access_token), true, 'introspection of an access token');
    assert.equal(await this.world.isTaken(alive.access_token), true, 'userinfo');
    assert.equal(await this.world.isSignedIn(this.visitor), true, 'the account page');
    assert.equal((await this.oauth('token', { grant_type: 'client_credentials' }, this.machine)).status, 200, 'a token of a machine needs no writing');
    // Not people: who looks at them is written down, or does not see them.
    assert.equal((await this.world.admin('GET', '/applications?limit=1')).items.length, 1, 'the management API reads');
  }

  async checkHealed({ withdrawn, known, alive, ...prepared }) {
    for (const [what, write] of Object.entries(this.writes({ withdrawn, known, ...prepared }))) {
      const { status, text } = await write();
      assert.ok(status === 200 || status === 303, `${what} afterwards: ${status} ${text}`);
    }
    for (const token of [withdrawn.access_token, known.refresh_token]) assert.equal(await this.world.isActive(token), false, 'what was revoked is dead');
    assert.equal(await this.world.isActive(alive.refresh_token), true);
    assert.equal(await this.world.isSignedIn(prepared.leaver), false);
    await this.tokens();
  }
}

let refusals;
const begun = async () => (refusals ??= await Refusals.start());

async function heals(server) {
  await until('writes are taken again', () => server.world.admin('POST', '/users', { email: `healed-${Date.now()}@example.com` }).then(() => true, (error) => {
    if (error instanceof Lost) return false;
    throw error;
  }));
}

const descriptions = hasPostgresql ? { 'read-only': 'a database that is read-only' } : {
  full: 'a full disk, on which what is there can still be written over',
  'full-all': 'a full disk that copies on write',
  'read-only': 'a read-only disk',
  broken: 'a disk that fails to sync',
};

for (const [fault, description] of Object.entries(descriptions)) {
  test(`${description}: writes are refused, reads go on, and it heals by itself`, async () => {
    const server = await begun(), { world, world: { postern } } = server, before = postern.workers;
    const prepared = await server.prepare();
    try {
      await world.fail(fault);
      if (fault === 'full') await server.fill();
      await server.checkWrites(prepared);
      await server.checkSignIn(prepared.page);
      await server.checkReads(prepared);
      for (let i = 0; i < 300; i += 1) assert.equal((await server.oauth('revoke', { token: prepared.known.refresh_token })).status, 503);
      await server.checkReads(prepared);
    } finally {
      await world.fail('none');
    }
    await heals(server);
    await server.checkHealed(prepared);
    assert.deepEqual(postern.workers, before, 'no worker was lost');
  });
}

test(`a ${hasPostgresql ? 'database that is away' : 'disk that cannot be read'}: nobody takes that for “no”, and it heals by itself`, async () => {
  const server = await begun(), { world } = server, alive = await server.tokens(), leave = await server.beginToLeave(server.visitor);
  const code = await world.authorize(server.visitor, person, 'openid');
  const asked = {
    introspection: () => server.oauth('introspect', { token: alive.refresh_token }),
    'introspection of an access token': () => server.oauth('introspect', { token: alive.access_token }),
    revocation: () => server.oauth('revoke', { token: alive.refresh_token }),
    userinfo: () => ask(world.visitor().send(`${world.url}/oidc/userinfo`, { headers: { authorization: `Bearer ${alive.access_token}` } })),
    refreshing: () => server.oauth('token', { grant_type: 'refresh_token', refresh_token: alive.refresh_token }),
    redeeming: () => server.oauth('token', { grant_type: 'authorization_code', code: code.code, redirect_uri: 'https://app.example.com/callback', code_verifier: code.verifier }),
    'signing out': leave,
    'the account page': () => ask(server.visitor.send(`${world.url}/account`)),
  };
  try {
    for (const [what, one] of Object.entries(asked)) {
      if (!hasPostgresql || what === 'introspection') {
        await world.fail('none');
        await world.admin('POST', '/users', { email: `${what.replaceAll(' ', '-')}@reader.example.com` }); // what is in memory needs no disk; a change makes it old
        await world.fail('unreadable');
      }
      assertRefused(await one(), what);
    }
  } finally {
    await world.fail('none');
  }
  await heals(server);
  assert.equal(await world.isActive(alive.refresh_token), true);
  assert.equal(await world.isTaken(alive.access_token), true);
  assert.equal(await world.isSignedIn(server.visitor), true);
  assert.equal((await asked.redeeming()).status, 200);
});

test(`a worker that ends ${hasPostgresql ? 'beside a database that is read-only: another one reads' : 'on a full disk: as soon as there is room, another one serves'}`, async () => {
  const server = await begun(), { world } = server, alive = await server.tokens();
  try {
    await world.fail(hasPostgresql ? 'read-only' : 'full-all');
    for (const pid of world.postern.workers) process.kill(pid, 'SIGKILL');
    await sleep(500);
    if (hasPostgresql) await until('it reads', () => world.isActive(alive.refresh_token).catch(() => false));
  } finally {
    await world.fail('none');
  }
  await until('it serves again', () => fetch(`${world.url}/readyz`).then(({ ok }) => ok, () => false));
  assert.equal(await world.isActive(alive.refresh_token), true);
  await server.tokens();
});

export async function stopRefusals() {
  if (!refusals) return;
  await refusals.world.postern.stop();
  await refusals.world.close();
}
