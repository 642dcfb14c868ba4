// SPDX-License-Identifier: Apache-2.0
// One round: load, an end in its midst, a new beginning, and all that was noted compared with what the server then says.
// Which ends there are depends on what the server keeps its data in: disk-cycles.mjs, database-cycles.mjs.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Audit, Tally } from './actor.mjs';
import { Operator } from './operator.mjs';
import { Person } from './person.mjs';
import { generator, pick } from './random.mjs';
import { Lost } from './world.mjs';

const patience = 60_000; // milliseconds: nothing here fails because the machine is busy
const rounds = 5;        // of one person
export const backOff = 3; // crashes in a row after which the supervisor waits longer than a round is worth

/** The letter of proc(5); a zombie that nobody has reaped yet is gone, too. */
function stateOf(pid) {
  try {
    return /\) (.) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))[1];
  } catch {
    return 'Z';
  }
}

export const isGone = (pid) => stateOf(pid) === 'Z';

export async function until(what, check, limit = patience) {
  for (const end = Date.now() + limit; Date.now() < end; await sleep(2)) if (await check()) return;
  throw new Error(`did not happen in ${limit / 1000} s: ${what}`);
}

/**
 * A subclass says: plan() gives [name, how it ends]; checkStore() looks at what is kept by other means; mayLoseOpen(kind): whether
 * that end may take short-lived data that a whole round lies upon; mayLoseMoment(kind): that of its last moment; keepEvidence(kind).
 */
export class Cycles {
  tally = new Tally();
  audit = new Audit();
  ends = new Map(); // kind of end -> count
  archive = [];
  crashes = 0;

  constructor(world, seed, people = 10) {
    Object.assign(this, { world, seed, postern: world.postern });
    this.random = generator(seed);
    this.actors = [...Array.from({ length: people }, () => this.person()), this.operator()];
  }

  #fork() { return generator(Math.floor(this.random() * 2 ** 32)); }

