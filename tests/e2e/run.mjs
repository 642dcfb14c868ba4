// SPDX-License-Identifier: Apache-2.0
// A person in real Chromium, an application on a certified client, a provider that we did not write; against the server
// as it is built. BUILD names the build folder.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import * as jose from 'jose';
import * as account from './account.mjs';
import * as accountApi from './account-api.mjs';
import * as captcha from './captcha.mjs';
import * as codes from './codes.mjs';
import * as consolePages from './console.mjs';
import * as native from './native.mjs';
import * as organization from './organization.mjs';
import * as ownDomain from './own-domain.mjs';
import * as passkey from './passkey.mjs';
import * as passkeyOpinion from './passkey-opinion.mjs';
import * as passkeySteps from './passkey-steps.mjs';
import * as passkeyWays from './passkey-ways.mjs';
import * as secondFactor from './second-factor.mjs';
import { startBrowser, signIn } from '../lib/browser.mjs';
import { RelyingParty, client } from '../lib/relying-party.mjs';
import { startPostern } from '../lib/server.mjs';
import { startProvider } from '../lib/provider.mjs';
import { runTests, test } from '../lib/tap.mjs';
import { Visitor } from '../lib/visitor.mjs';
import { until } from '../lib/wait.mjs';

const password = 'correct horse battery staple 9';
const provider = await startProvider();
const postern = await startPostern({
  config: { outbound: { allow: '127.0.0.1' } },
  instances: { corp: (url) => provider.instance(`${url}/callback/corp`), posted: (url) => provider.instance(`${url}/callback/posted`, {}, 'response-mode=form_post\n'), demo: 'Type=demo\n' },
});
const browser = await startBrowser();
const rp = await RelyingParty.start();

/** A tenant with the person and an application of ours. @param slug (optional) another one than the default */
async function furnish(slug) {
  const to = slug ? ['--tenant', slug] : [];
  if (slug) await postern.cli('tenant', 'create', slug);
  await postern.cli('user', 'create', '--email', 'ada@example.com', '--email-verified', '--name', 'Ada Lovelace', '--password', password, ...to);
  const made = await postern.cli('app', 'create', '--name', 'Third party', '--kind', 'web', '--redirect-uri', rp.redirectUri,
    '--post-logout-redirect-uri', `${rp.origin}/signed-out`, '--backchannel-logout-uri', `${rp.origin}/backchannel-logout`, ...to);
  return { issuer: slug ? `${postern.url}/t/${slug}` : postern.url, app: made };
}

/** What an application asks of an issuer, by its place: the same everywhere. */
const places = { 'the default tenant': await furnish(), '/t/acme': await furnish('acme') };
const { app } = places['the default tenant'];
await rp.discover(postern.url, app.client_id, app.client_secret);

/** A test of each place, with the application there. */
const testEverywhere = (name, run) => {
  for (const [place, { issuer, app: its }] of Object.entries(places)) {
    test(`${name}, at ${place}`, async () => {
      const before = rp.config;
      await rp.discover(issuer, its.client_id, its.client_secret);
      try { await run(issuer, its); } finally { rp.config = before; }
    });
  }
};

/** A person's own browser: fresh cookies. */
async function person(options = {}) {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return { context, page, close: () => context.close() };
}

async function allow(page) {
  await page.waitForSelector('#consent-allow, #application');
  if (await page.$('#consent-allow')) await page.click('#consent-allow');
}

/** The whole way from the application and back; gives the tokens. */
async function wholeWay(page, parameters = {}, { user = 'ada@example.com', secret = password, checks = {} } = {}) {
  const answer = rp.answer();
  await page.goto(await rp.begin(parameters));
  await signIn(page, user, secret);
  await allow(page);
  return rp.redeem(await answer, checks);
}

