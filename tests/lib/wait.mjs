// SPDX-License-Identifier: Apache-2.0
// For what comes about by itself: a test waits for that, and never for a time by which it should have.
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE = 60_000, PAUSE = 20; // milliseconds

/** Waits until @look gives something true, and gives that. After a minute, which is long on any machine, it fails with @fault, a text or what makes one. */
export async function until(fault, look) {
  for (const end = Date.now() + PATIENCE; ; await sleep(PAUSE)) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(typeof fault === 'function' ? await fault() : fault);
  }
}
