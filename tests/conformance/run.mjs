// SPDX-License-Identifier: Apache-2.0
// The modules of the OpenID Foundation's certification plans for providers (Basic OP, Form Post Basic, Config, RP-Initiated
// Logout, Back-Channel Logout), by their names there: what each asks, asked again here by a browser without scripts. The
// suite itself is a Java service that cannot run in this build; a table of names keeps it easy to compare.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import * as jose from 'jose';
import { startPostern } from '../lib/server.mjs';
import { Visitor } from '../lib/visitor.mjs';
import { runTests, test } from '../lib/tap.mjs';
import { until } from '../lib/wait.mjs';

const person = { identifier: 'conformance@example.com', password: 'correct horse battery staple 9' };
const callback = 'https://localhost.example.org/callback', second = 'https://localhost.example.org/second';
/** TENANT: the slug of a tenant that is made first, and asked instead of the default one: its issuer has a path. */
const tenant = process.env.TENANT;
const postern = await startPostern({ config: { outbound: { allow: '127.0.0.1/32' } } });
const issuer = tenant ? `${postern.url}/t/${tenant}` : postern.url;
if (tenant) await postern.cli('tenant', 'create', tenant);
const cli = (...args) => postern.cli(...args, ...(tenant ? ['--tenant', tenant] : []));
const logoutTokens = [];
const listener = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => { logoutTokens.push(new URLSearchParams(body).get('logout_token')); response.end(); });
});
listener.listen(0, '127.0.0.1');
await once(listener, 'listening');

await cli('user', 'create', '--email', person.identifier, '--email-verified', '--password', person.password,
  '--profile', JSON.stringify({
    name: 'Conny Formance', given_name: 'Conny', family_name: 'Formance', middle_name: 'M', nickname: 'con', preferred_username: 'conny', profile: 'https://example.com/conny',
    picture: 'https://example.com/conny.png', website: 'https://example.com', gender: 'female', birthdate: '1990-04-05', zoneinfo: 'Europe/Berlin', locale: 'de-DE', updated_at: 1700000000,
    address: { formatted: 'Street 1\nCity', street_address: 'Street 1', locality: 'City', postal_code: '12345', country: 'DE' },
  }), '--phone', '+49301234567', '--phone-verified');
const register = (name, ...more) => cli('app', 'create', '--name', name, '--kind', 'web', '--redirect-uri', callback, ...more);
const logout = `http://127.0.0.1:${listener.address().port}/backchannel`;
const afterLogout = 'https://localhost.example.org/after', afterLogoutQuery = 'https://localhost.example.org/after?kept=1';
// The plans' clients use no PKCE unless a module says so.
const app = await register('Conformance', '--no-pkce', '--post-logout-redirect-uri', afterLogout, '--backchannel-logout-uri', logout);
const other = await register('Conformance two', '--no-pkce', '--auth-method', 'client_secret_post');

const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
const keys = jose.createRemoteJWKSet(new URL(metadata.jwks_uri));

const random = () => randomBytes(12).toString('hex');
const request = (parameters = {}, client = app) => ({ client_id: client.client_id, response_type: 'code', redirect_uri: callback, scope: 'openid', state: random(), nonce: random(), ...parameters });
const authorizeUrl = (parameters) => `${metadata.authorization_endpoint}?${new URLSearchParams(Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined)))}`;

/** Walks to the redirect URI and checks what every answer must hold. */
async function authorize(visitor, asked, values = person) {
  visitor.pages = [];
  const url = await visitor.walk(authorizeUrl(asked), callback, values);
  const answer = url.posted ?? Object.fromEntries(url.searchParams);
  assert.equal(Boolean(url.posted), asked.response_mode === 'form_post', 'the answer comes in the mode that was asked');
  assert.equal(answer.iss, metadata.issuer);
  assert.equal(answer.state, asked.state);
  return answer;
}

const basic = (client) => `Basic ${Buffer.from(`${encodeURIComponent(client.client_id)}:${encodeURIComponent(client.client_secret)}`).toString('base64')}`;

async function tokenRequest(form, client = app) {
  const headers = client === other ? {} : { authorization: basic(client) };
  const fields = client === other ? { ...form, client_id: client.client_id, client_secret: client.client_secret } : form;
  const answer = await fetch(metadata.token_endpoint, { method: 'POST', headers, body: new URLSearchParams(fields) });
  assert.match(answer.headers.get('cache-control'), /no-store/);
  return { status: answer.status, ...(await answer.json()) };
}