testEverywhere('code flow with PKCE: ID token, userinfo, refresh, introspection, revocation', async (issuer, its) => {
  const { page, close } = await person();
  const tokens = await wholeWay(page, { scope: 'openid profile email offline_access' });
  const claims = tokens.claims();
  assert.equal(claims.iss, issuer);
  assert.equal(claims.aud, its.client_id);
  assert.ok(claims.auth_time === undefined || claims.auth_time > Date.now() / 1000 - 120);
  const info = await client.fetchUserInfo(rp.config, tokens.access_token, claims.sub);
  assert.equal(info.email, 'ada@example.com');
  assert.equal(info.email_verified, true);
  assert.equal(info.name, 'Ada Lovelace');
  const refreshed = await client.refreshTokenGrant(rp.config, tokens.refresh_token);
  assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
  assert.equal((await client.tokenIntrospection(rp.config, refreshed.access_token)).active, true);
  await client.tokenRevocation(rp.config, refreshed.access_token);
  assert.equal((await client.tokenIntrospection(rp.config, refreshed.access_token)).active, false);
  // The first refresh token was used up: using it again ends the whole family.
  await assert.rejects(client.refreshTokenGrant(rp.config, tokens.refresh_token), { error: 'invalid_grant' });
  await assert.rejects(client.refreshTokenGrant(rp.config, refreshed.refresh_token), { error: 'invalid_grant' });
  await close();
});

test('a wrong password and an unknown person read the same, and what was typed stays', async () => {
  const { page, close } = await person();
  const seen = [];
  for (const user of ['ada@example.com', 'nobody@example.com']) {
    await page.goto(await rp.begin());
    await signIn(page, user, 'certainly not the password');
    await page.waitForSelector('[role=alert]');
    assert.equal(await page.inputValue('#identifier'), user);
    assert.equal(await page.getAttribute('#password', 'aria-invalid'), 'true');
    seen.push((await page.innerText('[role=alert]')).trim());
  }
  assert.equal(seen[0], seen[1]);
  await close();
});

test('a password manager fills in both at once: no second page; who types another name is asked', async () => {
  const { page, close } = await person();
  /** As managers do it: the values, and an event that no key made. */
  const fill = (secret) => page.evaluate((values) => {
    for (const input of document.querySelectorAll('input[autocomplete^=username], input[autocomplete=current-password]')) {
      input.value = values[input.name];
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }
  }, { identifier: 'ada@example.com', password: secret });
  await page.goto(await rp.begin());
  await fill('certainly not the password');
  await page.click('#submit');
  await page.waitForSelector('[role=alert]');
  assert.equal(await page.getAttribute('#password', 'aria-invalid'), 'true');

  await page.goto(await rp.begin());
  await fill(password);
  await page.fill('#identifier', '');
  await page.locator('#identifier').pressSequentially('somebody@example.com');
  await page.click('#submit');
  await page.waitForSelector('#password');
  assert.equal(await page.$('[role=alert]'), null, "nobody is told that another person's password is wrong");

  const answer = rp.answer();
  await page.goto(await rp.begin());
  const box = await page.locator('input[name=password]').boundingBox();
  assert.ok(box.x + box.width < 0 && box.width > 100, `the field for managers is off the screen, and large enough for them: ${JSON.stringify(box)}`);
  await fill(password);
  await page.click('#submit');
  await page.waitForSelector('#consent-allow, #application');
  await allow(page);
  await rp.redeem(await answer);
  await close();
});

testEverywhere('sign-up makes an account and signs it in', async () => {
  const { page, close } = await person();
  const answer = rp.answer();
  await page.goto(await rp.begin({ prompt: 'create', scope: 'openid email' }));
  await page.fill('#identifier', 'new@example.com');
  if (await page.$('#name')) await page.fill('#name', 'Newcomer');
  await page.fill('#password', 'a passphrase nobody has seen 31');
  await page.click('#submit');
  await allow(page);
  const tokens = await rp.redeem(await answer);
  const info = await client.fetchUserInfo(rp.config, tokens.access_token, tokens.claims().sub);
  assert.equal(info.email, 'new@example.com');
  assert.notEqual(info.email_verified, true);
  await close();
});

