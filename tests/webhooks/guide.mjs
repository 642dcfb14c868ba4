// SPDX-License-Identifier: Apache-2.0
// The code that data/guides/webhooks.md shows, as a reader would run it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

const text = readFileSync(new URL('../../data/guides/webhooks.md', import.meta.url), 'utf8');

/** The blocks in @language. */
export const blocks = (language) => [...text.matchAll(new RegExp('^```' + language + '\n([^]*?)^```$', 'gm'))].map(([, code]) => code);

/** All commands: those in blocks, and those amid the text. */
export const commands = () => [...blocks('sh').join('').split('\n'), ...[...text.matchAll(/`(postern webhook [^`]*)`/g)].map(([, command]) => command)].filter(Boolean);

/** What the code in JavaScript makes of a request. Throws what it throws. */
export function runJavaScript(secret, rawBody, headers) {
  const [code] = blocks('js'), load = "import { Webhook } from 'standardwebhooks';\n";
  if (!code.startsWith(load)) throw new Error(`the guide loads something else: ${code}`);
  return new Function('Webhook', 'process', 'rawBody', 'request', `${code.slice(load.length)}\nreturn event;`)(Webhook, { env: { WEBHOOK_SECRET: secret } }, rawBody, { headers });
}

/** Whether the code in Python takes a request. */
export function runPython(secret, rawBody, headers) {
  const call = '\nimport json, sys\nsecret, body, headers = json.load(sys.stdin)\nprint(verify(secret, headers, body.encode()))\n';
  const { stdout, stderr } = spawnSync('python3', ['-c', blocks('python')[0] + call], { input: JSON.stringify([secret, rawBody, headers]), encoding: 'utf8' });
  if (!['True\n', 'False\n'].includes(stdout)) throw new Error(`the guide's code in Python: ${stdout}${stderr}`);
  return stdout === 'True\n';
}
