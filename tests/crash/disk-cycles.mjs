// SPDX-License-Identifier: Apache-2.0
// The ends of a server that keeps its data in files: kills, also at named points of a commit, and power cuts.
import { execFile } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Cycles, backOff, until } from './cycles.mjs';
import { points } from './disk.mjs';
import { pick, pickWeighted } from './random.mjs';

const isNoSocket = (path) => !path.endsWith('.sock');

export class DiskCycles extends Cycles {
  #lostChanges = 0;

  constructor(world, seed) {
    super(world, seed);
    world.disk.keepJournal();
  }

  /** Gives FALSE if the load did not come by there: then the end comes as it does elsewhere. */
  async #reach(point, whole) {
    const old = this.postern.workers;
    this.world.disk.arm(point, 1 + Math.floor(this.random() * point.most), whole);
    await until('the point', () => this.world.disk.struck, 2000).catch(() => {});
    const reached = this.world.disk.disarm();
    this.note(reached ? point.name : 'a point that was not reached');
    if (!reached) return false;
    if (whole) await this.allGone(old);
    else {
      this.crashes += 1;
      await this.replaced(old);
    }
    return true;
  }

  async #workerAtPoint() { if (!await this.#reach(pickWeighted(this.random, points), false)) await this.killWorker(); }

  /** What stood before is kept aside, should a fault be found. */
  #cut() {
    const { dataDir } = this.postern, { disk } = this.world;
    rmSync(disk.aside, { recursive: true, force: true });
    cpSync(dataDir, disk.aside, { recursive: true, filter: isNoSocket });
    cpSync(disk.journal, join(disk.aside, 'journal'));
    this.#lostChanges += disk.cutPower(dataDir, this.random, pick(this.random, [0, 0.3, 0.7, 0.95]));
  }

  async #power() {
    await this.killAll();
    this.#cut();
    await this.begin();
  }

  async #powerAtPoint() {
    if (!await this.#reach(pickWeighted(this.random, points), true)) await this.killAll();
    this.#cut();
    await this.begin();
  }

  plan() {
    const crash = this.crashes < backOff ? 1 : 0;
    return pickWeighted(this.random, [
      [30 * crash, ['worker', () => this.killWorker()]],
      [30 * crash, ['worker at a point', () => this.#workerAtPoint()]],
      [8 * crash, ['worker while reloading', () => this.reload()]],
      [8, ['supervisor and worker', () => this.all()]],
      [4, ['supervisor alone', () => this.supervisor()]],
      [10, ['power cut', () => this.#power()]],
      [16, ['power cut at a point', () => this.#powerAtPoint()]],
    ]);
  }

  mayLoseOpen(kind) { return kind.startsWith('power'); }

  mayLoseMoment(kind) { return this.mayLoseOpen(kind); }

  /** The database's own check of all its pages and indices. */
  async #checkFile(file) {
    const { stdout } = await promisify(execFile)('sqlite3', ['-readonly', file, 'PRAGMA integrity_check']).catch((error) => ({ stdout: error.message }));
    this.tally.fact(stdout.trim() === 'ok', 'wrong', `${file}: ${stdout}`);
  }

  async checkStore() { await Promise.all(['lasting.db', 'short.db'].map((name) => this.#checkFile(join(this.postern.dataDir, 'default', name)))); }

  keepEvidence(kind) {
    const folder = super.keepEvidence(kind);
    cpSync(this.postern.dataDir, folder, { recursive: true, filter: isNoSocket });
    if (kind.startsWith('power')) cpSync(this.world.disk.aside, join(folder, 'before'), { recursive: true });
    return folder;
  }

  summary() { return [...super.summary(), `${this.#lostChanges} blocks and entries lost in power cuts`]; }
}
