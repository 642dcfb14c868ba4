// SPDX-License-Identifier: Apache-2.0
// What the tests of passkeys share: servers, people, virtual authenticators, and the steps that lead somebody in by one.
import { startPostern } from '../lib/server.mjs';
import { until } from '../lib/wait.mjs';

const password = 'correct horse battery staple 9';
const servers = new Map();

/** Started by the first who asks; @settings as of startPostern(). */
function serverOf(name, settings) {
  if (!servers.has(name)) servers.set(name, startPostern(settings));
  return servers.get(name);
}

export async function stop() {
  for (const server of servers.values()) await (await server).stop();
}

/** An authenticator in this page's browser; options as of the DevTools protocol. */
export async function plugIn(page, options = {}) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...options },
  });
  return { devtools, authenticatorId, credentials: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials };
}

/** Moves what one authenticator has to another. */
export async function move(from, to) {
  for (const credential of await from.credentials()) await to.devtools.send('WebAuthn.addCredential', { authenticatorId: to.authenticatorId, credential });
}

/** Whether the authenticator gives up what it has, in a moment. */
const gone = (authenticator) => until('it keeps a passkey', async () => (await authenticator.credentials()).length === 0);

/** The steps at one server. */
export function stepsAt(person, get) {
  async function somebody(name) {
    await (await get()).cli('user', 'create', '--email', `${name}@example.com`, '--email-verified', '--name', 'Somebody', '--password', password);
    return `${name}@example.com`;
  }

  async function enterPassword(page, email) {
    await page.goto(`${(await get()).url}/account`);
    await page.fill('#identifier', email);
    await page.click('#submit');
    await page.waitForSelector('input[autocomplete=current-password]:visible');
    await page.fill('#password', password);
    await page.click('#submit');
  }

  async function addPasskey(page, email) {
    await enterPassword(page, email);
    await page.waitForSelector('#methods');
    await page.click('#go-passkey');
    await page.waitForSelector('form[data-passkey=create]');
    await page.click('#passkey');
    await page.waitForSelector('#codes');
    await page.click('#submit');
    await page.waitForSelector('#notice');
  }

  /** Somebody new who has a passkey: `first` is their browser, `here` the authenticator in it; @options as of plugIn(). */
  async function makeOwner(name, options) {
    const email = await somebody(name);
    const first = await person();
    const here = await plugIn(first.page, options);
    await addPasskey(first.page, email);
    return { email, first, here };
  }

  /** Somebody without a cookie of ours answers by this credential, and is let in or refused. @tamper: changes the fields on the way. */
  async function answerBy(credential, good, { tamper } = {}) {
    const other = await person();
    const there = await plugIn(other.page, { automaticPresenceSimulation: false });
    await there.devtools.send('WebAuthn.addCredential', { authenticatorId: there.authenticatorId, credential });
    await other.page.goto(`${(await get()).url}/account`);
    await other.page.waitForSelector('form[data-passkey]:visible');
    if (tamper) {
      await other.page.route('**/sign-in/**', (route) => {
        const fields = new URLSearchParams(route.request().postData() ?? '');
        if (!fields.get('auth_data')) return route.continue();
        tamper(fields);
        return route.continue({ postData: fields.toString() });
      });
    }
    await there.devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: there.authenticatorId, enabled: true });
    await other.page.click('#passkey');
    await other.page.waitForSelector(good ? '#methods' : '#error');
    await other.close();
  }

  return { somebody, enterPassword, addPasskey, makeOwner, answerBy, cli: async (...words) => (await get()).cli(...words), url: async () => (await get()).url, log: async () => (await get()).log() };
}

/** @param person: makes a browser of somebody's own. `strict` are the steps at a server that wants to know each passkey's owner. */
export function passkeySteps(person) {
  return {
    plugIn, move, gone,
    ...stepsAt(person, () => serverOf('usual')),
    strict: stepsAt(person, () => serverOf('strict', { instances: { passkey: 'Type=passkey\nuser-verification=required\n' } })),
  };
}
