// SPDX-License-Identifier: Apache-2.0
// An administrator who makes applications, changes their secrets, rotates keys and sets rules.
import { Actor } from './actor.mjs';
import { pick, pickWeighted } from './random.mjs';

const isCurrent = ({ alg, state }) => alg === 'ES256' && state === 'current';

export class Operator extends Actor {
  applications = []; // { id, secrets: [{ id, secret }], gone: [secret], enabled, deleted }; with one secret whose answer was lost: { id, secret: undefined }
  rules = {};
  key = undefined;   // the one that signs, if it is known
  label = 'operator';

  #living() { return this.applications.filter((one) => !one.deleted); }

  create() {
    const name = `Machine ${this.applications.length} ${process.pid}`;
    return this.act({
      name: 'create application',
      call: () => this.world.admin('POST', '/applications', { name, kind: 'service' }),
      done: (made) => {
        if (!made) return; // nobody knows its secret
        this.applications.push({ id: made.client_id, secrets: [{ id: made.secrets[0].id, secret: made.client_secret }], gone: [], enabled: true, deleted: false });
        this.counts.set(`application.created on ${made.client_id}`, 1);
      },
    });
  }

  #change(name, application, method, path, body, event, done, happened) {
    return this.act({
      name,
      call: () => this.world.admin(method, `/applications/${application.id}${path}`, body),
      done,
      audits: [[`${event} on ${application.id}`, 1]],
      happened: (state) => [happened(state.applications.get(application.id))],
    });
  }

  addSecret() {
    const application = pick(this.random, this.#living().filter(({ secrets }) => secrets.length < 5)); // there may be no more
    const known = (row) => application.secrets.some(({ id }) => id === row.id);
    return application && this.#change('add secret', application, 'POST', '/secrets', {}, 'application.secret-added', (made) => {
      if (!made) return;
      application.secrets.push({ id: made.secrets.find((row) => !known(row)).id, secret: made.client_secret });
    }, (row) => row.secrets.length > application.secrets.length);
  }

  removeSecret() {
    const application = pick(this.random, this.#living().filter(({ secrets }) => secrets.length > 1));
    if (!application) return undefined;
    const gone = pick(this.random, application.secrets);
    return this.#change('remove secret', application, 'DELETE', `/secrets/${gone.id}`, undefined, 'application.secret-removed', () => {
      application.secrets.splice(application.secrets.indexOf(gone), 1);
      if (gone.secret) application.gone.push(gone.secret);
    }, (row) => !row.secrets.some(({ id }) => id === gone.id));
  }

  toggle() {
    const application = pick(this.random, this.#living());
    if (!application) return undefined;
    const enabled = !application.enabled;
    return this.#change('toggle', application, 'PATCH', '', { enabled }, 'application.changed', () => { application.enabled = enabled; }, (row) => row.enabled === enabled);
  }

  remove() {
    const application = pick(this.random, this.#living());
    return application && this.#change('remove application', application, 'DELETE', '', undefined, 'application.deleted', () => { application.deleted = true; }, (row) => !row);
  }

  setRule() {
    const name = pick(this.random, ['flow_lifetime', 'id_token_lifetime']), value = 3000 + Math.floor(this.random() * 1000);
    return this.act({
      name: 'set rule',
      call: () => this.world.admin('PATCH', '/policy', { [name]: value }),
      done: () => { this.rules[name] = value; },
      happened: (state) => [state.policy[name] === value],
    });
  }

  rotate() {
    const last = this.key;
    return this.act({
      name: 'rotate',
      call: () => this.world.admin('POST', '/keys/rotate', { alg: 'ES256' }),
      done: (keys) => { this.key = keys?.items.find(isCurrent).kid; },
      slack: [['key.rotated on ES256', 1]], // who ordered it: written after it
      happened: (state) => (last ? [state.keys.find(isCurrent).kid !== last] : []),
    });
  }

  step() {
    if (this.#living().length === 0) return this.create();
    return pickWeighted(this.random, [
      [this.#living().length < 6 ? 3 : 0, () => this.create()], [3, () => this.addSecret()], [3, () => this.removeSecret()], [2, () => this.toggle()],
      [0.7, () => this.remove()], [4, () => this.setRule()], [0.5, () => this.rotate()],
    ])();
  }

  // --- checks ------------------------------------------------------------------------------------------------------------

  async #serves(application, secret) {
    const { status } = await this.world.oauth('token', { grant_type: 'client_credentials' }, { client_id: application.id, client_secret: secret });
    return status === 200;
  }

  async #read() {
    const [applications, policy, keys] = await Promise.all([this.world.adminList('/applications'), this.world.admin('GET', '/policy'), this.world.admin('GET', '/keys')]);
    return { applications: new Map(applications.map((one) => [one.client_id, one])), policy, keys: keys.items };
  }

  /** A secret that was added without an answer takes its place without its words. */
  #adopt(application, row) {
    for (const { id } of row.secrets) if (!application.secrets.some((one) => one.id === id)) application.secrets.push({ id, secret: undefined });
  }

  async check() {
    const fact = (holds, kind, text) => this.tally.fact(holds, kind, `operator: ${text}`), pending = this.pending?.name;
    const state = await this.#read();
    await this.resolve(state);
    for (const [name, value] of Object.entries(this.rules)) fact(state.policy[name] === value, 'lost', `${name} is ${state.policy[name]}, not ${value}`);
    if (this.key) fact(state.keys.find(isCurrent).kid === this.key, 'lost', `the key ${this.key} signs no more`);
    for (const application of this.applications) {
      const row = state.applications.get(application.id);
      fact((row !== undefined) === !application.deleted, row ? 'revived' : 'lost', `${application.id} is ${row ? 'there' : 'gone'}`);
      if (!row) continue;
      if (pending === 'add secret') this.#adopt(application, row);
      fact(row.enabled === application.enabled, application.enabled ? 'lost' : 'revived', `${application.id}: enabled is ${row.enabled}`);
      fact(row.secrets.length === application.secrets.length, 'lost', `${application.id}: ${row.secrets.length} secrets, not ${application.secrets.length}`);
      for (const { secret } of application.secrets.filter((one) => one.secret).slice(-3)) fact(await this.#serves(application, secret) === application.enabled, 'lost', `${application.id}: a secret does not serve as it should`);
      for (const secret of application.gone.splice(0)) fact(!await this.#serves(application, secret), 'revived', `${application.id}: a secret that was removed serves`);
    }
    this.checkAudit();
    this.applications = this.applications.filter((one) => !one.deleted || this.random() < 0.9);
  }
}
