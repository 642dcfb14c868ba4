// SPDX-License-Identifier: Apache-2.0
// An export of the audit log that ends in its midst: who took it hangs up, or the worker is killed. What is on the disk then is no whole log, and says so; what comes
// from the next number on goes on where it ended.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '../lib/tap.mjs';
import { build } from '../lib/server.mjs';
import { generator } from './random.mjs';
import { World } from './world.mjs';

const ENTRIES = 2500; // several answers of the server

/** The command line of somebody who takes an export. */
class Exporter {
  constructor(world) {
    this.world = world;
    this.folder = mkdtempSync(join(tmpdir(), 'postern-export-'));
  }

  #begin(args) { return [`${build}/src/cli/postern`, ['audit', ...args, '--config', this.world.postern.configFile], { env: this.world.postern.env, maxBuffer: 1 << 28 }]; }

  /** @returns code, and what was printed */
  run(...args) {
    return new Promise((done) => { execFile(...this.#begin(args), (error, stdout, stderr) => done({ code: error?.code ?? 0, text: stdout, errors: stderr })); });
  }

  /** An export; @then is called once @enough bytes of it have come. */
  async breakOff(enough, then) {
    const child = spawn(...this.#begin(['export'])), chunks = [];
    let taken = 0, errors = '';
    child.stderr.on('data', (text) => { errors += text; });
    child.stdout.on('data', (chunk) => {
      const before = taken;
      chunks.push(chunk);
      taken += chunk.length;
      if (before < enough && taken >= enough) then(child);
    });
    const [code] = await once(child, 'close');
    return { code, errors, text: Buffer.concat(chunks).toString() };
  }

  async verify(text) {
    const file = join(this.folder, 'log.jsonl');
    writeFileSync(file, text);
    return this.run('verify', file, '--key', this.keys);
  }

  async keepKeys() {
    this.keys = join(this.folder, 'keys.json');
    writeFileSync(this.keys, (await this.run('keys')).text);
  }

  close() { rmSync(this.folder, { recursive: true }); }
}

/** Entries of whole lines, by their numbers. */
function entriesOf(text) {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter((line) => line.startsWith('{"seq":'));
  return new Map(lines.map((line) => [JSON.parse(line).seq, line]));
}

/** What @part is worth, and what is left of the log @whole is behind it. */
async function checkPart(exporter, part, whole) {
  const had = entriesOf(part), next = had.size, all = entriesOf(whole), { code, text } = await exporter.verify(part);
  if (/"head":"[^"]+"}\n$/.test(part)) assert.equal(code, 0, `it ends with a head of all that it has: ${text}`);
  else assert.ok(code === 1 && /cut short|cannot be read|is empty/.test(text), `what is not whole is called so: ${code} ${text}`);
  assert.doesNotMatch(text, /was (altered|removed|changed)/, 'and nothing else');
  const rest = await exporter.run('export', '--from', String(next));
  assert.equal(rest.code, 0, rest.errors);
  assert.match((await exporter.verify(rest.text)).text, /^good:/m);
  const behind = entriesOf(rest.text);
  if (next > 0) {
    const { start } = JSON.parse(rest.text.split('\n').find((line) => line.startsWith('{"start":')));
    assert.equal(start.chain, JSON.parse(had.get(next - 1)).chain, 'it goes on from the last entry that is there');
  }
  for (const [seq, line] of all) assert.equal(had.get(seq) ?? behind.get(seq), line, `entry ${seq}`);
}

export function addExport(seed) {
  test('an export of the audit log that is broken off is no whole one, and goes on from the next number', async () => {
    const world = await World.start(), exporter = new Exporter(world), random = generator(seed);
    try {
      for (let i = 0; i < ENTRIES; i += 50) await Promise.all(Array.from({ length: 50 }, (_, k) => world.admin('POST', '/users', { email: `entry-${i + k}@example.com` })));
      await exporter.keepKeys();
      const { text: whole } = await exporter.run('export');
      assert.match((await exporter.verify(whole)).text, /^good:/m);
      for (const enough of [1, ...Array.from({ length: 4 }, () => Math.floor(random() * whole.length))]) {
        const { text } = await exporter.breakOff(enough, (child) => child.stdout.destroy()); // the rest may have come before, into the pipe
        await checkPart(exporter, text.slice(0, enough), whole);
      }
      for (let i = 0; i < 3; i += 1) {
        const { code, errors, text } = await exporter.breakOff(1 + Math.floor(random() * whole.length * 0.7), () => { for (const pid of world.postern.workers) process.kill(pid, 'SIGKILL'); });
        console.log(`# the worker was killed, the export ended with ${code} and ${text.length} of ${whole.length} bytes${errors ? `: ${errors.trim()}` : ''}`);
        if (code === 0) assert.match((await exporter.verify(text)).text, /^good:/m, 'what the next worker went on with is whole');
        else await checkPart(exporter, text, whole);
      }
    } finally {
      exporter.close();
      await world.close();
    }
  }, { seconds: 180 });
}
