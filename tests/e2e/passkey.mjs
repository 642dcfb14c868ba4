// SPDX-License-Identifier: Apache-2.0
// Passkeys in real Chromium with its virtual authenticator: added on the account page, then nothing is typed; and what is refused.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { passkeySteps } from './passkey-steps.mjs';
import { test } from '../lib/tap.mjs';

/** @param person: makes a browser of somebody's own */
export function register(person) {
  const { somebody, plugIn, enterPassword, addPasskey, makeOwner, move, gone, answerBy, cli, url, log } = passkeySteps(person);

  for (const [how, options] of [['that knows its owner', {}], ['that is backed up', { defaultBackupEligibility: true, defaultBackupState: true }]]) {
    test(`a passkey ${how}: added, then signed in with nothing typed`, async () => {
      const { email, first, here } = await makeOwner(`passkey-${how.split(' ').at(-1)}`, options);
      assert.equal((await here.credentials()).length, 1);
      const other = await person();
      const there = await plugIn(other.page, { ...options, automaticPresenceSimulation: false });
      await move(here, there);
      await other.page.goto(`${await url()}/account`);
      await other.page.waitForSelector('form[data-passkey]:visible');
      await there.devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: there.authenticatorId, enabled: true });
      await other.page.click('#passkey');
      await other.page.waitForSelector('#methods');
      assert.match(await other.page.innerText('.lead'), new RegExp(email));
      assert.ok((await there.credentials())[0].signCount > 0);
      await first.close();
      await other.close();
    });
  }

  test('a security key that only sees a touch is the second factor after a password', async () => {
    const touch = { hasUserVerification: false, isUserVerified: false };
    const { email, first, here } = await makeOwner('passkey-touch', touch);
    const other = await person();
    const there = await plugIn(other.page, { ...touch, automaticPresenceSimulation: false });
    await enterPassword(other.page, email);
    await other.page.waitForSelector('form[data-passkey=get] #remember');
    await move(here, there);
    await there.devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: there.authenticatorId, enabled: true });
    await other.page.click('#passkey');
    await other.page.waitForSelector('#methods');
    await first.close();
    await other.close();
  });

  test('a passkey that is copied, so that its count goes back, is refused', async () => {
    const { first, here } = await makeOwner('passkey-copied');
    const [credential] = await here.credentials();
    for (const [signCount, good] of [[10, true], [3, false]]) await answerBy({ ...credential, signCount }, good);
    await first.close();
  });

  test('a passkey that says another backup eligibility than when it was added is refused', async () => {
    const { first, here } = await makeOwner('passkey-eligible');
    const [credential] = await here.credentials();
    assert.equal(credential.backupEligibility, false);
    const refusals = async () => (await log()).split('The passkey\'s response is not good: flag BE').length - 1;
    for (const [backupEligibility, good] of [[true, false], [false, true]]) {
      const before = await refusals();
      await answerBy({ ...credential, backupEligibility }, good);
      assert.equal(await refusals() - before, good ? 0 : 1);
    }
    await first.close();
  });

  test('step-up: who is signed in shows the passkey once more and nothing else, and the same session rises', async () => {
    const email = await somebody('passkey-again');
    const bank = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<p id="back">Back</p>')).listen(0, '127.0.0.1');
    await once(bank, 'listening');
    const redirect = `http://127.0.0.1:${bank.address().port}/back`;
    const app = await cli('app', 'create', '--name', 'Bank', '--kind', 'web', '--first-party', '--redirect-uri', redirect);
    const verifier = 'a'.repeat(43);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const { page, context, close } = await person();
    await plugIn(page);
    await addPasskey(page, email);
    const begin = async (more) => page.goto(`${await url()}/oidc/authorize?${new URLSearchParams({ response_type: 'code', client_id: app.client_id, redirect_uri: redirect, scope: 'openid', code_challenge: challenge, code_challenge_method: 'S256', ...more })}`);
    const redeem = async () => {
      await page.waitForSelector('#back');
      const form = { grant_type: 'authorization_code', code: new URL(page.url()).searchParams.get('code'), redirect_uri: redirect, code_verifier: verifier };
      const answer = await fetch(`${await url()}/oidc/token`, { method: 'POST', body: new URLSearchParams(form), headers: { authorization: `Basic ${Buffer.from(`${app.client_id}:${app.client_secret}`).toString('base64')}` } });
      return JSON.parse(Buffer.from((await answer.json()).id_token.split('.')[1], 'base64url'));
    };
    const secret = async () => (await context.cookies()).find(({ name }) => /session$/.test(name)).value;
    await begin({});
    const before = await redeem(), old = await secret();
    await page.waitForTimeout(1100);
    await begin({ max_age: '0', acr_values: '2' });
    await page.waitForSelector('#password'); // what the session began with; the passkey beside it does as well
    assert.equal(await page.inputValue('#identifier'), email);
    await page.click('#passkey');
    const risen = await redeem();
    assert.ok(risen.auth_time > before.auth_time);
    assert.deepEqual([risen.sid, risen.sub, risen.acr], [before.sid, before.sub, '2']);
    assert.notEqual(await secret(), old);
    await page.waitForTimeout(1100);
    await begin({ prompt: 'login' });
    await page.waitForSelector('form[data-passkey=get]:visible'); // now it began with a passkey
    assert.equal(await page.$('input[type=password]'), null);
    assert.equal(await page.inputValue('#identifier'), email);
    assert.ok(await page.isVisible('#other-identifier'));
    await page.click('#passkey');
    const again = await redeem();
    assert.ok(again.auth_time > risen.auth_time);
    assert.deepEqual([again.sid, again.acr, again.amr.includes('pwd')], [before.sid, '2', false]);
    await close();
    bank.close();
  });

  test('a password manager finds where a passkey is made', async () => {
    const answer = await fetch(`${await url()}/.well-known/passkey-endpoints`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'), /^application\/json/);
    assert.deepEqual(await answer.json(), { enroll: `${await url()}/account/change/add-passkey`, manage: `${await url()}/account` });
  });

  test('no other site may use the passkeys, unless a setting names it', async () => {
    assert.equal((await fetch(`${await url()}/.well-known/webauthn`)).status, 404);
  });

  test('authenticators are told what the account page shows, and of a passkey that was taken away', async () => {
    const { first, here } = await makeOwner('passkey-signalled');
    const [credential] = await here.credentials();
    const other = await person();
    const there = await plugIn(other.page, { automaticPresenceSimulation: false });
    await move(here, there);
    await first.page.click('#passkey button.danger');
    await first.page.waitForSelector('#notice');
    assert.equal(await gone(here), true); /* none is accepted any more */
    await other.page.goto(`${await url()}/account`);
    await other.page.waitForSelector('form[data-passkey]:visible');
    await there.devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: there.authenticatorId, enabled: true });
    await other.page.click('#passkey');
    await other.page.waitForSelector('#error');
    assert.equal(await other.page.getAttribute('form[data-passkey]', 'data-unknown'), credential.credentialId.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''));
    assert.equal(await gone(there), true);
    await first.close();
    await other.close();
  });

  test('just after a password the browser makes a passkey by itself, where it can, and nobody waits for it', async () => {
    const email = await somebody('passkey-upgraded');
    const first = await person();
    /* Chromium asks its own password manager, which tests have none of: what it would make is made by the virtual authenticator. */
    await first.page.addInitScript(() => {
      const create = navigator.credentials.create.bind(navigator.credentials);
      PublicKeyCredential.getClientCapabilities = async () => ({ conditionalCreate: true });
      navigator.credentials.create = ({ publicKey, mediation }) => {
        window.asked = mediation;
        return create({ publicKey });
      };
    });
    const here = await plugIn(first.page);
    await enterPassword(first.page, email);
    await first.page.waitForSelector('#passkeys:visible');
    assert.equal(await first.page.evaluate(() => window.asked), 'conditional');
    assert.equal((await here.credentials()).length, 1);
    const other = await person();
    await enterPassword(other.page, email);
    await other.page.waitForSelector('#methods'); /* it is nothing that is asked for elsewhere */
    await answerBy((await here.credentials())[0], true);
    await first.close();
    await other.close();
  });

  test('a browser that makes no passkey by itself, or fails to, is left alone', async () => {
    for (const [can, number] of [[false, 0], [true, 1]]) {
      const email = await somebody(`passkey-not-upgraded-${number}`);
      const { page, close } = await person();
      const wrong = [];
      let asked = 0;
      page.on('pageerror', (error) => wrong.push(String(error)));
      page.on('console', (message) => { if (message.type() === 'error') wrong.push(message.text()); });
      page.on('request', (request) => { if (request.url().endsWith('/account/change/upgrade-passkey')) asked += 1; });
      await page.addInitScript((capable) => {
        PublicKeyCredential.getClientCapabilities = capable ? async () => ({ conditionalCreate: true }) : undefined;
        navigator.credentials.create = async () => {
          window.refused = true;
          throw new DOMException('', 'NotAllowedError');
        };
      }, can);
      await enterPassword(page, email);
      await page.waitForSelector('#methods');
      if (can) await page.waitForFunction(() => window.refused);
      assert.equal(asked, number);
      await page.reload();
      await page.waitForSelector('#methods');
      assert.equal(asked, number); /* not again for 30 days */
      assert.equal(await page.isVisible('#passkeys'), false);
      assert.deepEqual(wrong, []);
      await close();
    }
  });

  test('a browser that has no signals is left alone', async () => {
    const email = await somebody('passkey-unsignalled');
    const { page, close } = await person();
    const wrong = [];
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('console', (message) => { if (message.type() === 'error') wrong.push(message.text()); });
    await page.addInitScript(() => {
      for (const name of ['signalUnknownCredential', 'signalAllAcceptedCredentials', 'signalCurrentUserDetails']) delete PublicKeyCredential[name];
    });
    await plugIn(page);
    await addPasskey(page, email);
    await page.waitForSelector('#passkeys', { state: 'attached' });
    assert.deepEqual(wrong, []);
    await close();
  });

  test('a passkey answers once, and for the page that asked', async () => {
    const { first, here } = await makeOwner('passkey-replayed');
    const other = await person();
    const there = await plugIn(other.page, { automaticPresenceSimulation: false });
    await move(here, there);
    let sent;
    other.page.on('request', (request) => { if (request.method() === 'POST') sent = request.postData(); });
    await other.page.goto(`${await url()}/account`);
    await other.page.waitForSelector('form[data-passkey]:visible');
    await there.devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: there.authenticatorId, enabled: true });
    await other.page.click('#passkey');
    await other.page.waitForSelector('#methods');
    const fields = new URLSearchParams(sent);
    assert.equal(fields.get('action'), 'factor:passkey');
    const thief = await person();
    await thief.page.goto(`${await url()}/account`);
    await thief.page.waitForSelector('#identifier');
    await thief.page.evaluate((entries) => {
      const form = document.querySelector('form[data-passkey]');
      for (const [name, value] of entries) {
        if (name === 'csrf' || name === 'action') continue;
        const input = document.createElement('input');
        Object.assign(input, { type: 'hidden', name, value });
        form.append(input);
      }
      form.submit();
    }, [...fields]);
    await thief.page.waitForSelector('#error');
    for (const somebodyElse of [first, other, thief]) await somebodyElse.close();
  });
}
