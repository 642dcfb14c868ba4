// SPDX-License-Identifier: Apache-2.0
// Each file brings its tests and the server that they attack, which starts with its first test.
import { runTests } from '../lib/tap.mjs';

const files = ['races', 'purpose', 'tenants', 'ends', 'wire', 'outage', 'load'];
const stops = [];
for (const file of files) stops.push((await import(`./${file}.mjs`)).stop);
await runTests({ after: async () => { for (const stop of stops) await stop(); } });
