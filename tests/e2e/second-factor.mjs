// SPDX-License-Identifier: Apache-2.0
// A code app and recovery codes in real Chromium: set up on the account page, asked for at the next sign-in; with scripts and without.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { startPostern } from '../lib/server.mjs';
import { test } from '../lib/tap.mjs';
import { totp } from '../lib/totp.mjs';

const password = 'correct horse battery staple 9';
let postern;

async function get() {
  postern ??= await startPostern();
  return postern;
}

export async function stop() {
  await postern?.stop();
}

/** @param person: makes a browser of somebody's own */
export function register(person) {
  async function somebody(name) {
    await get();
    await postern.cli('user', 'create', '--email', `${name}@example.com`, '--email-verified', '--name', 'Somebody', '--password', password);
    return `${name}@example.com`;
  }

  async function enterPassword(page, email) {
    await page.goto(`${postern.url}/account`);
    await page.fill('#identifier', email);
    await page.click('#submit');
    await page.waitForSelector('input[autocomplete=current-password]:visible');
    await page.fill('#password', password);
    await page.click('#submit');
  }

  async function enterCode(page, code, scripts) {
    await page.fill('#code', code);
    if (!scripts) await page.click('#submit'); // with scripts it is sent with its last digit
  }

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with' : 'without';
    test(`a code app ${how} scripts: set up, asked for, remembered; and a recovery code instead`, async () => {
      const email = await somebody(`app-${how}`), { page, close } = await person({ javaScriptEnabled });
      await enterPassword(page, email);
      await page.waitForSelector('#methods');
      await page.click('#go-totp');
      await page.waitForSelector('#secret');
      const secret = await page.innerText('#secret');
      assert.match(await page.getAttribute('#open-app', 'href'), /^otpauth:\/\/totp\//);
      assert.ok((await page.locator('svg.qr').boundingBox()).width > 150, 'the picture is large enough to be scanned');
      await enterCode(page, totp(secret, -1), false); // sent by hand: a press that came after the last digit had sent it would confirm the codes unseen
      await page.waitForSelector('#codes');
      const codes = await page.locator('#codes code').allInnerTexts();
      assert.equal(new Set(codes).size, 10);
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
      const saved = fs.readFileSync(await download.path(), 'utf8');
      for (const code of codes) assert.ok(saved.includes(code));
      await page.click('#submit');
      await page.waitForSelector('#notice');
      assert.match(await page.innerText('#recovery-codes'), /10 \/ 10/);
      await close();

      const other = await person({ javaScriptEnabled });
      await enterPassword(other.page, email);
      await other.page.waitForSelector('#remember');
      assert.match(await other.page.innerText('h1'), /Confirm that it is you/);
      await enterCode(other.page, '000000', javaScriptEnabled);
      await other.page.waitForSelector('#error');
      await other.page.check('#remember');
      await enterCode(other.page, totp(secret), javaScriptEnabled);
      await other.page.waitForSelector('#methods');
      await other.page.goto(`${postern.url}/account/sign-out`);
      await other.page.click('#logout-confirm');
      await enterPassword(other.page, email);
      await other.page.waitForSelector('#methods'); // this browser is remembered
      await other.close();

      const third = await person({ javaScriptEnabled });
      await enterPassword(third.page, email);
      await third.page.click('#other-factor');
      await third.page.click('#second-recovery-code');
      await third.page.fill('#code', codes[3].toUpperCase().replaceAll('-', ' '));
      await third.page.click('#submit');
      await third.page.waitForSelector('#methods');
      assert.match(await third.page.innerText('#recovery-codes'), /9 \/ 10/);
      await third.close();
    });
  }

  test('where a second factor is required, it is set up within the first sign-in, and back and reload do not get around it', async () => {
    const email = await somebody('required'), { page, close } = await person();
    await postern.cli('config', 'set-policy', 'second_factor=required');
    await enterPassword(page, email);
    await page.waitForSelector('#second-totp');
    await page.goto(`${postern.url}/account`);
    assert.equal(await page.$('#methods'), null);
    await enterPassword(page, email);
    await page.click('#second-totp');
    await page.waitForSelector('#secret');
    const secret = await page.innerText('#secret');
    await page.goBack();
    await page.goForward();
    await page.reload();
    assert.equal(await page.innerText('#secret'), secret);
    await enterCode(page, totp(secret), false);
    await page.waitForSelector('#codes');
    await page.click('#submit');
    await page.waitForSelector('#methods');
    await postern.cli('config', 'set-policy', 'second_factor=null');
    await close();
  });
}
