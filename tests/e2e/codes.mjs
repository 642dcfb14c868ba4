// SPDX-License-Identifier: Apache-2.0
// Signing in by a code, and a forgotten password, in real Chromium: what the script adds, and what works without it.
import assert from 'node:assert/strict';
import { Outbox } from '../lib/outbox.mjs';
import { startPostern } from '../lib/server.mjs';
import { test } from '../lib/tap.mjs';

const password = 'correct horse battery staple 9', other = 'seven quiet lighthouses in fog';
const outbox = new Outbox();
let postern;

async function get() {
  if (postern) return postern;
  postern = await startPostern({ instances: { post: outbox.instance } });
  return postern;
}

export async function stop() {
  await postern?.stop();
  outbox.close();
}

const seconds = async (page) => { const [minutes, rest] = (await page.innerText('#resend + .meta')).trim().split(':').map(Number); return 60 * minutes + rest; };

/** @param person: makes a browser of somebody's own */
export function register(person) {
  async function somebody(name) {
    await get();
    await postern.cli('user', 'create', '--email', `${name}@example.com`, '--email-verified', '--name', 'Reader', '--password', password);
    return `${name}@example.com`;
  }

  async function atPassword(page, email) {
    await page.goto(`${postern.url}/account`);
    await page.fill('#identifier', email);
    await page.click('#submit');
    await page.waitForSelector('input[autocomplete=current-password]:visible');
  }

  test('a code by e-mail: pasted with a space it sends itself; another may be asked for when the time is over', async () => {
    const email = await somebody('paste'), { page, close } = await person();
    await atPassword(page, email);
    await page.click('#factor-code');
    await page.waitForSelector('#code');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'code');
    assert.equal(await page.getAttribute('#code', 'autocomplete'), 'one-time-code');
    assert.equal(await page.getAttribute('#code', 'inputmode'), 'numeric');
    assert.equal(await page.getAttribute('#resend', 'aria-disabled'), 'true');
    const first = await seconds(page);
    assert.ok(first > 20 && first <= 30, `${first}`);
    await page.waitForFunction((before) => document.querySelector('#resend + .meta').textContent.trim() !== before, (await page.innerText('#resend + .meta')).trim());
    assert.ok(await seconds(page) < first);
    await page.reload(); // the time goes on
    assert.ok(await seconds(page) < first);
    await page.click('#resend', { force: true }); // it does not answer yet
    assert.equal(outbox.list(email).length, 1);
    const { code } = await outbox.wait(email);
    await page.fill('#code', '12345');
    assert.equal(await page.inputValue('#code'), '12345', 'five digits wait for the sixth');
    await page.fill('#code', `${code.slice(0, 3)} ${code.slice(3)}`);
    await page.waitForURL('**/account');
    await page.waitForSelector('#sessions');
    await close();
  });

  test('a wrong code says so where it was typed, and the field has the focus to try again', async () => {
    const email = await somebody('wrong'), { page, close } = await person();
    await atPassword(page, email);
    await page.click('#factor-code');
    const { code } = await outbox.wait(email);
    await page.fill('#code', code === '000000' ? '000001' : '000000');
    await page.waitForSelector('#error');
    assert.equal(await page.getAttribute('#code', 'aria-invalid'), 'true');
    assert.match(await page.getAttribute('#code', 'aria-describedby'), /code-error/);
    assert.match(await page.title(), /^Error:/);
    const request = await page.innerText('main .fine code'); // which the log has of the form, and not of the page that shows what came of it
    assert.ok(postern.log().split('\n').some((line) => line.includes('"type":"access"') && line.includes(`"${request}"`) && line.includes('"POST"')), request);
    await page.fill('#code', code);
    await page.waitForURL('**/account');
    await close();
  });

  test('the link of a mail shows a button here, and elsewhere only the code', async () => {
    const email = await somebody('link'), own = await person(), foreign = await person();
    await atPassword(own.page, email);
    await own.page.click('#factor-code');
    await own.page.waitForSelector('#code');
    const { token, code } = await outbox.wait(email);
    await foreign.page.goto(`${postern.url}/code/${token}`);
    assert.equal((await foreign.page.innerText('#code')).replaceAll(/\s/g, ''), code);
    assert.equal(await foreign.page.$('form[method=post]'), null);
    const mail = await own.context.newPage(); // another tab of the same browser, as a mail program opens it
    await mail.goto(`${postern.url}/code/${token}`);
    await mail.reload();
    await mail.click('#submit');
    await mail.waitForURL('**/account');
    await foreign.page.reload();
    assert.equal(await foreign.page.$('#code'), null, 'it is used up');
    await own.close();
    await foreign.close();
  });

  for (const javaScriptEnabled of [true, false]) {
    test(`a forgotten password ${javaScriptEnabled ? 'with' : 'without'} scripts: a code, a new one, and signed in`, async () => {
      const email = await somebody(javaScriptEnabled ? 'forgot' : 'plain'), { page, close } = await person({ javaScriptEnabled });
      await atPassword(page, email);
      await page.click('#recover');
      await page.waitForSelector('#code');
      const { code } = await outbox.wait(email);
      await page.fill('#code', code);
      if (!javaScriptEnabled) await page.click('#submit');
      await page.waitForSelector('#password');
      assert.equal(await page.getAttribute('#password', 'autocomplete'), 'new-password');
      assert.equal(await page.inputValue('#identifier'), email);
      await page.fill('#password', other);
      await page.click('#submit');
      await page.waitForURL('**/account');
      const { subject } = await outbox.wait(email, 2);
      assert.match(subject, /changed/);
      await close();
    });
  }

  test('an account is made when its address is proved', async () => {
    await get();
    const { page, close } = await person();
    await page.goto(`${postern.url}/account`);
    await page.fill('#identifier', 'new@example.com');
    await page.click('#sign-up');
    await page.waitForSelector('#name');
    await page.fill('#name', 'New Person');
    await page.fill('#password', password);
    await page.click('#submit');
    await page.waitForSelector('#code');
    const { code } = await outbox.wait('new@example.com');
    await page.locator('#code').pressSequentially(code);
    await page.waitForURL('**/account');
    assert.match(await page.innerText('main'), /New Person/);
    await close();
  });
}