test('consent is remembered, can be denied, and is asked again by prompt=consent', async () => {
  const { page, close } = await person();
  await wholeWay(page, { scope: 'openid profile' });
  const again = rp.answer();
  await page.goto(await rp.begin({ scope: 'openid profile' }));
  await rp.redeem(await again);
  const denied = rp.answer();
  await page.goto(await rp.begin({ scope: 'openid profile', prompt: 'consent' }));
  await page.click('#consent-deny');
  await assert.rejects(rp.redeem(await denied), { error: 'access_denied' });
  await close();
});

test('prompt=none: login_required without a session, an answer with one', async () => {
  const { page, close } = await person();
  const refused = rp.answer();
  await page.goto(await rp.begin({ prompt: 'none' }));
  await assert.rejects(rp.redeem(await refused), { error: 'login_required' });
  const first = await wholeWay(page);
  const silent = rp.answer();
  await page.goto(await rp.begin({ prompt: 'none' }));
  assert.equal((await rp.redeem(await silent)).claims().sub, first.claims().sub);
  await close();
});

test('prompt=login and max_age ask for the password again and renew auth_time', async () => {
  const { page, close } = await person();
  const first = await wholeWay(page, { max_age: '3600' }, { checks: { maxAge: 3600 } });
  await page.waitForTimeout(1100);
  const second = await wholeWay(page, { prompt: 'login', max_age: '3600' }, { checks: { maxAge: 3600 } });
  assert.ok(second.claims().auth_time > first.claims().auth_time);
  await page.waitForTimeout(2100);
  const third = await wholeWay(page, { max_age: '1' }, { checks: { maxAge: 1 } });
  assert.ok(third.claims().auth_time > second.claims().auth_time);
  await close();
});

testEverywhere('form_post, login_hint and ui_locales', async () => {
  const { page, close } = await person();
  const answer = rp.answer();
  await page.goto(await rp.begin({ response_mode: 'form_post', login_hint: 'ada@example.com', ui_locales: 'ar' }));
  assert.equal(await page.getAttribute('html', 'dir'), 'rtl');
  assert.equal(await page.getAttribute('html', 'lang'), 'ar');
  assert.equal(await page.inputValue('#identifier'), 'ada@example.com');
  if (!(await page.isVisible('#password'))) await page.click('#submit');
  await page.fill('#password', password);
  await page.click('#submit');
  await allow(page);
  const request = await answer;
  assert.ok(request instanceof Request, 'the answer was posted');
  await rp.redeem(request);
  await close();
});

test('everything works with scripts off', async () => {
  const { page, close } = await person({ javaScriptEnabled: false });
  await wholeWay(page);
  await close();
});

test('two tabs, back and reload disturb nothing', async () => {
  const { context, page, close } = await person();
  const other = await context.newPage();
  const first = await rp.begin({ scope: 'openid' }), kept = { verifier: rp.verifier, state: rp.state, nonce: rp.nonce };
  await page.goto(first);
  await page.fill('#identifier', 'ada@example.com');
  await page.click('#submit');
  await page.waitForSelector('#password');
  await page.reload();
  await page.waitForSelector('#password');
  await other.goto(await rp.begin({ scope: 'openid' }));
  const answer = rp.answer();
  await signIn(other, 'ada@example.com', password);
  await allow(other);
  await rp.redeem(await answer);
  Object.assign(rp, kept);
  const answered = rp.answer();
  await page.fill('#password', password);
  await page.click('#submit');
  await allow(page);
  await rp.redeem(await answered);
  await page.goBack();
  assert.ok(await page.$('h1'), 'going back shows a page');
  await close();
});

test('a used flow offers one way back to the application', async () => {
  const { page, close } = await person();
  const answer = rp.answer();
  await page.goto(await rp.begin());
  const flow = page.url();
  await signIn(page, 'ada@example.com', password);
  await allow(page);
  await rp.redeem(await answer);
  await page.goto(flow);
  const link = await page.waitForSelector('#back-to-application');
  assert.ok((await link.getAttribute('href')).startsWith(rp.origin));
  await close();
});

