// SPDX-License-Identifier: Apache-2.0
// What a server with the messenger `file` has written to people.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './wait.mjs';

export class Outbox {
  constructor() { this.folder = mkdtempSync(join(tmpdir(), 'postern-outbox-')); }

  /** For startPostern()'s `instances`. */
  get instance() { return `Type=file\nfolder=${this.folder}\n`; }

  /** The messages to @recipient, the oldest first. */
  list(recipient) {
    const names = readdirSync(this.folder).filter((name) => name.endsWith('.json')).sort();
    return names.map((name) => { try { return JSON.parse(readFileSync(join(this.folder, name), 'utf8')); } catch { return {}; } }).filter((message) => message.recipient === recipient);
  }

  /** Waits until there are @count messages to @recipient; gives the newest with its `code` and `token`, where it has them. */
  async wait(recipient, count = 1) {
    const message = await until(`no message number ${count} to ${recipient}`, () => this.list(recipient).slice(count - 1).at(-1));
    return { ...message, code: /\b(\d{6})\b/.exec(message.text)?.[1], token: /\/(?:code|invitation)\/(\S+)/.exec(message.text)?.[1] };
  }

  close() { rmSync(this.folder, { recursive: true, force: true }); }
}