/** The whole way: gives tokens, ID token claims and what was asked. */
async function signIn(visitor, parameters = {}, client = app, more = {}) {
  const asked = request(parameters, client);
  const answer = await authorize(visitor, asked);
  assert.equal(answer.error, undefined, answer.error_description);
  const tokens = await tokenRequest({ grant_type: 'authorization_code', code: answer.code, redirect_uri: callback, ...more }, client);
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
  assert.match(tokens.token_type, /^bearer$/i);
  const { payload, protectedHeader } = await jose.jwtVerify(tokens.id_token, keys, { issuer: metadata.issuer, audience: client.client_id });
  assert.ok(protectedHeader.kid);
  assert.equal(payload.nonce, asked.nonce);
  assert.ok(payload.exp && payload.iat && payload.sub);
  if (payload.at_hash) assert.equal(payload.at_hash, createHash('sha256').update(tokens.access_token).digest().subarray(0, 16).toString('base64url'));
  return { ...tokens, claims: payload, code: answer.code };
}

async function userinfo(token, how = 'get') {
  const ways = {
    get: { headers: { authorization: `Bearer ${token}` } },
    header: { method: 'POST', headers: { authorization: `Bearer ${token}` } },
    body: { method: 'POST', body: new URLSearchParams({ access_token: token }) },
  };
  const answer = await fetch(metadata.userinfo_endpoint, ways[how]);
  return { status: answer.status, ...(await answer.json()) };
}