test('forty people who sign in at the same moment are all in, with the hash at its full cost', async () => {
  const back = 'https://app.example.com/callback';
  const its = await postern.cli('app', 'create', '--name', 'Morning', '--kind', 'web', '--first-party', '--redirect-uri', back);
  const people = Array.from({ length: 40 }, (_, i) => `early-${i}@example.com`);
  for (let i = 0; i < people.length; i += 8) await Promise.all(people.slice(i, i + 8).map((email) => postern.cli('user', 'create', '--email', email, '--email-verified', '--password', password)));
  const query = new URLSearchParams({ client_id: its.client_id, response_type: 'code', redirect_uri: back, scope: 'openid', state: 'morning',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' });
  const statuses = await Promise.all(people.map(async (identifier) => {
    const visitor = new Visitor(undefined, { manager: true }), seen = [];
    visitor.exchange = async (...request) => { const answer = await Visitor.prototype.exchange.apply(visitor, request); seen.push(answer.status); return answer; };
    assert.ok((await visitor.walk(`${postern.url}/oidc/authorize?${query}`, back, { identifier, password })).searchParams.get('code'));
    return seen.join(' ');
  }));
  assert.deepEqual([...new Set(statuses)], ['303 200 303'], 'nobody was told to wait');
});

test('a sign-in goes on after the server was restarted in its middle', async () => {
  const { page, close } = await person();
  const answer = rp.answer();
  await page.goto(await rp.begin());
  await page.fill('#identifier', 'ada@example.com');
  await page.click('#submit');
  await page.waitForSelector('#password');
  await postern.restart();
  await page.fill('#password', password);
  await page.click('#submit');
  await allow(page);
  await rp.redeem(await answer);
  await close();
});

testEverywhere('RP-initiated logout ends the session and tells the application behind the back', async (issuer, its) => {
  const { page, close } = await person();
  const tokens = await wholeWay(page, { scope: 'openid' });
  const before = rp.logoutTokens.length;
  await page.goto(client.buildEndSessionUrl(rp.config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: `${rp.origin}/signed-out`, state: 'bye' }).href);
  if (await page.$('#logout-confirm')) await page.click('#logout-confirm');
  await page.waitForURL(`${rp.origin}/signed-out?state=bye`);
  await until('nobody is told of the sign-out', () => rp.logoutTokens.length > before);
  const keys = jose.createRemoteJWKSet(new URL(rp.config.serverMetadata().jwks_uri));
  const { payload, protectedHeader } = await jose.jwtVerify(rp.logoutTokens.at(-1), keys, { issuer, audience: its.client_id });
  assert.equal(protectedHeader.typ, 'logout+jwt');
  assert.equal(payload.sub, tokens.claims().sub);
  assert.ok(payload.events['http://schemas.openid.net/event/backchannel-logout']);
  assert.equal(payload.nonce, undefined);
  const refused = rp.answer();
  await page.goto(await rp.begin({ prompt: 'none' }));
  await assert.rejects(rp.redeem(await refused), { error: 'login_required' });
  await close();
});

for (const alg of ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']) {
  test(`an ID token signed with ${alg}`, async () => {
    const other = await postern.cli('app', 'create', '--name', alg, '--kind', 'web', '--first-party', '--redirect-uri', rp.redirectUri, '--id-token-alg', alg);
    const before = rp.config;
    await rp.discover(postern.url, other.client_id, { client_secret: other.client_secret, id_token_signed_response_alg: alg });
    const { page, close } = await person();
    const tokens = await wholeWay(page);
    rp.config = before;
    const { protectedHeader } = await jose.jwtVerify(tokens.id_token, jose.createRemoteJWKSet(new URL(before.serverMetadata().jwks_uri)), { audience: other.client_id });
    assert.equal(protectedHeader.alg, alg);
    await close();
  });
}

for (const [alg, enc, type, options] of [['RSA-OAEP-256', 'A256GCM', 'rsa', { modulusLength: 2048 }], ['ECDH-ES', 'A128GCM', 'ec', { namedCurve: 'P-256' }]]) {
  test(`an ID token and userinfo encrypted with ${alg} and ${enc}`, async () => {
    const { privateKey, publicKey } = generateKeyPairSync(type, options);
    const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg, use: 'enc' }] };
    const other = await postern.cli('app', 'create', '--name', alg, '--kind', 'web', '--first-party', '--redirect-uri', rp.redirectUri, '--jwks', JSON.stringify(jwks),
      '--id-token-alg', 'ES256', '--id-token-encryption-alg', alg, '--id-token-encryption-enc', enc,
      '--userinfo-alg', 'ES256', '--userinfo-encryption-alg', alg, '--userinfo-encryption-enc', enc);
    const before = rp.config;
    await rp.discover(postern.url, other.client_id, { client_secret: other.client_secret, id_token_signed_response_alg: 'ES256', userinfo_signed_response_alg: 'ES256' });
    client.enableDecryptingResponses(rp.config, [enc], { key: await jose.importJWK(privateKey.export({ format: 'jwk' }), alg), kid: 'one' });
    const { page, close } = await person();
    const tokens = await wholeWay(page, { scope: 'openid email' });
    assert.equal(tokens.id_token.split('.').length, 5);
    assert.equal(tokens.claims().aud, other.client_id);
    assert.equal((await client.fetchUserInfo(rp.config, tokens.access_token, tokens.claims().sub)).email, 'ada@example.com');
    rp.config = before;
    const { protectedHeader, plaintext } = await jose.compactDecrypt(tokens.id_token, privateKey);
    assert.equal(protectedHeader.cty, 'JWT');
    await jose.jwtVerify(plaintext, jose.createRemoteJWKSet(new URL(before.serverMetadata().jwks_uri)), { issuer: postern.url, audience: other.client_id });
    await close();
  });
}

