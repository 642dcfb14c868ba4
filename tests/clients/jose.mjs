// SPDX-License-Identifier: Apache-2.0
// Tokens of ours read by somebody else's library (the npm package jose), and theirs by us.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as jose from 'jose';
import { runTests, test } from '../lib/tap.mjs';

const program = `${process.env.BUILD}/tests/clients/jose-tokens`;
const issuer = 'https://id.example', audience = 'https://api.example', subject = 'Grüße, 日本 "\\';
const algs = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

function ask(verb, input) {
  const { status, stdout, stderr } = spawnSync(program, [verb], { input: input && JSON.stringify(input), encoding: 'utf8', maxBuffer: 1 << 24 });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const ours = ask('sign');

for (const { alg, kid, token, thumbprint, private: priv } of ours.tokens) {
  test(`jose verifies our ${alg}`, async () => {
    const set = jose.createLocalJWKSet(ours.jwks);
    const { payload, protectedHeader } = await jose.jwtVerify(token, set, { issuer, audience, typ: 'at+jwt', algorithms: [alg] });
    assert.deepEqual(protectedHeader, { alg, typ: 'at+jwt', kid });
    assert.equal(payload.sub, subject);
  });
  test(`jose makes the same thumbprint of our ${alg} key`, async () => {
    assert.equal(await jose.calculateJwkThumbprint(ours.jwks.keys.find((key) => key.kid === kid)), thumbprint);
  });
  test(`jose signs with our private ${alg} key, and we verify it`, async () => {
    const theirs = await sign(alg, kid, await jose.importJWK(priv, alg));
    assert.deepEqual(ask('verify', { jwks: ours.jwks, tokens: [theirs] }).results, ['']);
  });
}

function sign(alg, kid, key, header = {}, claims = {}) {
  return new jose.SignJWT({ iss: issuer, aud: audience, sub: subject, ...claims }).setProtectedHeader({ alg, kid, ...header })
    .setIssuedAt().setExpirationTime('10m').sign(key);
}

async function keysOf(list) {
  const keys = [];
  for (const alg of list) {
    const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true });
    keys.push({ alg, kid: `their-${alg}`, privateKey, jwk: { ...await jose.exportJWK(publicKey), kid: `their-${alg}`, alg, use: 'sig' } });
  }
  return keys;
}

test('we verify what jose signs, with keys it made, for every algorithm', async () => {
  const keys = await keysOf(algs);
  const tokens = await Promise.all(keys.map(({ alg, kid, privateKey }) => sign(alg, kid, privateKey)));
  assert.deepEqual(ask('verify', { jwks: { keys: keys.map(({ jwk }) => jwk) }, tokens }).results, algs.map(() => ''));
});

test('we refuse what jose can make and nobody should take', async () => {
  const [key, other] = await keysOf(['ES256', 'ES384']);
  const { kid, privateKey, jwk } = key;
  const good = await sign('ES256', kid, privateKey);
  const [head, body, signature] = good.split('.');
  const stranger = await jose.generateKeyPair('ES256', { extractable: true });
  const flattened = await new jose.FlattenedSign(new TextEncoder().encode('{}')).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
  const encrypted = await new jose.EncryptJWT({ iss: issuer }).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM' })
    .encrypt((await jose.generateKeyPair('ECDH-ES', { crv: 'P-256' })).publicKey);
  const bad = {
    unsecured: new jose.UnsecuredJWT({ iss: issuer, aud: audience, sub: subject }).setExpirationTime('10m').encode(),
    'secret made of the public key': await sign('HS256', kid, new TextEncoder().encode(JSON.stringify(jwk))),
    'key in the header': await sign('ES256', 'none', stranger.privateKey, { jwk: await jose.exportJWK(stranger.publicKey) }),
    "stranger's key under our name": await sign('ES256', kid, stranger.privateKey),
    'key that is not in the set': await sign('ES384', other.kid, other.privateKey),
    'another type': await sign('ES256', kid, privateKey, { typ: 'logout+jwt' }),
    'another issuer': await sign('ES256', kid, privateKey, {}, { iss: 'https://evil.example' }),
    'two audiences': await sign('ES256', kid, privateKey, {}, { aud: [audience, 'https://evil.example'] }),
    'flattened serialization': JSON.stringify(flattened),
    encrypted,
    'unencoded payload': await new jose.CompactSign(new TextEncoder().encode('abc')).setProtectedHeader({ alg: 'ES256', kid, b64: true, crit: ['b64'] }).sign(privateKey),
    'trailing dot': `${good}.`,
    padding: `${good}=`,
    'signature of another': [head, `${body}A`, signature].join('.'),
    'no signature': `${head}.${body}.`,
  };
  const { results } = ask('verify', { jwks: { keys: [jwk] }, tokens: [good, ...Object.values(bad)] });
  assert.equal(results[0], '');
  Object.keys(bad).forEach((name, i) => assert.notEqual(results[i + 1], '', name));
});

await runTests();
