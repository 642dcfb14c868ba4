// SPDX-License-Identifier: Apache-2.0
// Tests in order, one at a time unless they say that they stand alone, each with a name; the last line is "N passed, N failed".
const tests = [], LANES = 4; // of those that run beside the others

/** @param seconds after which it is given up; @param apart shares nothing with the others, and runs beside them: for what mostly waits */
export function test(name, run, { seconds = 90, apart = false } = {}) {
  tests.push({ name, run, seconds, apart });
}

/** Whether it passed. */
async function runOne({ name, run, seconds }, onFailure) {
  const start = Date.now();
  let timer;
  try {
    await Promise.race([run(), new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`no end after ${seconds} s`)), seconds * 1000); })]);
    console.log(`ok - ${name} (${Date.now() - start} ms)`);
    return true;
  } catch (error) {
    console.log(`not ok - ${name}\n# ${String(error.stack ?? error).replaceAll('\n', '\n# ')}${error.cause ? `\n# cause: ${JSON.stringify(error.cause)}` : ''}`);
    await onFailure(name, error).catch((problem) => console.log(`# ${problem}`));
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs what was registered (those whose name contains an argument of the command line) and exits. */
export async function runTests({ after = async () => {}, onFailure = async () => {} } = {}) {
  const wanted = process.argv.slice(2), chosen = tests.filter(({ name }) => !wanted.length || wanted.some((word) => name.includes(word)));
  const apart = chosen.filter((each) => each.apart), inOrder = chosen.filter((each) => !each.apart);
  const results = [];
  const lane = async (queue) => { for (let next; (next = queue.shift());) results.push(await runOne(next, onFailure)); };
  await Promise.all([lane(inOrder), ...Array.from({ length: LANES }, () => lane(apart))]);
  await after();
  const passed = results.filter(Boolean).length;
  console.log(`${passed} passed, ${results.length - passed} failed`);
  process.exit(passed < results.length ? 1 : 0); // what a failed test left open would keep the process alive; @after has been waited for
}