test('client credentials with private_key_jwt', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' }] };
  const service = await postern.cli('app', 'create', '--name', 'Service', '--kind', 'service', '--resource', 'https://api.example.com', '--scope', 'read',
    '--auth-method', 'private_key_jwt', '--jwks', JSON.stringify(jwks));
  const key = await jose.importJWK({ ...privateKey.export({ format: 'jwk' }), alg: 'ES256' }, 'ES256');
  const config = await client.discovery(new URL(postern.url), service.client_id, undefined, client.PrivateKeyJwt({ key, kid: 'one' }), { execute: [client.allowInsecureRequests] });
  const tokens = await client.clientCredentialsGrant(config, { resource: 'https://api.example.com', scope: 'read' });
  const { payload, protectedHeader } = await jose.jwtVerify(tokens.access_token, jose.createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri)),
    { issuer: postern.url, audience: 'https://api.example.com' });
  assert.equal(protectedHeader.typ, 'at+jwt');
  assert.equal(payload.client_id, service.client_id);
  assert.equal(payload.scope, 'read');
});

test('a person comes through a provider that we did not write', async () => {
  const { page, close } = await person();
  const answer = rp.answer();
  await page.goto(await rp.begin({ scope: 'openid email' }));
  await page.click('#connector-corp');
  await provider.signIn(page, 'grace');
  await allow(page);
  const tokens = await rp.redeem(await answer);
  const info = await client.fetchUserInfo(rp.config, tokens.access_token, tokens.claims().sub);
  assert.equal(info.email, 'grace@corp.example');
  const again = rp.answer();
  await page.context().clearCookies({ domain: new URL(postern.url).hostname });
  await page.goto(await rp.begin({ scope: 'openid email' }));
  await page.click('#connector-corp');
  await provider.signIn(page, 'grace');
  await allow(page);
  assert.equal((await rp.redeem(await again)).claims().sub, tokens.claims().sub, 'the same person is the same user');
  await close();
});

