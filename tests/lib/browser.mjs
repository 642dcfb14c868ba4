// SPDX-License-Identifier: Apache-2.0
// Real Chromium through playwright-core, with nothing that calls home. Debian's headless shell is the same engine without the windows of a
// desktop, which took more than half of what a page cost; CHROMIUM names another program.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const shell = '/usr/lib/chromium/chromium-headless-shell'; // itself: the script in /usr/bin stays its parent, and a signal ends only that

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export async function startBrowser(more = []) {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? (existsSync(shell) ? shell : '/usr/bin/chromium'), headless: true, args: [...flags, ...more] });
}

/** Types what the page asks for until it leaves the server: identifier, then password. */
export async function signIn(page, identifier, password) {
  if (await page.isEditable('#identifier')) { // else who is signed in shows the password once more
    await page.fill('#identifier', identifier);
    await page.click('#submit');
  }
  await page.waitForSelector('#password');
  await page.fill('#password', password);
  await page.click('#submit');
}
