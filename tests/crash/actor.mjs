// SPDX-License-Identifier: Apache-2.0
// Whoever acts and notes what was acknowledged. One act at a time each, so that what the server must hold is known exactly,
// but for the one act that a crash left without an answer: of that one the checker finds out whether it was done, and it
// must have been done wholly or not at all.
import { Lost, Wrong } from './world.mjs';

/** What is counted over a whole run. */
export class Tally {
  constructor() { Object.assign(this, { acts: 0, unanswered: 0, unavailable: 0, flows: { kept: 0, over: 0, lost: 0 }, facts: 0, settled: 0, faults: [] }); }

  /** @param kind lost, doubled, revived, half, wrong */
  fault(kind, text) { this.faults.push(`${kind}: ${text}`); }

  /** One fact compared with its note. */
  fact(holds, kind, text) {
    this.facts += 1;
    if (!holds) this.fault(kind, text);
  }
}

export class Actor {
  pending = undefined;

  /** @param audit counts of audit entries so far by key, shared by all; see Audit */
  constructor(world, random, tally, audit) { Object.assign(this, { world, random, tally, audit }); this.counts = new Map(); }

  /**
   * One act. @param act.call does it; act.done notes it, with what the call gave or, where the answer was lost, with nothing;
   * act.audits: [key, count] that stand in the audit then; act.slack: likewise, for what is told in a later transaction;
   * act.happened(state): what else of it is to be seen, all or nothing; act.settle: asks for the outcome by acting again
   */
  async act(act) {
    let given;
    try {
      given = await act.call();
    } catch (error) {
      if (error instanceof Lost) this.#lose(act, error);
      throw error;
    }
    this.tally.acts += 1;
    this.#count([...(act.audits ?? []), ...(act.slack ?? [])]);
    return act.done(given);
  }

  #lose(act, error) {
    if (error.message === '503') this.tally.unavailable += 1;
    else this.tally.unanswered += 1;
    this.pending = act;
  }

  #count(audits) {
    for (const [key, count] of audits) this.counts.set(key, (this.counts.get(key) ?? 0) + count);
  }

  /** Finds out about the act without an answer, from what the server now holds. */
  async resolve(state) {
    const act = this.pending;
    if (!act) return;
    this.pending = undefined;
    this.tally.settled += 1;
    const seen = [...(act.happened?.(state) ?? []), ...(act.audits ?? []).map(([key, count]) => this.audit.get(key) === (this.counts.get(key) ?? 0) + count)];
    const done = seen.length > 0 && seen.every(Boolean);
    if (!done && seen.some(Boolean)) this.tally.fault('half', `${this.label}: ${act.name} without an answer is done in part: ${seen}`);
    if (done) {
      this.#count(act.audits ?? []);
      await act.done(undefined);
    }
    for (const [key, count] of act.slack ?? []) {
      const was = this.counts.get(key) ?? 0, is = this.audit.get(key);
      if (is > was && is <= was + count) this.counts.set(key, is);
    }
  }

  /** Every entry of an acknowledged act is there, and none that nobody did. */
  checkAudit() {
    for (const [key, count] of this.counts) this.tally.fact(this.audit.get(key) === count, this.audit.get(key) < count ? 'lost' : 'doubled', `${this.label}: audit “${key}” stands ${this.audit.get(key)} times, not ${count}`);
  }

  refused(answer, what) {
    if (answer.status !== 400) throw new Wrong(`${what}: ${JSON.stringify(answer)}`);
  }
}

/** The server's audit, read on after each round. */
export class Audit {
  #counts = new Map();
  #last = '';

  get(key) { return this.#counts.get(key) ?? 0; }

  async readOn(world) {
    for (const { id, event, actor, target, data } of await world.adminList('/audit', this.#last)) {
      const key = actor?.startsWith('usr_') ? `${event} by ${actor}` : event === 'session.ended' ? `${event} of ${data.user}` : `${event} on ${target}`;
      this.#counts.set(key, this.get(key) + 1);
      this.#last = id;
    }
  }
}
