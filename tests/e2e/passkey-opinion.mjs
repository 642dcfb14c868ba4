// SPDX-License-Identifier: Apache-2.0
// A second opinion: what Chromium's virtual authenticator answers is verified by the server and by @simplewebauthn/server; what is
// changed on the way is refused by both.
import assert from 'node:assert/strict';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { passkeySteps } from './passkey-steps.mjs';
import { test } from '../lib/tap.mjs';

/** Changes one byte of a base64url field. */
function flip(fields, name, at) {
  const bytes = Buffer.from(fields.get(name), 'base64url');
  bytes[at < 0 ? bytes.length + at : at] ^= 1;
  fields.set(name, bytes.toString('base64url'));
}

/** Changes members of the client data. */
function rewrite(fields, members) {
  const client = JSON.parse(Buffer.from(fields.get('client_data'), 'base64url'));
  fields.set('client_data', Buffer.from(JSON.stringify({ ...client, ...members })).toString('base64url'));
}

const wrongClient = [
  ['another challenge', (fields) => rewrite(fields, { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })],
  ['another origin', (fields) => rewrite(fields, { origin: 'https://evil.example' })],
  ['the other ceremony', (fields) => rewrite(fields, { type: 'payment.get' })],
];
const AUTH_DATA = Buffer.from('authData');
const inObject = (offset) => (fields) => {
  const bytes = Buffer.from(fields.get('attestation'), 'base64url');
  bytes[bytes.indexOf(AUTH_DATA) + AUTH_DATA.length + 2 + offset] ^= 1; // behind the two bytes of its length
  fields.set('attestation', bytes.toString('base64url'));
};
const wrongCreate = [...wrongClient, ['another RP id', inObject(0)], ['nobody there', inObject(32)]];
const wrongGet = [
  ...wrongClient,
  ['another RP id', (fields) => flip(fields, 'auth_data', 0)],
  ['nobody there', (fields) => flip(fields, 'auth_data', 32)],
  ['another count', (fields) => flip(fields, 'auth_data', -1)],
  ['another signature', (fields) => flip(fields, 'signature', -1)],
];

export function register(person) {
  const { somebody, plugIn, enterPassword, url } = passkeySteps(person);

  /** Presses the button, with what the script sends changed on the way. Gives the fields as they went. */
  async function answer(page, change) {
    let sent;
    await page.route('**/sign-in/**', async (route) => {
      const request = route.request();
      const fields = new URLSearchParams(request.postData() ?? '');
      if (request.method() !== 'POST' || !fields.get('client_data')) return route.continue();
      change?.(fields);
      sent = fields;
      return route.continue({ postData: fields.toString() });
    });
    await Promise.all([page.waitForNavigation(), page.click('#passkey')]); // the page of the try before shows an error, too
    await page.waitForSelector('#error, #codes, #methods');
    await page.unroute('**/sign-in/**');
    return sent;
  }

  const expected = async (asked) => ({ expectedChallenge: asked, expectedOrigin: await url(), expectedRPID: 'localhost', requireUserVerification: false });
  const shape = (fields, response) => ({ id: fields.get('credential'), rawId: fields.get('credential'), type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON: fields.get('client_data'), ...response } });
  const asked = (page) => page.getAttribute('form[data-passkey]', 'data-challenge');

  async function otherCreate(fields, challenge) {
    const response = shape(fields, { attestationObject: fields.get('attestation'), transports: [] });
    return verifyRegistrationResponse({ response, ...(await expected(challenge)) });
  }

  async function otherGet(fields, challenge, credential) {
    const response = shape(fields, { authenticatorData: fields.get('auth_data'), signature: fields.get('signature'), userHandle: fields.get('user_handle') });
    return verifyAuthenticationResponse({ response, credential, ...(await expected(challenge)) });
  }

  const agrees = (opinion) => opinion.then(({ verified }) => verified, () => false);

  test('a second opinion on passkeys: what is right and what is changed on the way', async () => {
    const email = await somebody('passkey-opinion');
    const { page, close } = await person();
    const here = await plugIn(page);
    await enterPassword(page, email);
    await page.waitForSelector('#methods');
    await page.click('#go-passkey');
    for (const [what, change] of wrongCreate) {
      await page.waitForSelector('form[data-passkey=create]');
      const challenge = await asked(page);
      const fields = await answer(page, change);
      assert.ok(await page.$('#error'), `${what}: the server`);
      assert.equal(await agrees(otherCreate(fields, challenge)), false, `${what}: the other`);
      await here.devtools.send('WebAuthn.clearCredentials', { authenticatorId: here.authenticatorId });
    }
    const challenge = await asked(page);
    const made = await answer(page);
    assert.ok(await page.$('#codes'), 'the server takes the right one');
    const { verified, registrationInfo } = await otherCreate(made, challenge);
    assert.equal(verified, true);
    const [credential] = await here.credentials();
    await close();
    for (const [what, change] of [...wrongGet, ['nothing', undefined]]) {
      const other = await person();
      const there = await plugIn(other.page, { automaticPresenceSimulation: false });
      await there.devtools.send('WebAuthn.addCredential', { authenticatorId: there.authenticatorId, credential });
      await other.page.goto(`${await url()}/account`);
      await other.page.waitForSelector('form[data-passkey]:visible');
      const question = await asked(other.page);
      await there.devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: there.authenticatorId, enabled: true });
      const fields = await answer(other.page, change);
      assert.equal(await other.page.$('#methods') !== null, change === undefined, `${what}: the server`);
      assert.equal(await agrees(otherGet(fields, question, registrationInfo.credential)), change === undefined, `${what}: the other`);
      await other.close();
    }
  }, { seconds: 180 });
}
