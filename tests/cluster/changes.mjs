// SPDX-License-Identifier: Apache-2.0
// What is changed through one node, and asked of the others until they see it. What counts is what was wrong: when the last request began that was answered as
// before. A machine that is busy answers late, but it does not answer as before for that.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Lost } from '../crash/world.mjs';
import { test } from '../lib/tap.mjs';
import { Workers } from './workers.mjs';

const BOUND = 100, PATIENCE = 30_000; // milliseconds
const ROUNDS = 4; // changes, there and back

/** What of it is there: `set` changes it through the first node, `sees` says how it is at another one; `slow`: a change that new workers bring. */
const changes = {
  'a tenant is suspended, and let in again': async ({ first, url, visitorBy }) => {
    await first.admin('POST', '/tenants', { slug: 'lapse', name: 'Lapse' });
    return {
      set: (on) => first.admin('PATCH', '/tenants/lapse', { state: on ? 'active' : 'suspended' }),
      sees: async (way) => (await visitorBy(way).send(`${url}/t/lapse/.well-known/openid-configuration`)).status === 200,
    };
  },
  'a session ends, and its tokens with it': async ({ first, visitorBy }) => {
    const person = { email: 'ends@example.com', password: `amber lantern ${randomBytes(6).toString('hex')}` };
    const { id } = await first.admin('POST', '/users', { ...person, email_verified: true });
    let token;
    return {
      set: async (on) => {
        if (on) token = (await first.redeem(await first.authorize(visitorBy(first), person, 'openid'))).access_token;
        else for (const session of await first.adminList(`/sessions?user=${id}`)) await first.admin('DELETE', `/sessions/${session.id}`);
      },
      sees: (way) => way.isActive(token),
    };
  },
  'a connector is switched off, and on': async ({ first, visitorBy }) => {
    await first.admin('PUT', '/connectors/partner', { type: 'oidc', name: 'Partner', settings: { issuer: 'https://partner.example', 'client-id': 'x', 'client-secret': 'y' } });
    return {
      slow: (on) => on,
      set: (on) => first.admin('PATCH', '/connectors/partner', { enabled: on }),
      sees: async (way) => (await way.open(visitorBy(way))).answer.text.includes('id="connector-partner"'),
    };
  },
  'an application is disabled, and enabled': async ({ first }) => {
    const machine = await first.admin('POST', '/applications', { name: 'Machine', kind: 'service' });
    return {
      set: (on) => first.admin('PATCH', `/applications/${machine.client_id}`, { enabled: on }),
      sees: async (way) => (await way.oauth('token', { grant_type: 'client_credentials' }, machine)).status === 200,
    };
  },
  'a role is taken, and given': async ({ first }) => {
    const indicator = 'https://stock.example', scopes = [{ name: 'stock:read' }];
    const resource = await first.admin('POST', '/resources', { indicator, name: 'Stock', scopes }), role = await first.admin('POST', '/roles', { name: 'Clerk', permissions: [{ resource_id: resource.id, scope: 'stock:read' }] });
    const machine = await first.admin('POST', '/applications', { name: 'Clerk', kind: 'service', metadata: { resources: [indicator], scope: 'stock:read' } });
    const give = () => first.admin('POST', `/roles/${role.id}/assignments`, { subject_id: machine.client_id });
    await give();
    const { access_token: token } = await first.oauth('token', { grant_type: 'client_credentials', resource: indicator, scope: 'stock:read' }, machine);
    return {
      set: (on) => (on ? give() : first.admin('DELETE', `/roles/${role.id}/assignments/${machine.client_id}`)),
      sees: async (way) => (await way.oauth('introspect', { token }, machine)).active,
    };
  },
  'a domain is removed, and there again': async ({ first, port, visitorBy }) => {
    const host = 'login.lapse.example';
    await first.admin('POST', '/tenants', { slug: 'hosted', name: 'Hosted', domains: [host] });
    return {
      set: (on) => first.admin('PATCH', '/tenants/hosted', { domains: on ? [host] : [] }),
      sees: async (way) => JSON.parse((await visitorBy(way).send(`http://${host}:${port}/.well-known/openid-configuration`)).text).issuer?.includes(host) === true,
    };
  },
};

/** Whoever starts anew may hang up in the midst of a request. */
const asked = (sees, way) => sees(way).catch((error) => { if (error instanceof Lost || error.code === 'ECONNRESET' || error.message === 'socket hang up') return undefined; throw error; });

/** @returns milliseconds from @begin on: when the last request began that did not see it, and when one did */
async function watch(what, begin, sees, on, way) {
  let last = 0;
  for (let at; ; await sleep(1)) {
    at = performance.now() - begin;
    assert.ok(at < PATIENCE, `${what}: it is not seen`);
    const seen = await asked(sees, way);
    if (seen === on) return { last, seen: performance.now() - begin };
    if (seen === !on) last = at;
  }
}

const median = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
const show = (name, times) => `${name} ${median(times).toFixed(1)} ms (median), ${Math.max(...times).toFixed(1)} ms (slowest)`;

/** @param between is done before each change */
async function measure(what, { set, sees, slow = () => false }, ways, between = async () => {}) {
  const quick = [], late = [];
  for (const way of ways) await watch(what, performance.now(), sees, true, way);
  for (let i = 0; i < ROUNDS; i += 1) {
    const on = i % 2 === 1;
    await between();
    await set(on);
    const begin = performance.now(), all = await Promise.all(ways.map((way) => watch(what, begin, sees, on, way)));
    (slow(on) ? late : quick).push(...all);
  }
  console.log(`# ${show('seen after', quick.map(({ seen }) => seen))}; ${show('the last answer as before was asked for after', quick.map(({ last }) => last))}; of ${quick.length}`);
  if (late.length) console.log(`# ${show('by new workers, seen after', late.map(({ seen }) => seen))} of ${late.length}`);
  assert.ok(median(quick.map(({ last }) => last)) < BOUND, 'it is seen within 100 ms');
}

/** @param world has `ways`: to who changes, and to those who are asked */
async function check(what, world, between) {
  const [first, ...others] = world.ways, visitorBy = (way) => Object.assign(world.visitor({ manager: true }), { agent: way.agent });
  const change = await changes[what]({ first, visitorBy, url: world.url, port: world.port });
  await change.set(true);
  await measure(what, change, others, between);
}

export function addChanges(cluster) {
  for (const what of Object.keys(changes)) test(`through one node ${what}: the others see it at once`, () => check(what, cluster));

  test('… also who has just lost every connection to the database', async () => {
    await check('an application is disabled, and enabled', cluster, () => cluster.database.disconnect());
  });

  test('… and of two workers on SQLite both', async () => {
    const workers = await Workers.start();
    try {
      for (const what of Object.keys(changes)) await check(what, workers);
    } finally {
      await workers.close();
    }
  }, { seconds: 180 });
}
