// SPDX-License-Identifier: Apache-2.0
// One round: load, an end in its midst, a new beginning, and all that was noted compared with what the server then says.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Audit, Tally } from './actor.mjs';
import { Operator } from './operator.mjs';
import { Person } from './person.mjs';
import { points } from './disk.mjs';
import { generator, pick, pickWeighted } from './random.mjs';
import { Lost } from './world.mjs';

const patience = 60_000; // milliseconds: nothing here fails because the machine is busy
const rounds = 5;        // of one person
const backOff = 3;       // crashes in a row after which the supervisor waits longer than a round is worth

/** The letter of proc(5); a zombie that nobody has reaped yet is gone, too. */
function stateOf(pid) {
  try {
    return /\) (.) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))[1];
  } catch {
    return 'Z';
  }
}

const isNoSocket = (path) => !path.endsWith('.sock');

const isGone = (pid) => stateOf(pid) === 'Z';

export async function until(what, check, limit = patience) {
  for (const end = Date.now() + limit; Date.now() < end; await sleep(2)) if (await check()) return;
  throw new Error(`did not happen in ${limit / 1000} s: ${what}`);
}

export class Cycles {
  tally = new Tally();
  audit = new Audit();
  ends = new Map(); // kind of end -> count
  archive = [];
  #crashes = 0;
  #lostChanges = 0;

  constructor(world, seed, people = 10) {
    Object.assign(this, { world, seed, postern: world.postern });
    this.random = generator(seed);
    world.disk.keepJournal();
    this.actors = [...Array.from({ length: people }, () => this.#person()), this.#operator()];
  }

  #fork() { return generator(Math.floor(this.random() * 2 ** 32)); }

  #person() { return new Person(this.world, this.#fork(), this.tally, this.audit); }

  #operator() { return new Operator(this.world, this.#fork(), this.tally, this.audit); }

  // --- the load ----------------------------------------------------------------------------------------------------------

  async #load(actor) {
    while (!this.over && !actor.pending && !actor.broken) {
      try {
        await actor.step();
      } catch (error) {
        if (error instanceof Lost) return;
        this.#spoiled(actor, error);
      }
      await turn();
    }
  }

  #spoiled(actor, error) {
    this.tally.fault('wrong', `${actor.label}: ${error.stack}`);
    actor.broken = true;
  }

  // --- the end -----------------------------------------------------------------------------------------------------------

  #note(kind) { this.ends.set(kind, (this.ends.get(kind) ?? 0) + 1); }

