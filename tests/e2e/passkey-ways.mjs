// SPDX-License-Identifier: Apache-2.0
// Kinds of authenticators in real Chromium: that answer out of the autofill, keep nothing themselves, know their owner or do not, are two; and
// one that was asked by another site.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { passkeySteps } from './passkey-steps.mjs';
import { test } from '../lib/tap.mjs';

export function register(person) {
  const { plugIn, enterPassword, makeOwner, move, answerBy, url, log, strict } = passkeySteps(person);

  test('a passkey out of the autofill of the name: nothing is pressed', async () => {
    const { email, first, here } = await makeOwner('passkey-autofill');
    const other = await person();
    const there = await plugIn(other.page);
    await move(here, there);
    await other.page.goto(`${await url()}/account`);
    await other.page.waitForSelector('#methods');
    assert.match(await other.page.innerText('.lead'), new RegExp(email));
    await first.close();
    await other.close();
  });

  test('a security key that keeps nothing itself is the second factor, and no way in alone', async () => {
    const { email, first, here } = await makeOwner('passkey-not-resident');
    const [{ userHandle, ...credential }] = await here.credentials();
    const other = await person();
    const there = await plugIn(other.page, { protocol: 'u2f', ctap2Version: undefined, transport: 'usb', hasResidentKey: false, hasUserVerification: false, isUserVerified: false });
    await there.devtools.send('WebAuthn.addCredential', { authenticatorId: there.authenticatorId, credential: { ...credential, isResidentCredential: false } });
    await other.page.goto(`${await url()}/account`);
    await other.page.waitForSelector('form[data-passkey]:visible');
    await enterPassword(other.page, email);
    await other.page.waitForSelector('form[data-passkey=get] #remember');
    await other.page.click('#passkey');
    await other.page.waitForSelector('#methods');
    await first.close();
    await other.close();
  });

  test('where the policy wants to know the owner, a mere touch neither becomes a passkey nor signs in', async () => {
    const email = await strict.somebody('passkey-strict');
    const touch = await person();
    await plugIn(touch.page, { hasUserVerification: false, isUserVerified: false });
    await strict.enterPassword(touch.page, email);
    await touch.page.waitForSelector('#methods');
    await touch.page.click('#go-passkey');
    await touch.page.waitForSelector('form[data-passkey=create]');
    await touch.page.click('#passkey');
    await touch.page.waitForFunction(() => document.getElementById('passkey-status').textContent);
    const owner = await person();
    const here = await plugIn(owner.page);
    await strict.addPasskey(owner.page, email);
    const [credential] = await here.credentials();
    await strict.answerBy(credential, true);
    await strict.answerBy({ ...credential, signCount: credential.signCount + 9 }, false, { tamper: (fields) => {
      const data = Buffer.from(fields.get('auth_data'), 'base64url');
      data[32] &= ~4;
      fields.set('auth_data', data.toString('base64url'));
    } });
    assert.match(await strict.log(), /The passkey's response is not good: flag UV/);
    await touch.close();
    await owner.close();
  });

  test('a passkey that was backed up since it was added is taken', async () => {
    const { first, here } = await makeOwner('passkey-backed-up-since', { defaultBackupEligibility: true, defaultBackupState: false });
    const [credential] = await here.credentials();
    assert.equal(credential.backupState, false);
    await answerBy({ ...credential, backupState: true }, true);
    await first.close();
  });

  test('two authenticators: each has its own passkey, neither has two, and either signs in', async () => {
    const { first, here } = await makeOwner('passkey-two');
    await first.page.click('#go-passkey');
    await first.page.waitForSelector('form[data-passkey=create]');
    await first.page.click('#passkey');
    await first.page.waitForFunction(() => document.getElementById('passkey-status').textContent);
    assert.equal((await here.credentials()).length, 1);
    const [one] = await here.credentials();
    await here.devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: here.authenticatorId });
    const usb = await plugIn(first.page, { transport: 'usb' });
    await first.page.click('#passkey');
    await first.page.waitForSelector('#notice');
    const [two] = await usb.credentials();
    for (const credential of [one, two]) await answerBy(credential, true);
    await first.close();
  });

  test('a passkey that another site on this host asked for is refused', async () => {
    const { first, here } = await makeOwner('passkey-elsewhere');
    const evil = createServer((request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>.</title>'));
    await new Promise((resolve) => { evil.listen(0, '127.0.0.1', resolve); });
    const other = await person();
    await other.page.goto(`${await url()}/account`);
    await other.page.waitForSelector('form[data-passkey]:visible');
    const challenge = await other.page.getAttribute('form[data-passkey]', 'data-challenge');
    const site = await other.context.newPage();
    const there = await plugIn(site);
    await move(here, there);
    await site.goto(`http://localhost:${evil.address().port}/`);
    const fields = await site.evaluate(async (text) => {
      const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
      const { id, response } = (await navigator.credentials.get({ publicKey: { challenge: bytes, rpId: 'localhost' } })).toJSON();
      return { credential: id, client_data: response.clientDataJSON, auth_data: response.authenticatorData, signature: response.signature, user_handle: response.userHandle };
    }, challenge);
    await other.page.evaluate((entries) => {
      const form = document.querySelector('form[data-passkey]');
      for (const [name, value] of Object.entries(entries)) {
        const input = document.createElement('input');
        Object.assign(input, { type: 'hidden', name, value });
        form.append(input);
      }
      form.submit();
    }, fields);
    await other.page.waitForSelector('#error');
    assert.match(await log(), /The passkey's response is not good: origin/);
    evil.close();
    await first.close();
    await other.close();
  });
}
