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

// Encryption: the kinds of key we know, with each `enc`.
const kinds = [['RSA-OAEP-256', { modulusLength: 2048 }], ['RSA-OAEP-256', { modulusLength: 3072 }], ...['P-256', 'P-384', 'P-521'].map((crv) => ['ECDH-ES', { crv }])];
const encs = ['A128GCM', 'A256GCM'];

async function recipients() {
  return Promise.all(kinds.map(async ([alg, options], i) => {
    const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true, ...options });
    const names = { kid: `recipient-${i}`, alg, use: 'enc' };
    return { alg, publicKey, privateKey, jwk: { ...await jose.exportJWK(publicKey), ...names }, secret: { ...await jose.exportJWK(privateKey), ...names } };
  }));
}

const encrypt = (key, header, text = subject) => new jose.CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(header).encrypt(key);

test('jose decrypts what we encrypt, for every kind of key', async () => {
  const keys = await recipients();
  const { tokens } = ask('encrypt', { jwks: { keys: keys.map(({ jwk }) => jwk) } });
  assert.equal(tokens.length, keys.length * encs.length);
  for (const [i, token] of tokens.entries()) {
    const { alg, privateKey, jwk: { kid } } = keys[Math.floor(i / 2)];
    const { plaintext, protectedHeader: { epk, ...header } } = await jose.compactDecrypt(token, privateKey);
    assert.equal(new TextDecoder().decode(plaintext), subject);
    assert.deepEqual(header, { alg, enc: encs[i % 2], cty: 'text', kid });
    assert.equal(epk !== undefined, alg === 'ECDH-ES');
  }
});

test('we decrypt what jose encrypts, for every kind of key, with and without names of parties', async () => {
  const keys = await recipients();
  const tokens = [];
  for (const { alg, publicKey, jwk: { kid } } of keys)
    for (const enc of encs) tokens.push(await encrypt(publicKey, { alg, enc, kid }));
  const { alg, publicKey, jwk: { kid } } = keys.at(-1);
  tokens.push(await new jose.CompactEncrypt(new TextEncoder().encode(subject)).setProtectedHeader({ alg, enc: 'A128GCM', kid })
    .setKeyManagementParameters({ apu: new TextEncoder().encode('Alice'), apv: new TextEncoder().encode('Bob') }).encrypt(publicKey));
  const { results } = ask('decrypt', { keys: keys.map(({ secret }) => secret), tokens });
  assert.deepEqual(results, tokens.map(() => subject));
});

test('we refuse to decrypt what jose can make and nobody should take', async () => {
  const [rsa, , ec] = await recipients();
  const stranger = await jose.generateKeyPair('ECDH-ES', { crv: 'P-256' });
  const kid = ec.jwk.kid, x25519 = (await jose.generateKeyPair('ECDH-ES', { crv: 'X25519' })).publicKey;
  const flattened = await new jose.FlattenedEncrypt(new TextEncoder().encode('x')).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM', kid }).encrypt(ec.publicKey);
  const good = await encrypt(ec.publicKey, { alg: 'ECDH-ES', enc: 'A128GCM', kid });
  const publicRsa = await jose.importJWK({ ...rsa.jwk, alg: 'RSA-OAEP' }, 'RSA-OAEP');
  const bad = {
    "stranger's key under our name": await encrypt(stranger.publicKey, { alg: 'ECDH-ES', enc: 'A128GCM', kid }),
    'another curve': await encrypt(x25519, { alg: 'ECDH-ES', enc: 'A128GCM', kid }),
    'RSA-OAEP with SHA-1': await encrypt(publicRsa, { alg: 'RSA-OAEP', enc: 'A128GCM', kid: rsa.jwk.kid }),
    'wrapped after agreement': await encrypt(ec.publicKey, { alg: 'ECDH-ES+A128KW', enc: 'A128GCM', kid }),
    'another cipher': await encrypt(ec.publicKey, { alg: 'ECDH-ES', enc: 'A128CBC-HS256', kid }),
    'a password': await new jose.CompactEncrypt(new TextEncoder().encode('x')).setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM' })
      .setKeyManagementParameters({ p2c: 100000 }).encrypt(new TextEncoder().encode('password')),
    'a shared secret': await encrypt(new Uint8Array(16), { alg: 'dir', enc: 'A128GCM' }),
    'flattened serialization': JSON.stringify(flattened),
    'another name': await encrypt(ec.publicKey, { alg: 'ECDH-ES', enc: 'A128GCM', kid: 'nobody' }),
    padding: `${good}=`,
    signed: ours.tokens[0].token,
  };
  const { results } = ask('decrypt', { keys: [rsa.secret, ec.secret], tokens: [good, ...Object.values(bad)] });
  assert.equal(results[0], subject);
  Object.keys(bad).forEach((name, i) => assert.match(results[i + 1], /^refused: /, name));
});

await runTests();