  /** A supervisor that is stopped sees nothing: nothing is begun or ended in good order. */
  async #killAll() {
    this.postern.signal('SIGSTOP');
    await until('the supervisor stands still', () => stateOf(this.postern.pid) === 'T');
    const { workers } = this.postern;
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    this.postern.signal('SIGKILL');
    await this.#allGone(workers);
  }

  async #allGone(workers) {
    await this.postern.ended;
    await until('the workers are gone', () => workers.every(isGone));
  }

  /** While the workers of a supervisor that was killed leave, the port is theirs. */
  async #begin() {
    for (const end = Date.now() + patience; ;) {
      try {
        await this.postern.startAgain();
        this.#crashes = 0;
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(20);
      }
    }
  }

  async #answers() {
    await until('the server is ready again', () => fetch(`${this.world.url}/readyz`).then(async (answer) => { await answer.arrayBuffer(); return answer.ok; }, () => false));
  }

  /** Of two that a reload left for a moment the one that leaves may be the one that was killed: then the other is enough. */
  async #replaced(old) {
    const seen = () => this.postern.workers;
    await until('the end', () => !old.every((pid) => seen().includes(pid)));
    await until('another worker is there', () => seen().length > 0);
    await this.#answers();
  }

  async #killWorker() {
    const old = this.postern.workers;
    this.#crashes += 1;
    process.kill(pick(this.random, old), 'SIGKILL');
    await this.#replaced(old);
  }

  /** Gives FALSE if the load did not come by there: then the end comes as it does elsewhere. */
  async #reach(point, whole) {
    const old = this.postern.workers;
    this.world.disk.arm(point, 1 + Math.floor(this.random() * point.most), whole);
    await until('the point', () => this.world.disk.struck, 2000).catch(() => {});
    const reached = this.world.disk.disarm();
    this.#note(reached ? point.name : 'a point that was not reached');
    if (!reached) return false;
    if (whole) await this.#allGone(old);
    else {
      this.#crashes += 1;
      await this.#replaced(old);
    }
    return true;
  }

  async #workerAtPoint() { if (!await this.#reach(pickWeighted(this.random, points), false)) await this.#killWorker(); }

  async #all() {
    await this.#killAll();
    await this.#begin();
  }

  /** What stood before is kept aside, should a fault be found. */
  #cut() {
    const { dataDir } = this.postern, { disk } = this.world;
    rmSync(disk.aside, { recursive: true, force: true });
    cpSync(dataDir, disk.aside, { recursive: true, filter: isNoSocket });
    cpSync(disk.journal, join(disk.aside, 'journal'));
    this.#lostChanges += disk.cutPower(dataDir, this.random, pick(this.random, [0, 0.3, 0.7, 0.95]));
  }

  async #power() {
    await this.#killAll();
    this.#cut();
    await this.#begin();
  }

  async #powerAtPoint() {
    if (!await this.#reach(pickWeighted(this.random, points), true)) await this.#killAll();
    this.#cut();
    await this.#begin();
  }

  /** Its worker finishes what is under way and leaves; the next supervisor begins meanwhile, or once the port is free. */
  async #supervisor() {
    const { workers } = this.postern;
    this.postern.signal('SIGKILL');
    await this.postern.ended;
    await this.#begin();
    await until('the orphan leaves', () => workers.every(isGone));
    if (this.postern.exit) await this.#begin();
    await this.#answers();
  }

  /** Of the old worker and the new one, which both serve for a moment, one is killed. */
  async #reload() {
    this.postern.signal('SIGHUP');
    await sleep(this.random() * 200);
    const old = this.postern.workers;
    if (old.length) process.kill(pick(this.random, old), 'SIGKILL');
    this.#crashes += 1;
    await until('one worker is left', () => this.postern.workers.length === 1);
    await this.#answers();
  }

  #plan() {
    const crash = this.#crashes < backOff ? 1 : 0;
    return pickWeighted(this.random, [
      [30 * crash, ['worker', () => this.#killWorker()]],
      [30 * crash, ['worker at a point', () => this.#workerAtPoint()]],
      [8 * crash, ['worker while reloading', () => this.#reload()]],
      [8, ['supervisor and worker', () => this.#all()]],
      [4, ['supervisor alone', () => this.#supervisor()]],
      [10, ['power cut', () => this.#power()]],
      [16, ['power cut at a point', () => this.#powerAtPoint()]],
    ]);
  }

  // --- a round -----------------------------------------------------------------------------------------------------------

  async round() {
    if (this.stuck) throw new Error(`an earlier round did not come to its end: ${this.stuck}`);
    const [kind, end] = this.#plan(), before = this.tally.faults.length;
    this.stuck = `${kind} after ${this.former ?? 'nothing'}`;
    this.former = kind;
    this.over = false;
    const load = this.actors.map((actor) => this.#load(actor));
    await sleep(50 + this.random() * 400);
    this.#note(kind);
    await end().finally(() => { this.over = true; });
    await Promise.all(load);
    const former = Array.from({ length: Math.min(2, this.archive.length) }, () => pick(this.random, this.archive));
    await this.#wake(kind.startsWith('power'));
    await this.#check([...this.actors, ...former]);
    await Promise.all(['lasting.db', 'short.db'].map((name) => this.#checkFile(join(this.postern.dataDir, 'default', name))));
    await this.#retire();
    if (this.tally.faults.length > before) this.#keepEvidence(kind);
    this.stuck = null;
  }

  /** Somebody has a page open since the last round: that only the power can take. The next one sits down. */
  async #wake(power) {
    if (this.sleeper) {
      const found = await this.world.findFlow(this.sleeper);
      this.tally.fact(found === 'kept' || (power && found === 'lost'), 'lost', `a sign-in whose page was open for a whole round is ${found}`);
    }
    this.sleeper = this.world.visitor();
    await this.world.open(this.sleeper);
  }

  async #check(actors, options) {
    await this.audit.readOn(this.world);
    await Promise.all([...new Set(actors)].map((actor) => actor.check(options).catch((error) => this.#spoiled(actor, error))));
  }

  /** The database's own check of all its pages and indices. */
  async #checkFile(file) {
    const { stdout } = await promisify(execFile)('sqlite3', ['-readonly', file, 'PRAGMA integrity_check']).catch((error) => ({ stdout: error.message }));
    this.tally.fact(stdout.trim() === 'ok', 'wrong', `${file}: ${stdout}`);
  }

  /** Who has been there for long proves a last time that nothing serves twice, and makes room. */
  async #retire() {
    const leaving = this.actors.filter((actor) => actor.broken || actor.deleted || (actor instanceof Person && (actor.age += 1) >= rounds));
    const whole = leaving.filter((actor) => !actor.broken && actor.exists);
    await Promise.all(whole.map((actor) => actor.prove().catch((error) => this.#spoiled(actor, error))));
    this.archive.push(...whole);
    this.actors = this.actors.map((actor) => (!leaving.includes(actor) ? actor : actor instanceof Operator ? this.#operator() : this.#person()));
  }

  /** Everybody there ever was, once more, and everything of theirs. */
  async last(most = 400) {
    const everybody = this.archive.length > most ? Array.from({ length: most }, () => pick(this.random, this.archive)) : this.archive;
    for (let at = 0; at < everybody.length; at += 10) await this.#check(everybody.slice(at, at + 10), { thorough: true });
  }

  #keepEvidence(kind) {
    const folder = mkdtempSync(join(tmpdir(), 'postern-crash-evidence-'));
    cpSync(this.postern.dataDir, folder, { recursive: true, filter: isNoSocket });
    writeFileSync(join(folder, 'log'), this.postern.log());
    if (kind.startsWith('power')) cpSync(this.world.disk.aside, join(folder, 'before'), { recursive: true });
    console.log(`# after “${kind}”; the data folder is kept as ${folder}`);
  }

  summary() {
    const { acts, unanswered, unavailable, flows, facts, settled } = this.tally;
    return [
      `${acts} acts acknowledged, ${unanswered} without an answer, ${unavailable} refused with 503; sign-ins cut off on their way: ${flows.kept} kept, ${flows.over} finished, ${flows.lost} lost`,
      `${facts} facts compared, ${settled} open outcomes settled, ${this.#lostChanges} blocks and entries lost in power cuts`,
      [...this.ends].sort(([a], [b]) => a.localeCompare(b)).map(([kind, count]) => `${kind} ${count}`).join(', '),
    ];
  }
}
