// SPDX-License-Identifier: Apache-2.0
// What a person does on the page of their account, in real Chromium: a provider is connected and signed in with, and the address
// becomes another one.
import assert from 'node:assert/strict';
import { signIn } from '../lib/browser.mjs';
import { Outbox } from '../lib/outbox.mjs';
import { startPostern } from '../lib/server.mjs';
import { test } from '../lib/tap.mjs';

const password = 'correct horse battery staple 9';
const outbox = new Outbox();
let postern;

export async function stop() {
  await postern?.stop();
  outbox.close();
}

/** @param person: makes a browser of somebody's own; @param provider: one that we did not write */
export function register(person, provider) {
  async function somebody(name) {
    postern ??= await startPostern({
      config: { outbound: { allow: '127.0.0.1' } },
      instances: {
        post: outbox.instance,
        corp: (url) => provider.instance(`${url}/callback/corp`),
        posted: (url) => provider.instance(`${url}/callback/posted`, {}, 'response-mode=form_post\n'),
      },
    });
    await postern.cli('user', 'create', '--email', `${name}@example.com`, '--email-verified', '--name', 'Reader', '--password', password);
    return `${name}@example.com`;
  }

  async function enter(page, email, secret = password) {
    await page.goto(`${postern.url}/account`);
    await signIn(page, email, secret);
    await page.waitForSelector('#methods');
  }

  for (const [connector, javaScriptEnabled] of [['corp', false], ['posted', true]]) {
    test(`a provider is connected from the account, ${javaScriptEnabled ? 'with' : 'without'} scripts, and then signs in to it`, async () => {
      const email = await somebody(`connects-${connector}`), { page, context, close } = await person({ javaScriptEnabled });
      await enter(page, email);
      await page.click(`#link-${connector}`);
      await provider.signIn(page, `member-${connector}`);
      await page.waitForSelector('#notice');
      assert.equal(await page.locator('[id^=unlink-]').count(), 1);
      assert.equal(await page.locator(`#link-${connector}`).count(), 0);
      assert.match((await outbox.wait(email)).text, /Another way to sign in to your account was connected/);
      await context.clearCookies();
      await page.goto(`${postern.url}/account`);
      await page.click(`#connector-${connector}`);
      await provider.signIn(page, `member-${connector}`);
      await page.waitForSelector('#methods');
      assert.match(await page.innerText('main'), new RegExp(email));
      await close();
    });
  }

  test('the address becomes another one: its code proves it, the old one is told and signs nobody in any more', async () => {
    const email = await somebody('moves'), moved = 'moved@example.com', { page, context, close } = await person();
    await enter(page, email);
    await page.click('a[href$="/account/change/email"]');
    await page.fill('#address', moved);
    await page.click('#submit');
    const { code } = await outbox.wait(moved);
    await page.locator('#code').pressSequentially(code);
    await page.waitForSelector('#notice');
    assert.match(await page.innerText('main'), /moved@example\.com/);
    assert.match((await outbox.wait(email)).text, /was changed to another one/);
    await context.clearCookies();
    await page.goto(`${postern.url}/account`);
    await signIn(page, email, password);
    await page.waitForSelector('[role=alert]');
    await enter(page, moved);
    await close();
  });
}
