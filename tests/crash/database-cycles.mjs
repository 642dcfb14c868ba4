// SPDX-License-Identifier: Apache-2.0
// The ends of a server whose data is in PostgreSQL, and of PostgreSQL itself.
import { Cycles, backOff, isGone, until } from './cycles.mjs';
import { pick, pickWeighted } from './random.mjs';

export class DatabaseCycles extends Cycles {
  get #database() { return this.world.database; }

  /** The whole database server starts over when one of its processes is killed. */
  async #killBackend() {
    const pids = await this.#database.backends();
    process.kill(pick(this.random, pids), 'SIGKILL');
    await until('all have ended', () => pids.every(isGone));
  }

  async #andServes(end) {
    await end();
    await until('the server serves again', () => this.world.admin('GET', '/policy').then(() => true, () => false));
  }

  plan() {
    const crash = this.crashes < backOff ? 1 : 0, database = this.#database;
    return pickWeighted(this.random, [
      [20 * crash, ['worker', () => this.killWorker()]],
      [8 * crash, ['worker while reloading', () => this.reload()]],
      [8, ['supervisor and worker', () => this.all()]],
      [4, ['supervisor alone', () => this.supervisor()]],
      [20, ["one of the database's processes", () => this.#andServes(() => this.#killBackend())]],
      [20, ['the database server', () => this.#andServes(() => database.killServer())]],
      [8, ['the database, at once', () => this.#andServes(() => database.restartAtOnce())]],
      [8, ['the database, in good order', () => this.#andServes(() => database.restart())]],
    ]);
  }

  /** What is committed without waiting is on disk when the next change that waits is. */
  async wake(mayBeLost) {
    await super.wake(mayBeLost);
    await this.world.admin('PATCH', '/policy', { guesses_per_address: 99_000 + Math.floor(this.random() * 1000) });
  }

  mayLoseOpen() { return false; }

  mayLoseMoment(kind) { return kind.includes('database'); }

  async check(actors, options) {
    await this.#database.settled();
    await super.check(actors, options);
  }

  /** Every index says what its table says, and nothing refers to what is not there. */
  async checkStore() {
    const gone = await this.#database.ask(`SELECT count (*) FROM postern.refresh_tokens t LEFT JOIN postern.grants g ON g.tenant = t.tenant AND g.key = t.grant_key WHERE g.key IS NULL`);
    this.tally.fact(gone[0] === '0', 'wrong', `${gone[0]} refresh tokens of no grant`);
  }
}
