// SPDX-License-Identifier: Apache-2.0
// Real Chromium through playwright-core, with nothing that calls home.
import { chromium } from 'playwright-core';

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export async function startBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: flags });
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
