// SPDX-License-Identifier: Apache-2.0
// What a hostile or broken provider does, the same for all of them: changes for ProviderMock.prepare(). Each must end on a page of
// ours that offers another way, with nobody signed in.
const soon = () => Math.floor(Date.now() / 1000) + 300;

/** Lies within the ID token, or about who signed it; for OpenID providers. undefined takes a claim out. */
export const lies = {
  'another issuer': { id_token: { iss: 'https://evil.example' } },
  'no issuer': { id_token: { iss: undefined } },
  'another audience': { id_token: { aud: 'somebody-else' } },
  'two audiences and no azp': { id_token: { aud: ['$client_id', 'somebody-else'], azp: undefined } },
  'another azp': { id_token: { azp: 'somebody-else' } },
  'another nonce': { id_token: { nonce: 'of-another-sign-in' } },
  'no nonce': { id_token: { nonce: undefined } },
  'a token of yesterday': { id_token: { iat: soon() - 90000, exp: soon() - 86400 } },
  'no exp': { id_token: { exp: undefined } },
  'no iat': { id_token: { iat: undefined } },
  'a token of tomorrow': { id_token: { iat: soon() + 86400, exp: soon() + 90000 } },
  'nobody': { id_token: { sub: undefined } },
  'alg none': { header: { alg: 'none', kid: undefined } },
  'HMAC with the client secret': { header: { alg: 'HS256', kid: undefined } },
  'an unknown key': { foreign: true },
  'a signature that is none': { broken: true },
};

/** For everybody: @at is "token" or "profile", the first document. */
export const ills = {
  'ten megabytes': { how: 'huge' },
  'a redirect to elsewhere': { how: 'redirect' },
  'no JSON': { how: 'garbage' },
  'an empty answer': { how: 'empty' },
  'status 500': { how: 'error' },
};