  person() { return new Person(this.world, this.#fork(), this.tally, this.audit); }

  operator() { return new Operator(this.world, this.#fork(), this.tally, this.audit); }

  // --- the load ----------------------------------------------------------------------------------------------------------

  async #load(actor) {
    while (!this.over && !actor.pending && !actor.broken) {
      try {
        await actor.step();
      } catch (error) {
        if (error instanceof Lost) return;
        this.spoiled(actor, error);
      }
      await turn();
    }
  }

  spoiled(actor, error) {
    this.tally.fault('wrong', `${actor.label}: ${error.stack}`);
    actor.broken = true;
  }

  // --- the end -----------------------------------------------------------------------------------------------------------

  note(kind) { this.ends.set(kind, (this.ends.get(kind) ?? 0) + 1); }

  /** A supervisor that is stopped sees nothing: nothing is begun or ended in good order. */
  async killAll() {
    this.postern.signal('SIGSTOP');
    await until('the supervisor stands still', () => stateOf(this.postern.pid) === 'T');
    const { workers } = this.postern;
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    this.postern.signal('SIGKILL');
    await this.allGone(workers);
  }

  async allGone(workers) {
    await this.postern.ended;
    await until('the workers are gone', () => workers.every(isGone));
  }

  /** While the workers of a supervisor that was killed leave, the port is theirs. */
  async begin() {
    for (const end = Date.now() + patience; ;) {
      try {
        await this.postern.startAgain();
        this.crashes = 0;
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(20);
      }
    }
  }

  async answers() {
    await until('the server is ready again', () => fetch(`${this.world.url}/readyz`).then(async (answer) => { await answer.arrayBuffer(); return answer.ok; }, () => false));
  }

  /** Of two that a reload left for a moment the one that leaves may be the one that was killed: then the other is enough. */
  async replaced(old) {
    const seen = () => this.postern.workers;
    await until('the end', () => !old.every((pid) => seen().includes(pid)));
    await until('another worker is there', () => seen().length > 0);
    await this.answers();
  }

  async killWorker() {
    const old = this.postern.workers;
    this.crashes += 1;
    process.kill(pick(this.random, old), 'SIGKILL');
    await this.replaced(old);
  }

  async all() {
    await this.killAll();
    await this.begin();
  }

  /** Its worker finishes what is under way and leaves; the next supervisor begins meanwhile, or once the port is free. */
  async supervisor() {
    const { workers } = this.postern;
    this.postern.signal('SIGKILL');
    await this.postern.ended;
    await this.begin();
    await until('the orphan leaves', () => workers.every(isGone));
    if (this.postern.exit) await this.begin();
    await this.answers();
  }

  /** Of the old worker and the new one, which both serve for a moment, one is killed. */
  async reload() {
    this.postern.signal('SIGHUP');
    await sleep(this.random() * 200);
    const old = this.postern.workers;
    if (old.length) process.kill(pick(this.random, old), 'SIGKILL');
    this.crashes += 1;
    await until('one worker is left', () => this.postern.workers.length === 1);
    await this.answers();
  }

  // --- a round -----------------------------------------------------------------------------------------------------------

  async round() {
    if (this.stuck) throw new Error(`an earlier round did not come to its end: ${this.stuck}`);
    const [kind, end] = this.plan(), before = this.tally.faults.length;
    this.stuck = `${kind} after ${this.former ?? 'nothing'}`;
    this.former = kind;
    this.over = false;
    const load = this.actors.map((actor) => this.#load(actor));
    await sleep(50 + this.random() * 400);
    this.note(kind);
    await (this.mayLoseMoment(kind) ? this.world.losing(end) : end()).finally(() => { this.over = true; });
    await Promise.all(load);
    const former = Array.from({ length: Math.min(2, this.archive.length) }, () => pick(this.random, this.archive));
    await this.wake(this.mayLoseOpen(kind));
    await this.check([...this.actors, ...former]);
    await this.checkStore();
    await this.#retire();
    if (this.tally.faults.length > before) this.tally.faults.push(`that was after “${kind}”; the log is kept in ${this.keepEvidence(kind)}`);
    this.stuck = null;
  }

  /** Somebody has a page open since the last round. The next one sits down. */
  async wake(mayBeLost) {
    if (this.sleeper) {
      const found = await this.world.findFlow(this.sleeper);
      this.tally.fact(found === 'kept' || (mayBeLost && found === 'lost'), 'lost', `a sign-in whose page was open for a whole round is ${found}`);
    }
    this.sleeper = this.world.visitor();
    await this.world.open(this.sleeper);
  }

  async check(actors, options) {
    await this.audit.readOn(this.world);
    await Promise.all([...new Set(actors)].map((actor) => actor.check(options).catch((error) => this.spoiled(actor, error))));
  }

  /** Who has been there for long proves a last time that nothing serves twice, and makes room. */
  async #retire() {
    const leaving = this.actors.filter((actor) => actor.broken || actor.deleted || (actor instanceof Person && (actor.age += 1) >= rounds));
    const whole = leaving.filter((actor) => !actor.broken && actor.exists);
    await Promise.all(whole.map((actor) => actor.prove().catch((error) => this.spoiled(actor, error))));
    this.archive.push(...whole);
    this.actors = this.actors.map((actor) => (!leaving.includes(actor) ? actor : actor instanceof Operator ? this.operator() : this.person()));
  }

  /** Everybody there ever was, once more, and everything of theirs. */
  async last(most = 400) {
    const everybody = this.archive.length > most ? Array.from({ length: most }, () => pick(this.random, this.archive)) : this.archive;
    for (let at = 0; at < everybody.length; at += 10) await this.check(everybody.slice(at, at + 10), { thorough: true });
  }

  keepEvidence(kind) {
    const folder = mkdtempSync(join(tmpdir(), 'postern-crash-evidence-'));
    writeFileSync(join(folder, 'log'), this.postern.log());
    return folder;
  }

  summary() {
    const { acts, unanswered, unavailable, flows, facts, settled } = this.tally;
    return [
      `${acts} acts acknowledged, ${unanswered} without an answer, ${unavailable} refused with 503; sign-ins cut off on their way: ${flows.kept} kept, ${flows.over} finished, ${flows.lost} lost`,
      `${facts} facts compared, ${settled} open outcomes settled`,
      [...this.ends].sort(([a], [b]) => a.localeCompare(b)).map(([kind, count]) => `${kind} ${count}`).join(', '),
    ];
  }
}