const scopeClaims = {
  profile: ['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture', 'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
  email: ['email', 'email_verified'], address: ['address'], phone: ['phone_number', 'phone_number_verified'],
};

/** The Basic OP plan; @mode: response_mode of Form Post Basic, which runs the same modules. */
function basicPlan(plan, mode) {
  const module = (name, run) => test(`${plan} ${name}`, () => run(new Visitor()));
  const way = { response_mode: mode };

  module('oidcc-server', async (visitor) => { await signIn(visitor, way); });
  module('oidcc-response-type-missing', async (visitor) => {
    const asked = request({ ...way, response_type: undefined });
    const answer = await visitor.send(authorizeUrl(asked));
    if (answer.location) assert.match(new URL(answer.location).searchParams.get('error'), /^(invalid_request|unsupported_response_type)$/);
    else assert.ok(answer.status === 400 || answer.text.includes('invalid_request'));
  });
  for (const [name, how] of [['oidcc-userinfo-get', 'get'], ['oidcc-userinfo-post-header', 'header'], ['oidcc-userinfo-post-body', 'body']]) {
    module(name, async (visitor) => {
      const tokens = await signIn(visitor, way);
      assert.equal((await userinfo(tokens.access_token, how)).sub, tokens.claims.sub);
    });
  }
  module('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', async (visitor) => {
    const tokens = await signIn(visitor, { ...way, nonce: undefined });
    assert.equal(tokens.claims.nonce, undefined);
  });
  for (const scope of Object.keys(scopeClaims)) {
    module(`oidcc-scope-${scope}`, async (visitor) => {
      const tokens = await signIn(visitor, { ...way, scope: `openid ${scope}` });
      const info = await userinfo(tokens.access_token);
      for (const claim of scopeClaims[scope]) assert.notEqual(info[claim], undefined, `userinfo has ${claim}`);
      for (const [name, claims] of Object.entries(scopeClaims)) if (name !== scope) for (const claim of claims) assert.equal(info[claim], undefined, `${claim} was not asked`);
    });
  }
  module('oidcc-scope-all', async (visitor) => {
    const tokens = await signIn(visitor, { ...way, scope: 'openid profile email address phone' });
    const info = await userinfo(tokens.access_token);
    for (const claim of Object.values(scopeClaims).flat()) assert.notEqual(info[claim], undefined, claim);
    assert.equal(typeof info.address, 'object');
    assert.equal(typeof info.updated_at, 'number');
    assert.equal(info.email_verified, true);
  });
  module('oidcc-ensure-other-scope-order-succeeds', async (visitor) => {
    const tokens = await signIn(visitor, { ...way, scope: 'email openid' });
    assert.equal((await userinfo(tokens.access_token)).email, person.identifier);
  });
  for (const display of ['page', 'popup']) module(`oidcc-display-${display}`, async (visitor) => { await signIn(visitor, { ...way, display }); });
  module('oidcc-prompt-login', async (visitor) => {
    const first = await signIn(visitor, way);
    await new Promise((wake) => setTimeout(wake, 1100));
    const again = await signIn(visitor, { ...way, prompt: 'login' });
    assert.ok(visitor.pages.some((ids) => ids.includes('password')), 'the password was asked again');
    if (first.claims.auth_time) assert.ok(again.claims.auth_time > first.claims.auth_time);
    assert.equal(first.claims.sub, again.claims.sub);
  });
  module('oidcc-prompt-none-not-logged-in', async (visitor) => {
    const answer = await authorize(visitor, request({ ...way, prompt: 'none' }));
    assert.match(answer.error, /^(login_required|interaction_required|account_selection_required|consent_required)$/);
  });
  module('oidcc-prompt-none-logged-in', async (visitor) => {
    const first = await signIn(visitor, way);
    const again = await signIn(visitor, { ...way, prompt: 'none' });
    assert.equal(visitor.pages.filter((ids) => ids.includes('password')).length, 0);
    assert.equal(first.claims.sub, again.claims.sub);
    assert.equal(first.claims.auth_time, again.claims.auth_time);
  });
  module('oidcc-max-age-1', async (visitor) => {
    const first = await signIn(visitor, way);
    await new Promise((wake) => setTimeout(wake, 2100));
    const again = await signIn(visitor, { ...way, max_age: '1' });
    assert.ok(visitor.pages.some((ids) => ids.includes('password')));
    assert.ok(again.claims.auth_time, 'auth_time is there when max_age was asked');
    assert.ok(Date.now() / 1000 - again.claims.auth_time < 30);
    assert.equal(first.claims.sub, again.claims.sub);
  });
  module('oidcc-max-age-10000', async (visitor) => {
    const first = await signIn(visitor, { ...way, max_age: '15000' });
    const again = await signIn(visitor, { ...way, max_age: '10000' });
    assert.equal(visitor.pages.filter((ids) => ids.includes('password')).length, 0);
    assert.equal(first.claims.auth_time, again.claims.auth_time);
  });
  module('oidcc-ensure-request-with-unknown-parameter-succeeds', async (visitor) => { await signIn(visitor, { ...way, extra: 'foobar' }); });
  module('oidcc-id-token-hint', async (visitor) => {
    const first = await signIn(visitor, way);
    const again = await signIn(visitor, { ...way, prompt: 'none', id_token_hint: first.id_token });
    assert.equal(first.claims.sub, again.claims.sub);
  });
  module('oidcc-login-hint', async (visitor) => { await signIn(visitor, { ...way, login_hint: person.identifier }); });
  module('oidcc-ui-locales', async (visitor) => { await signIn(visitor, { ...way, ui_locales: 'se' }); });
  module('oidcc-claims-locales', async (visitor) => { await signIn(visitor, { ...way, claims_locales: 'se' }); });
  module('oidcc-ensure-request-with-acr-values-succeeds', async (visitor) => { await signIn(visitor, { ...way, acr_values: '1 2' }); });
  for (const [name, pause] of [['oidcc-codereuse', 0], ['oidcc-codereuse-30seconds', 3]]) {
    module(name, async (visitor) => {
      const tokens = await signIn(visitor, way);
      await new Promise((wake) => setTimeout(wake, pause * 1000));
      const again = await tokenRequest({ grant_type: 'authorization_code', code: tokens.code, redirect_uri: callback });
      assert.deepEqual([again.status, again.error], [400, 'invalid_grant']);
      assert.equal((await userinfo(tokens.access_token)).status, 401, 'what the code gave is revoked');
    });
  }
  module('oidcc-ensure-registered-redirect-uri', async (visitor) => {
    for (const redirect_uri of [second, `${callback}/more`, `${callback}?x=1`, `${callback}#f`, callback.replace('https', 'http')]) {
      const answer = await visitor.send(authorizeUrl(request({ ...way, redirect_uri })));
      assert.equal(answer.location, undefined, `${redirect_uri} is not redirected to`);
      assert.equal(answer.status, 400);
      assert.match(answer.text, /<h1/);
    }
  });
  module('oidcc-ensure-post-request-succeeds', async (visitor) => {
    const asked = Object.fromEntries(Object.entries(request(way)).filter(([, value]) => value !== undefined));
    const first = await visitor.send(metadata.authorization_endpoint, { method: 'POST', form: asked });
    assert.equal(first.status, 303);
    const url = await visitor.walk(new URL(first.location, postern.url).href, callback, person);
    assert.ok((url.posted ?? Object.fromEntries(url.searchParams)).code);
  });
  module('oidcc-server-client-secret-post', async (visitor) => { await signIn(visitor, way, other); });
  module('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported', async (visitor) => {
    const asked = request(way);
    const object = new jose.UnsecuredJWT({ ...asked, response_mode: undefined }).encode();
    const answer = await authorize(visitor, { ...asked, request: object });
    assert.match(answer.error, /^(request_not_supported|invalid_request_object|invalid_request)$/);
  });
  module('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported', async (visitor) => {
    const answer = await authorize(visitor, request({ ...way, request_uri: 'https://localhost.example.org/request.jwt' }));
    assert.equal(answer.error, 'request_uri_not_supported');
  });
  module('oidcc-claims-essential', async (visitor) => {
    const tokens = await signIn(visitor, { ...way, claims: JSON.stringify({ userinfo: { name: { essential: true } } }) });
    assert.equal((await userinfo(tokens.access_token)).name, 'Conny Formance');
  });
  module('oidcc-refresh-token', async (visitor) => {
    const tokens = await signIn(visitor, { ...way, scope: 'openid offline_access', prompt: 'consent' });
    assert.ok(tokens.refresh_token, 'there is a refresh token');
    const refreshed = await tokenRequest({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
    assert.equal(refreshed.status, 200);
    if (refreshed.id_token) {
      const claims = jose.decodeJwt(refreshed.id_token);
      assert.deepEqual([claims.iss, claims.sub, claims.aud, claims.auth_time], [tokens.claims.iss, tokens.claims.sub, tokens.claims.aud, tokens.claims.auth_time]);
    }
    const foreign = await tokenRequest({ grant_type: 'refresh_token', refresh_token: refreshed.refresh_token }, other);
    assert.equal(foreign.error, 'invalid_grant', 'another client cannot use it');
  });
  module('oidcc-ensure-request-with-valid-pkce-succeeds', async (visitor) => {
    const verifier = randomBytes(32).toString('base64url');
    await signIn(visitor, { ...way, code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' }, app, { code_verifier: verifier });
  });
}

basicPlan('basic', undefined);
basicPlan('form-post', 'form_post');

test('config oidcc-discovery-endpoint-verification', async () => {
  assert.equal(metadata.issuer, issuer);
  for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri', 'end_session_endpoint']) assert.ok(metadata[name].startsWith(`${issuer}/`), name);
  assert.ok(metadata.response_types_supported.includes('code'));
  assert.ok(metadata.subject_types_supported.includes('public'));
  assert.ok(metadata.id_token_signing_alg_values_supported.includes('RS256'));
  assert.ok(metadata.scopes_supported.includes('openid'));
  assert.ok(metadata.claims_supported.includes('sub'));
  assert.ok(metadata.token_endpoint_auth_methods_supported.includes('client_secret_basic'));
  assert.equal(metadata.backchannel_logout_supported, true);
  assert.equal(metadata.request_uri_parameter_supported, false);
  assert.deepEqual(await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json(), metadata);
});

test('config oidcc-server-jwks', async () => {
  const answer = await fetch(metadata.jwks_uri);
  assert.match(answer.headers.get('content-type'), /^application\/(jwk-set\+)?json/);
  const { keys: published } = await answer.json();
  assert.equal(new Set(published.map((key) => key.kid)).size, published.length, 'each key has its own kid');
  for (const key of published) for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.equal(key[secret], undefined, `${secret} is private`);
  assert.ok(published.some((key) => key.kty === 'RSA' && key.use === 'sig'));
});

/** Where the logout ends: the application, or a page of ours. */
async function endSession(visitor, parameters, target = afterLogout) {
  try {
    return await visitor.walk(`${metadata.end_session_endpoint}?${new URLSearchParams(parameters)}`, target, person);
  } catch (error) {
    if (!error.answer) throw error;
    return error.answer;
  }
}

async function signedOut(visitor) {
  return (await authorize(visitor, request({ prompt: 'none' }))).error === 'login_required';
}

const logoutModule = (name, run) => test(`rp-initiated-logout ${name}`, async () => {
  const visitor = new Visitor();
  await run(visitor, await signIn(visitor));
});
logoutModule('oidcc-rp-initiated-logout', async (visitor, tokens) => {
  const url = await endSession(visitor, { id_token_hint: tokens.id_token, post_logout_redirect_uri: afterLogout, state: 'abc' });
  assert.equal(url.href, `${afterLogout}?state=abc`);
  assert.ok(await signedOut(visitor));
});
logoutModule('oidcc-rp-initiated-logout-no-state', async (visitor, tokens) => {
  assert.equal((await endSession(visitor, { id_token_hint: tokens.id_token, post_logout_redirect_uri: afterLogout })).href, afterLogout);
  assert.ok(await signedOut(visitor));
});
logoutModule('oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', async (visitor, tokens) => {
  const end = await endSession(visitor, { id_token_hint: tokens.id_token, post_logout_redirect_uri: 'https://localhost.example.org/unregistered', state: 'abc' }, 'https://localhost.example.org');
  assert.ok(end.text, 'it ends on a page of ours, not at an address that nobody registered');
});
logoutModule('oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', async (visitor, tokens) => {
  assert.ok((await endSession(visitor, { id_token_hint: tokens.id_token, post_logout_redirect_uri: afterLogoutQuery, state: 'abc' }, 'https://localhost.example.org')).text);
});
logoutModule('oidcc-rp-initiated-logout-modified-id-token-hint', async (visitor, tokens) => {
  const [header, payload, signature] = tokens.id_token.split('.');
  const bad = [header, payload, (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1)].join('.');
  assert.ok((await endSession(visitor, { id_token_hint: bad, post_logout_redirect_uri: afterLogout, state: 'abc' }, 'https://localhost.example.org')).text);
});
logoutModule('oidcc-rp-initiated-logout-bad-id-token-hint', async (visitor) => {
  const { privateKey } = await jose.generateKeyPair('RS256');
  const foreign = await new jose.SignJWT({ sub: 'someone' }).setProtectedHeader({ alg: 'RS256' }).setIssuer(metadata.issuer).setAudience(app.client_id).setIssuedAt().setExpirationTime('1h').sign(privateKey);
  assert.ok((await endSession(visitor, { id_token_hint: foreign, post_logout_redirect_uri: afterLogout, state: 'abc' }, 'https://localhost.example.org')).text);
});
logoutModule('oidcc-rp-initiated-logout-no-id-token-hint', async (visitor) => {
  const end = await endSession(visitor, { client_id: app.client_id, post_logout_redirect_uri: afterLogout, state: 'abc' }, 'https://localhost.example.org');
  assert.ok(end.text || end.href === `${afterLogout}?state=abc`);
  assert.ok(await signedOut(visitor), 'after a confirmation the person is signed out');
});
logoutModule('oidcc-rp-initiated-logout-no-params', async (visitor) => {
  assert.ok((await endSession(visitor, {})).text);
  assert.ok(await signedOut(visitor));
});
logoutModule('oidcc-rp-initiated-logout-only-state', async (visitor) => {
  assert.ok((await endSession(visitor, { state: 'abc' })).text);
  assert.ok(await signedOut(visitor));
});
logoutModule('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', async (visitor, tokens) => {
  assert.ok((await endSession(visitor, { id_token_hint: tokens.id_token, state: 'abc' })).text);
  assert.ok(await signedOut(visitor));
});

test('backchannel-logout oidcc-backchannel-rp-initiated-logout', async () => {
  const visitor = new Visitor(), tokens = await signIn(visitor), before = logoutTokens.length;
  await endSession(visitor, { id_token_hint: tokens.id_token, post_logout_redirect_uri: afterLogout, state: 'abc' });
  await until('nobody is told of the sign-out', () => logoutTokens.length > before);
  const { payload, protectedHeader } = await jose.jwtVerify(logoutTokens.at(-1), keys, { issuer: metadata.issuer, audience: app.client_id });
  assert.equal(protectedHeader.typ, 'logout+jwt');
  assert.equal(payload.sub ?? tokens.claims.sub, tokens.claims.sub);
  assert.equal(payload.sid, tokens.claims.sid);
  assert.ok(payload.jti && payload.iat && payload.exp);
  assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
  assert.equal(payload.nonce, undefined);
});

await runTests({
  onFailure: async () => console.log(`# server: ${postern.log().slice(-800)}`),
  after: async () => { listener.close(); listener.closeAllConnections(); await postern.stop(); },
});
