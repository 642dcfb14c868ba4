import * as opinion from './passkey-opinion.mjs';
import * as ways from './passkey-ways.mjs';
import { stop } from './passkey-steps.mjs';
import { startBrowser } from '../lib/browser.mjs';
import { runTests } from '../lib/tap.mjs';
const browser = await startBrowser();
async function person(options = {}) {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return { context, page, close: () => context.close() };
}
opinion.register(person); ways.register(person);
await runTests({ after: async () => { await browser.close(); await stop(); } });