test('who must sign in anew must do so at the provider, too, and not longer ago than was asked', async () => {
  const { page, close } = await person();
  const begin = async (parameters) => {
    await page.goto(await rp.begin({ scope: 'openid email', ...parameters }));
    await (await page.$('#connector-corp') ?? await page.$('#submit')).click(); // whose way it is known is shown that one
  };
  const first = rp.answer();
  await begin();
  await provider.signIn(page, 'mae');
  await allow(page);
  const { sub } = (await rp.redeem(await first)).claims();
  for (const parameters of [{ prompt: 'login' }, { max_age: '0' }]) {
    const answer = rp.answer();
    await begin(parameters);
    await page.waitForSelector('input[name=login]'); // the provider's own page, though it knows this browser
    await provider.signIn(page, 'mae');
    await allow(page);
    assert.equal((await rp.redeem(await answer)).claims().sub, sub);
  }
  // On the way to the provider the browser leaves away what asks for it: it lets her through, and nobody is signed in.
  await page.route('**/sign-in/**', async (route) => {
    const response = await route.fetch({ maxRedirects: 0 }), headers = response.headers();
    if (headers.location?.startsWith(provider.issuer)) headers.location = headers.location.replace(/&(prompt|max_age)=[^&]*/g, '');
    await route.fulfill({ response, headers });
  });
  await begin({ prompt: 'login' });
  await page.waitForSelector('#error');
  assert.match(await page.innerText('#error'), /Corp let you in without asking who you are/);
  await close();
});

test('a person comes back from a provider that posts, and leaves to the application', async () => {
  const { page, close } = await person();
  const answer = rp.answer();
  await page.goto(await rp.begin({ scope: 'openid email' }));
  await page.click('#connector-posted');
  await provider.signIn(page, 'hedy');
  await allow(page);
  const tokens = await rp.redeem(await answer);
  assert.equal((await client.fetchUserInfo(rp.config, tokens.access_token, tokens.claims().sub)).email, 'hedy@corp.example');
  await close();
});

test('the set-up link makes the administrator, and the demo shows its tokens', async () => {
  const fresh = await startPostern({ instances: { 'demo-application': 'Type=demo-application\nenabled=true\n' } });
  const { page, close } = await person();
  try {
    await page.goto(await fresh.setupLink());
    await page.fill('#identifier', 'root@example.com');
    await page.fill('#name', 'Root');
    await page.fill('#password', password);
    await page.click('#submit');
    await page.waitForSelector('a[href$="/demo"]');
    await page.click('a[href$="/demo"]');
    const begin = await page.$('#demo-sign-in, a[href*="/demo/"]');
    if (begin) await begin.click();
    await page.waitForSelector('text=at+jwt, text=auth_time', { state: 'attached' }).catch(() => {});
    const text = await page.innerText('main');
    assert.match(text, /root@example\.com/);
    assert.match(text, /"iss"/);
  } finally {
    await close();
    await fresh.stop();
  }
});

account.register(person, provider);
accountApi.register();
codes.register(person);
captcha.register(person);
secondFactor.register(person);
passkey.register(person);
passkeyOpinion.register(person);
passkeyWays.register(person);
consolePages.register(person);
native.register(person);
organization.register(person);
ownDomain.register();

await runTests({
  onFailure: async (name) => {
    for (const [index, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
      console.log(`# page ${index}: ${page.url()} ${JSON.stringify((await page.innerText('body').catch(() => '')).slice(0, 400))}`);
      if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name.replaceAll(/\W+/g, '-')}-${index}.png` });
      await page.context().close();
    }
    console.log(`# server: ${postern.log().slice(-1500)}`);
  },
  after: async () => {
    rp.stop();
    await browser.close();
    await Promise.all([account, accountApi, codes, secondFactor, captcha, passkeySteps, consolePages, native, organization, postern].map((each) => each.stop()));
    await provider.stop();
  },
});
