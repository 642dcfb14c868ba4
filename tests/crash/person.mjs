// SPDX-License-Identifier: Apache-2.0
// A person with an account, browsers and applications that act in their name, and an administrator who meddles.
import { randomBytes } from 'node:crypto';
import { Actor } from './actor.mjs';
import { Wrong, claimsOf } from './world.mjs';
import { pick, pickWeighted } from './random.mjs';

const codeLifetime = 45_000, accessLifetime = 600_000; // milliseconds, with some room
const newPassword = () => `violet lantern ${randomBytes(6).toString('hex')}`;
let people = 0;

export class Person extends Actor {
  sessions = [];  // { visitor, id, ended }; in the order in which they began, as the server's ids are. visitor: undefined if its cookie was lost
  families = [];  // { session, offline, code, verifier, made, used, refresh, spent, access, withdrawn, revoked }; likewise
  password = newPassword();
  former = [];    // passwords that were
  disabled = false;
  exists = false;
  age = 0;        // rounds
  deleted = false;

  constructor(...args) {
    super(...args);
    this.email = `person-${process.pid}-${people += 1}@example.com`;
    this.label = this.email;
  }

  by(event) { return `${event} by ${this.id}`; }

  // --- acts ------------------------------------------------------------------------------------------------------------

  create() {
    return this.act({
      name: 'create',
      call: () => this.world.admin('POST', '/users', { email: this.email, email_verified: true, password: this.password }),
      done: (user) => { this.exists = true; this.id ??= user?.id; },
      happened: ({ user }) => { this.id = user?.id; this.counts.set(`user.created on ${this.id}`, user ? 1 : 0); return [user !== undefined]; },
    }).then(() => this.counts.set(`user.created on ${this.id}`, 1));
  }

  living(list = this.sessions) { return list.filter((entry) => !entry.ended && !entry.revoked); }

  signIn({ byPassword = false } = {}) {
    const known = this.living().filter((session) => session.visitor);
    const session = known.length && !byPassword && this.random() < 0.4 ? pick(this.random, known) : { visitor: this.world.slowVisitor(this.random), ended: false };
    const fresh = !known.includes(session), offline = this.random() < 0.5;
    this.interrupted = session.visitor;
    return this.act({
      name: 'sign-in',
      call: () => this.world.authorize(session.visitor, this, offline ? 'openid offline_access' : 'openid'),
      done: (code) => {
        if (code) this.interrupted = undefined;
        if (!code && fresh) session.visitor = undefined;
        if (fresh) this.sessions.push(session);
        this.families.push({ session, offline, ...code, made: Date.now(), used: false, spent: [], withdrawn: [], revoked: false });
      },
      audits: [[this.by(fresh ? 'sign-in.succeeded' : 'session.used'), 1]],
      happened: (state) => [state.grants.length > this.families.length, ...(fresh ? [state.sessions.length > this.sessions.length] : [])],
    });
  }

