// SPDX-License-Identifier: Apache-2.0
// A captcha in real Chromium: guesses until it is asked, then our own proof of work, and a provider's script that we did not write.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { Outbox } from '../lib/outbox.mjs';
import { startPostern } from '../lib/server.mjs';
import { test } from '../lib/tap.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const password = 'correct horse battery staple 9';
const FREE = 6; // of ten guesses; from then on it is asked
const running = [], outbox = new Outbox();

async function start(instance) {
  const postern = await startPostern({ config: { outbound: { allow: '127.0.0.1' } }, instances: { captcha: instance, post: outbox.instance } });
  running.push(() => postern.stop());
  return postern;
}

export async function stop() {
  for (const end of running.splice(0)) await end();
  outbox.close();
}

async function somebody(postern, name) {
  await postern.cli('user', 'create', '--email', `${name}@example.com`, '--email-verified', '--name', 'Reader', '--password', password);
  return `${name}@example.com`;
}

async function guess(page, secret) {
  await page.fill('#password', secret);
  await Promise.all([page.waitForEvent('load'), page.press('#password', 'Enter')]);
}

async function useUp(page, postern, email) {
  await page.goto(`${postern.url}/account`);
  await page.fill('#identifier', email);
  await page.click('#submit');
  await page.waitForSelector('#password[type=password]:visible');
  for (let i = 0; i < FREE; i++) {
    assert.equal(await page.$('#captcha'), null);
    await guess(page, 'guess');
  }
  await page.waitForSelector('#captcha', { state: 'attached' });
}

/** A provider: its script fills the widget, a frame of its own beside it, and tells at `siteverify` what it gave out; once. */
async function startProvider() {
  const given = new Set(), asked = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://provider');
    if (pathname === '/api.js') {
      given.add('token-of-the-widget');
      response.setHeader('Content-Type', 'text/javascript');
      response.end(`for (const place of document.querySelectorAll('.widget')) {
        const answer = document.createElement('input'), frame = document.createElement('iframe');
        Object.assign(answer, { type: 'hidden', name: 'provider-response', value: place.dataset.sitekey === 'our-site' ? 'token-of-the-widget' : '' });
        Object.assign(frame, { src: document.querySelector('script[src$="/api.js"]').src.replace('api.js', 'frame'), title: 'Check' });
        place.append(answer, frame);
      }`);
    } else if (pathname === '/frame') {
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html><html lang="en"><title>Check</title><p id="shown">Ticked</p></html>');
    } else {
      let body = '';
      for await (const part of request) body += part;
      const form = Object.fromEntries(new URLSearchParams(body));
      asked.push(form);
      response.setHeader('Content-Type', 'application/json');
      const success = form.secret === 'our-secret' && given.delete(form.response);
      response.end(JSON.stringify(success ? { success, hostname: 'localhost' } : { success, 'error-codes': ['timeout-or-duplicate'] }));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push(() => server.close());
  return { asked, origin: `http://127.0.0.1:${server.address().port}` };
}

/** @param person: makes a browser of somebody's own */
export function register(person) {
  let ours;
  const get = async () => (ours ??= await start('Type=captcha-pow\n'));

  test('captcha: after many wrong guesses the browser proves work, nobody does anything, and the right password signs in', async () => {
    const postern = await get(), email = await somebody(postern, 'worker'), { page, close } = await person();
    await useUp(page, postern, email);
    assert.equal(await page.getAttribute('#captcha-status', 'role'), 'status');
    const policy = (await page.request.get(page.url())).headers()['content-security-policy'];
    assert.doesNotMatch(policy, /unsafe|frame-src|https:\/\//);
    await page.waitForFunction(() => document.getElementById('captcha-status').textContent === document.getElementById('captcha-status').dataset.done);
    await page.evaluate(axe);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished)));
      assert.deepEqual((await page.evaluate(() => window.axe.run())).violations.map(({ id, nodes }) => [id, nodes[0].html]), []);
    }
    await guess(page, 'guess');
    assert.match(await page.innerText('#error'), /password is wrong/);
    await page.fill('#password', password); // and sent before the work is done
    await page.press('#password', 'Enter');
    await page.waitForURL(`${postern.url}/account`);
    await close();
  });

  test('captcha: another flow of the same person is asked before its first guess is looked at', async () => {
    const postern = await get(), email = await somebody(postern, 'second'), first = await person(), other = await person();
    await useUp(first.page, postern, email);
    await other.page.goto(`${postern.url}/account`);
    await other.page.fill('#identifier', email);
    await other.page.click('#submit');
    await other.page.waitForSelector('#password[type=password]:visible');
    await guess(other.page, password);
    assert.match(await other.page.innerText('#error'), /many wrong tries/);
    assert.equal(await other.page.evaluate(() => document.activeElement.id), 'error');
    await guess(other.page, password);
    assert.equal(other.page.url(), `${postern.url}/account`);
    await first.close();
    await other.close();
  });

  test('captcha: where a code was not sent, the button for another one brings the answer along', async () => {
    const postern = await start('Type=captcha-pow\n'), email = await somebody(postern, 'letter'), { page, close } = await person();
    await postern.cli('config', 'set-policy', 'guesses_per_address=10');
    await useUp(page, postern, email);
    await page.click('#factor-code');
    await page.waitForSelector('#code');
    assert.match(await page.innerText('#error'), /No code was sent yet/);
    assert.equal(outbox.list(email).length, 0);
    await page.click('#resend');
    await page.waitForSelector('#resend[data-wait]');
    assert.equal(await page.$('#error'), null);
    await outbox.wait(email);
    await close();
  });

  test('captcha: without scripts the page says what else there is, and no password is looked at', async () => {
    const postern = await get(), email = await somebody(postern, 'plain'), { page, close } = await person({ javaScriptEnabled: false });
    await useUp(page, postern, email);
    assert.match(await page.innerText('#captcha'), /Without scripts .* try again in 1\d minutes/);
    await guess(page, password);
    assert.match(await page.innerText('#error'), /many wrong tries/);
    await close();
  });

  test('captcha: a provider\'s script and frame come onto the page that asks, and onto no other', async () => {
    const provider = await startProvider();
    const postern = await start(`Type=siteverify\nsite-key=our-site\nsecret=our-secret\nscript=${provider.origin}/api.js\nverify-url=${provider.origin}/siteverify\nfield=provider-response\nwidget=widget\npolicy=script-src ${provider.origin}; frame-src ${provider.origin}\n`);
    const email = await somebody(postern, 'widget'), { page, close } = await person();
    const blocked = [];
    page.on('console', (message) => { if (/Content Security Policy/i.test(message.text())) blocked.push(message.text()); });
    await page.goto(`${postern.url}/account`);
    assert.ok(!(await page.request.get(page.url())).headers()['content-security-policy'].includes(provider.origin));
    await useUp(page, postern, email);
    assert.ok((await page.request.get(page.url())).headers()['content-security-policy'].includes(`frame-src ${provider.origin}`));
    assert.equal(await page.frameLocator('#captcha iframe').locator('#shown').innerText(), 'Ticked');
    assert.equal(provider.asked.length, 0);
    await guess(page, password);
    assert.equal(page.url(), `${postern.url}/account`);
    assert.deepEqual(provider.asked, [{ secret: 'our-secret', response: 'token-of-the-widget' }]);
    assert.deepEqual(blocked, []);
    await close();
  });
}
