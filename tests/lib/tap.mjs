// SPDX-License-Identifier: Apache-2.0
// Tests in order, one at a time, each with a name; the last line is "N passed, N failed".
const tests = [];

/** @param seconds after which it is given up */
export function test(name, run, { seconds = 90 } = {}) {
  tests.push({ name, run, seconds });
}

/** Runs what was registered (those whose name contains an argument of the command line) and exits. */
export async function runTests({ after = async () => {}, onFailure = async () => {} } = {}) {
  const wanted = process.argv.slice(2);
  let passed = 0, failed = 0;
  for (const { name, run, seconds } of tests) {
    if (wanted.length && !wanted.some((word) => name.includes(word))) continue;
    const start = Date.now();
    let timer;
    try {
      await Promise.race([run(), new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`no end after ${seconds} s`)), seconds * 1000); })]);
      passed += 1;
      console.log(`ok - ${name} (${Date.now() - start} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`not ok - ${name}\n# ${String(error.stack ?? error).replaceAll('\n', '\n# ')}${error.cause ? `\n# cause: ${JSON.stringify(error.cause)}` : ''}`);
      await onFailure(name, error).catch((problem) => console.log(`# ${problem}`));
    } finally {
      clearTimeout(timer);
    }
  }
  await after();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0); // what a failed test left open would keep the process alive; @after has been waited for
}
