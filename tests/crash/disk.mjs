// SPDX-License-Identifier: Apache-2.0
// Orders for disk.c, which is preloaded into the worker; and what a power cut leaves of a data folder.
import { closeSync, existsSync, ftruncateSync, linkSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, statSync, truncateSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The numbers of disk.c. */
const places = { fault: 0, file: 4, op: 8, phase: 12, left: 16, whole: 20, struck: 24, journal: 28 };
const faults = ['none', 'full', 'full-all', 'read-only', 'broken', 'unreadable'];
const files = ['any', 'default/lasting.db', 'default/lasting.db-wal', 'default/short.db', 'default/short.db-wal'];
const ops = ['any', 'write', 'sync', 'truncate', 'create', 'unlink', 'mkdir', 'link'];
const phases = ['before', 'half', 'after'];
const mark = Buffer.from('postern!'), entryBytes = 48;

/** Where in the life of a commit or a checkpoint a process may end: weight, file, call, phases, and how many of them may pass first. */
export const points = [
  [3, 'default/lasting.db-wal', 'write', ['before', 'half', 'after'], 60],
  [3, 'default/lasting.db-wal', 'sync', ['before', 'after'], 30],
  [1, 'default/lasting.db', 'write', ['before', 'half'], 40],
  [1, 'default/lasting.db', 'sync', ['before', 'after'], 1],
  [2, 'default/short.db-wal', 'write', ['half'], 20],
  [0.3, 'default/short.db', 'write', ['half'], 40],
  [0.3, 'default/short.db', 'sync', ['before'], 1],
].flatMap(([weight, file, op, moments, most]) => moments.map((phase) => (
  [weight, { file, op, phase, most, name: `${phase === 'half' ? 'within' : phase} a ${op} of ${file.split('/')[1]}` }])));

export class Disk {
  #page;

  constructor(build) {
    this.folder = mkdtempSync(join(tmpdir(), 'postern-crash-'));
    this.file = join(this.folder, 'disk');
    this.journal = `${this.file}.journal`;
    this.aside = `${this.file}.before`;
    writeFileSync(this.file, Buffer.alloc(4096));
    mkdirSync(`${this.file}.graves`);
    this.#page = openSync(this.file, 'r+');
    this.module = join(build, 'tests/crash/disk.so');
    this.reset();
  }

  /** What the server's environment needs, its data folder being @root. */
  environment(root) {
    // The sanitizer's library wants to be the first one; this one calls it, so that its order does no harm.
    const asan = `${process.env.ASAN_OPTIONS ? `${process.env.ASAN_OPTIONS}:` : ''}verify_asan_link_order=0`;
    return { LD_PRELOAD: this.module, POSTERN_TEST_DISK: this.file, POSTERN_TEST_DISK_ROOT: root, ASAN_OPTIONS: asan };
  }

  #set(name, value) {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    writeSync(this.#page, bytes, 0, 4, places[name]);
  }

  get struck() {
    const bytes = Buffer.alloc(4);
    readSync(this.#page, bytes, 0, 4, places.struck);
    return bytes.readInt32LE() !== 0;
  }

  fail(fault) { this.#set('fault', faults.indexOf(fault)); }

  keepJournal() { this.#set('journal', 1); }

  /** The worker ends at the @count-th call that fits @point, the supervisor with it if @whole. */
  arm({ file, op, phase }, count, whole) {
    this.disarm();
    this.#set('file', files.indexOf(file));
    this.#set('op', ops.indexOf(op));
    this.#set('phase', phases.indexOf(phase));
    this.#set('whole', whole ? 1 : 0);
    this.#set('struck', 0);
    this.#set('left', count);
  }

  /** Gives whether the end has come, or comes: after this it no longer can. */
  disarm() {
    this.#set('left', 0);
    return this.struck;
  }

  /** All that was written counts as durable from now on. No worker may run. */
  reset() {
    rmSync(`${this.file}.graves`, { recursive: true });
    mkdirSync(`${this.file}.graves`);
    writeFileSync(this.journal, '');
  }

  /** A process that was killed while it wrote an entry left half of it, and had not begun what the entry announces. */
  #readJournal() {
    const bytes = readFileSync(this.journal), entries = [];
    for (let at = bytes.indexOf(mark); at >= 0;) {
      const entry = readEntry(bytes, at);
      if (entry) entries.push(entry);
      at = entry ? entry.end : bytes.indexOf(mark, at + mark.length);
      if (at === bytes.length) break;
    }
    return entries;
  }

  /** What no sync has made durable: changes of files by name, and changes of folders in their order. */
  #pending() {
    const contents = new Map();
    let entrances = [];
    for (const entry of this.#readJournal()) {
      if (entry.op === 'write' || entry.op === 'truncate') {
        if (!contents.has(entry.name)) contents.set(entry.name, []);
        contents.get(entry.name).push(entry);
      } else if (entry.op === 'sync') {
        contents.set(entry.name, (contents.get(entry.name) ?? []).filter((change) => change.at >= entry.offset));
        entrances = entrances.filter((change) => change.at >= entry.offset || dirname(change.name) !== entry.name);
      } else {
        entrances.push(entry);
        if (entry.op === 'unlink') { // what was written to it belongs to the grave
          contents.set(`${entry.other}\0grave`, contents.get(entry.name) ?? []);
          contents.delete(entry.name);
        }
      }
    }
    return { contents, entrances };
  }

  /**
   * Makes the folder @root what the disk may hold after the power went: of each block that no sync had made durable one of
   * its states since, of the folders' own changes as many as came first. No process may use it. Gives the number of changes lost.
   * @param keep chance of a change to have reached the disk
   */
  cutPower(root, random, keep) {
    const { contents, entrances } = this.#pending();
    let lost = 0;
    for (const [name, changes] of contents) {
      const path = name.endsWith('\0grave') ? join(`${this.file}.graves`, name.split('\0')[0]) : join(root, name);
      if (changes.length && existsSync(path) && !name.endsWith('-shm')) lost += revert(path, changes, random, keep);
    }
    const kept = Math.floor(random() ** (1 / (0.2 + keep)) * (entrances.length + 1));
    for (const change of entrances.slice(kept).reverse()) {
      undoEntrance(root, `${this.file}.graves`, change);
      lost += 1;
    }
    spoilIndices(root, random);
    this.reset();
    return lost;
  }

  remove() {
    closeSync(this.#page);
    rmSync(this.folder, { recursive: true });
  }
}

/** undefined: it is cut short, by the end or by the next one. */
function readEntry(bytes, at) {
  if (at + entryBytes > bytes.length) return undefined;
  const [op, nameLength, otherLength, bodyLength] = [8, 12, 16, 20].map((place) => bytes.readUInt32LE(at + place));
  const [offset, length, size] = [24, 32, 40].map((place) => Number(bytes.readBigUInt64LE(at + place)));
  const other = at + entryBytes + nameLength, body = other + otherLength, end = body + bodyLength;
  if (end > bytes.length || (end < bytes.length && bytes.compare(mark, 0, mark.length, end, end + mark.length) !== 0)) return undefined;
  return { at, end, op: ops[op], name: bytes.toString('utf8', at + entryBytes, other), other: bytes.toString('utf8', other, body), body: bytes.subarray(body, end), offset, length, size };
}

/** Each block goes back to what stood before one of its changes, or stays; the size likewise, on its own. */
function revert(path, changes, random, keep) {
  const block = random() < 0.5 ? 4096 : 512, sizes = [...changes.map((change) => change.size), statSync(path).size];
  const versions = new Map(); // block -> its states, oldest first
  const image = readFileSync(path);
  const now = (from, to) => { const bytes = Buffer.alloc(to - from); bytes.set(image.subarray(from, to)); return bytes; };
  for (const change of [...changes].reverse()) { // newest first: `later` is the block as it was after this change
    const end = change.op === 'write' ? change.offset + change.length : change.size;
    for (let at = Math.floor(change.offset / block) * block; at < end; at += block) {
      if (!versions.has(at)) versions.set(at, [now(at, at + block)]);
      const states = versions.get(at), before = Buffer.from(states[0]);
      const from = Math.max(at, change.offset), to = Math.min(at + block, end);
      before.fill(0, from - at, to - at);
      before.set(change.body.subarray(from - change.offset, to - change.offset), from - at);
      states.unshift(before);
    }
  }
  const pick = (count) => { let at = 0; while (at < count - 1 && random() < keep) at += 1; return at; };
  const size = sizes[random() < keep ? sizes.length - 1 : pick(sizes.length)], fd = openSync(path, 'r+');
  let lost = size === sizes.at(-1) ? 0 : 1;
  for (const [at, states] of versions) {
    const chosen = random() < keep ? states.length - 1 : pick(states.length);
    if (chosen !== states.length - 1) lost += 1;
    writeSync(fd, states[chosen], 0, block, at);
  }
  ftruncateSync(fd, size);
  closeSync(fd);
  return lost;
}

function undoEntrance(root, graves, { op, name, other }) {
  const path = join(root, name);
  if (op === 'create' || op === 'link') rmSync(path, { force: true });
  else if (op === 'mkdir') rmSync(path, { recursive: true, force: true });
  else if (op === 'unlink' && !existsSync(path) && existsSync(dirname(path))) linkSync(join(graves, other), path);
}

/** The shared memory of the log is never synced: it may hold anything. */
function spoilIndices(root, random) {
  for (const name of ['lasting.db-shm', 'short.db-shm']) {
    const path = join(root, 'default', name);
    if (!existsSync(path)) continue;
    const chance = random();
    if (chance < 0.3) unlinkSync(path);
    else if (chance < 0.6) truncateSync(path, 0);
    else if (chance < 0.9) writeFileSync(path, Buffer.from(Array.from({ length: 32768 }, () => Math.floor(random() * 256))));
  }
}