  #keep(family, tokens, what) {
    if (tokens.status !== 200) throw new Wrong(`${what}: ${JSON.stringify(tokens)}`);
    if (family.refresh) family.spent.push(family.refresh);
    const { grant_id: id, sid } = claimsOf(tokens.access_token);
    Object.assign(family, { used: true, refresh: tokens.refresh_token, access: { token: tokens.access_token, made: Date.now() }, id });
    if (sid) family.session.id = sid;
  }

  /** Shows the code or the refresh token. Without an answer it is shown again: it serves, or the whole family ends. */
  #exchange(name, family, call) {
    return this.act({
      name,
      call,
      done: (tokens) => tokens && this.#keep(family, tokens, `${this.label}: ${name}`),
      settle: async () => {
        const again = await call();
        if (again.status === 200) this.#keep(family, again, name);
        else {
          this.refused(again, `${this.label}: ${name} again`);
          Object.assign(family, { revoked: true, used: true });
        }
      },
    });
  }

  redeem() {
    const family = pick(this.random, this.living(this.families).filter((one) => one.code && !one.used && Date.now() - one.made < codeLifetime));
    return family && this.#exchange('redeem', family, () => this.world.redeem(family));
  }

  refresh() {
    const family = pick(this.random, this.living(this.families).filter((one) => one.refresh));
    return family && this.#exchange('refresh', family, () => this.world.refresh(family.refresh));
  }

  #isRevoked(family) { return (state) => [state.grants[this.families.indexOf(family)]?.revoked_at > 0]; }

  revoke() {
    const family = pick(this.random, this.living(this.families).filter((one) => one.refresh));
    return family && this.act({
      name: 'revoke',
      call: () => this.world.oauth('revoke', { token: family.refresh }),
      done: () => { family.revoked = true; },
      happened: this.#isRevoked(family),
    });
  }

  withdraw() {
    const family = pick(this.random, this.living(this.families).filter((one) => one.access));
    if (!family) return undefined;
    const { access } = family;
    const note = () => { family.withdrawn.push(access); family.access = undefined; };
    return this.act({
      name: 'withdraw',
      call: () => this.world.oauth('revoke', { token: access.token }),
      done: note,
      settle: async () => { if (!await this.world.isActive(access.token)) note(); },
    });
  }

  /** A code or refresh token a second time: refused, and nobody keeps anything. */
  replay(family = pick(this.random, this.living(this.families).filter((one) => one.used && (one.code || one.spent.length)))) {
    if (!family) return undefined;
    const codeServes = family.code && (!family.spent.length || this.random() < 0.5);
    return this.act({
      name: 'replay',
      call: async () => {
        const answer = await (codeServes ? this.world.redeem(family) : this.world.refresh(pick(this.random, family.spent)));
        if (answer.status === 200) this.tally.fault('doubled', `${this.label}: a used ${codeServes ? 'code' : 'refresh token'} served again`);
        else this.refused(answer, `${this.label}: replay`);
      },
      done: () => { family.revoked = true; },
      happened: this.#isRevoked(family),
    });
  }

  /** The end of @sessions, and of @families with them: how to note it, and how to see it. */
  #takes(sessions, families = this.living(this.families).filter((family) => sessions.includes(family.session) && !family.offline)) {
    return {
      note: () => { for (const session of sessions) session.ended = true; for (const family of families) family.revoked = true; },
      seen: (state) => [
        ...sessions.map((session) => state.sessions[this.sessions.indexOf(session)]?.ended_at > 0),
        ...families.map((family) => state.grants[this.families.indexOf(family)]?.revoked_at > 0),
      ],
    };
  }

  signOut() {
    const session = pick(this.random, this.living().filter((one) => one.visitor));
    if (!session) return undefined;
    const takes = this.#takes([session]);
    return this.act({
      name: 'sign out',
      call: () => this.world.walk(session.visitor, `${this.world.url}/account/sign-out`, `${this.world.url}/account/signed-out`, {}),
      done: takes.note,
      audits: [[this.by('session.ended'), 1]],
      happened: takes.seen,
    });
  }

  changePassword() {
    const session = pick(this.random, this.living().filter((one) => one.visitor));
    if (!session) return undefined;
    const next = newPassword(), others = this.living().filter((one) => one !== session);
    const takes = this.#takes(others, this.living(this.families).filter((family) => family.session !== session));
    return this.act({
      name: 'change of password',
      call: () => this.world.walk(session.visitor, `${this.world.url}/account/password`, `${this.world.url}/account?notice`, { identifier: this.email, current_password: this.password, password: next }),
      done: () => {
        takes.note();
        this.former.push(this.password);
        this.password = next;
      },
      audits: [[this.by('password.changed'), 1], ...(others.length ? [[this.by('session.ended'), others.length]] : [])],
      slack: [[this.by('session.used'), 1]], // the rest of its flow: written after it
      happened: takes.seen,
    });
  }

  #change(name, body, takes, note) {
    return this.act({
      name,
      call: () => this.world.admin('PATCH', `/users/${this.id}`, body),
      done: () => { note(); takes?.note(); },
      audits: [[`user.changed on ${this.id}`, 1], ...(takes?.audits ?? [])],
      happened: takes?.seen,
    });
  }

  /** The end of everything, also of what outlives sessions. */
  #takesAll() {
    const sessions = this.living();
    return { ...this.#takes(sessions, this.living(this.families)), audits: sessions.length ? [[`session.ended of ${this.id}`, sessions.length]] : [] };
  }

  disable() { return this.#change('disable', { disabled: true }, this.#takesAll(), () => { this.disabled = true; }); }

  enable() { return this.#change('enable', { disabled: false }, undefined, () => { this.disabled = false; }); }

  setPassword() {
    const next = newPassword();
    return this.#change('set password', { password: next }, this.#takesAll(), () => { this.former.push(this.password); this.password = next; });
  }

  remove() {
    return this.act({
      name: 'remove',
      call: () => this.world.admin('DELETE', `/users/${this.id}`),
      done: () => { this.deleted = true; },
      audits: [[`user.deleted on ${this.id}`, 1], ...this.#takesAll().audits],
      happened: ({ user }) => [user === undefined],
    });
  }

  endSession() {
    const session = pick(this.random, this.living().filter((one) => one.id));
    if (!session) return undefined;
    const takes = this.#takes([session]);
    return this.act({
      name: 'end session',
      call: () => this.world.admin('DELETE', `/sessions/${session.id}`),
      done: takes.note,
      audits: [[`session.ended of ${this.id}`, 1]],
      happened: takes.seen,
    });
  }

  revokeGrant() {
    const family = pick(this.random, this.living(this.families).filter((one) => one.id));
    return family && this.act({
      name: 'revoke grant',
      call: () => this.world.admin('DELETE', `/grants/${family.id}`),
      done: () => { family.revoked = true; },
      audits: [[`grant.revoked on ${family.id}`, 1]],
      happened: this.#isRevoked(family),
    });
  }

  revokeAll() {
    const families = this.living(this.families);
    return this.act({
      name: 'revoke all',
      call: () => this.world.admin('POST', '/grant-revocations', { user: this.id }),
      done: () => { for (const family of families) family.revoked = true; },
      audits: [[`grants.revoked on ${this.id}`, 1]],
      happened: (state) => families.map((family) => state.grants[this.families.indexOf(family)]?.revoked_at > 0),
    });
  }

  /** Reads what it knows, in the middle of the load. */
  async peek() {
    const family = pick(this.random, this.families.filter((one) => one.refresh));
    if (family) await this.#checkTokens(family);
  }

  /** Something, as it comes. */
  step() {
    if (this.deleted) return this.peek();
    if (!this.exists) return this.create();
    if (this.disabled) return this.random() < 0.5 ? this.enable() : this.peek();
    return pickWeighted(this.random, [
      [6, () => this.signIn()], [12, () => this.redeem()], [10, () => this.refresh()], [2, () => this.revoke()], [2, () => this.withdraw()],
      [2, () => this.replay()], [2, () => this.signOut()], [1.5, () => this.changePassword()], [0.5, () => this.disable()], [0.5, () => this.setPassword()],
      [0.2, () => this.remove()], [1, () => this.endSession()], [1, () => this.revokeGrant()], [0.3, () => this.revokeAll()], [4, () => this.peek()],
    ])();
  }

  // --- checks ------------------------------------------------------------------------------------------------------------

  async #read() {
    const absent = (error) => { if (error.status !== 404) throw error; };
    const user = await this.world.admin('GET', `/users/${encodeURIComponent(this.id ?? this.email)}`).catch(absent);
    const [grants, sessions] = user ? await Promise.all([this.world.adminList(`/grants?user=${user.id}`), this.world.adminList(`/sessions?user=${user.id}&all=true`)]) : [[], []];
    return { user, grants, sessions };
  }

  async #checkTokens(family) {
    const alive = !family.revoked && !this.disabled && !this.deleted, fact = this.tally.fact.bind(this.tally);
    const kind = (active) => (active ? 'revived' : 'lost');
    if (family.refresh) {
      const active = await this.world.isActive(family.refresh);
      fact(active === alive, kind(active), `${this.label}: the refresh token is ${active ? '' : 'in'}active`);
    }
    if (family.access && Date.now() - family.access.made < accessLifetime) {
      const taken = await this.world.isTaken(family.access.token);
      fact(taken === alive, kind(taken), `${this.label}: the access token is ${taken ? 'taken' : 'refused'}`);
    }
    for (const token of family.spent.slice(-2)) fact(!await this.world.isActive(token), 'doubled', `${this.label}: a refresh token that was used is active`);
    for (const access of family.withdrawn.slice(-2)) fact(!await this.world.isActive(access.token), 'revived', `${this.label}: an access token that was withdrawn is active`);
    if (family.revoked && family.refresh && this.random() < 0.2) fact((await this.world.refresh(family.refresh)).status === 400, 'revived', `${this.label}: a refresh token of a revoked grant serves`);
  }

  #compare({ user, grants, sessions }) {
    const fact = (holds, kind, text) => this.tally.fact(holds, kind, `${this.label}: ${text}`);
    fact((user !== undefined) === (this.exists && !this.deleted), user ? 'revived' : 'lost', `the account is ${user ? 'there' : 'gone'}`);
    if (!user) return;
    fact(user.disabled === this.disabled, this.disabled ? 'revived' : 'lost', `disabled is ${user.disabled}`);
    fact(grants.length === this.families.length, grants.length < this.families.length ? 'lost' : 'doubled', `${grants.length} grants, not ${this.families.length}`);
    fact(sessions.length === this.sessions.length, sessions.length < this.sessions.length ? 'lost' : 'doubled', `${sessions.length} sessions, not ${this.sessions.length}`);
    this.families.forEach((family, place) => {
      const revoked = grants[place]?.revoked_at > 0;
      fact(revoked === family.revoked, revoked ? 'lost' : 'revived', `grant ${place} of ${family.offline ? 'offline' : 'online'} is ${revoked ? '' : 'not '}revoked`);
    });
    this.sessions.forEach((session, place) => {
      const ended = sessions[place]?.ended_at > 0;
      fact(ended === session.ended, ended ? 'lost' : 'revived', `session ${place} has ${ended ? '' : 'not '}ended`);
    });
  }

  async #checkPasswords() {
    for (const password of this.former.splice(0)) this.tally.fact(!await this.world.admits(this.email, password), 'revived', `${this.label}: a password that was changed admits`);
    await this.signIn({ byPassword: true });
  }

  /** A sign-in under way may have lost its last moment; then its page says so. */
  async #checkFlow() {
    const visitor = this.interrupted;
    this.interrupted = undefined;
    if (visitor?.last.includes('/sign-in/')) this.tally.flows[await this.world.findFlow(visitor)] += 1;
  }

  /** Everything it knows against what the server says. */
  async check({ thorough = false } = {}) {
    await this.#checkFlow();
    if (this.pending?.settle) {
      const { settle } = this.pending;
      this.pending = undefined;
      this.tally.settled += 1;
      await settle();
    }
    const state = await this.#read();
    await this.resolve(state);
    this.#compare(state);
    this.checkAudit();
    for (const family of this.families.slice(thorough ? 0 : -8)) await this.#checkTokens(family);
    for (const session of this.sessions.slice(thorough ? 0 : -4).filter(({ visitor }) => visitor)) {
      const signedIn = await this.world.isSignedIn(session.visitor), should = !session.ended && !this.disabled && !this.deleted;
      this.tally.fact(signedIn === should, signedIn ? 'revived' : 'lost', `${this.label}: the browser is ${signedIn ? '' : 'not '}signed in`);
    }
    if (this.exists && !this.deleted && !this.disabled && (this.former.length || thorough)) await this.#checkPasswords();
  }

  /** The last word: whatever was single use is shown again. */
  async prove() {
    for (const family of this.living(this.families).filter((one) => one.used && (one.code || one.spent.length))) if (!this.disabled && !this.deleted) await this.replay(family);
  }
}
