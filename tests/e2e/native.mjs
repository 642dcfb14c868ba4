// SPDX-License-Identifier: Apache-2.0
// An application without a browser: the program that the guide tells people to write, run as the guide says, against the server as it is built.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as jose from 'jose';
import { move, plugIn, stepsAt } from './passkey-steps.mjs';
import { build, startPostern } from '../lib/server.mjs';
import { Visitor } from '../lib/visitor.mjs';
import { test } from '../lib/tap.mjs';
import { totp } from '../lib/totp.mjs';

const password = 'correct horse battery staple 9';
const guide = readFileSync(join(import.meta.dirname, '../../data/guides/sign-in-without-a-browser.md'), 'utf8');
/** Runs of lines that are indented by four or empty, without the four; as a person copies them. */
const blocks = guide.split(/\n(?=[^ \n])/).map((part) => part.split('\n').filter((line) => line.startsWith('    ') || !line).map((line) => line.slice(4)).join('\n').trim()).filter(Boolean);
let postern, folder, tool;

/**
 * Types what a person would into the guide's program: each line once it is asked for; a function is given all that was said since.
 * @param open: opens in a browser the address that the program then says
 */
async function converse(...answers) {
  const open = typeof answers.at(-1) === 'object' ? answers.pop().open : undefined;
  let opened, failure;
  const program = spawn('node', ['sign-in.mjs', postern.url, tool.client_id], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '', heard = 0, all = '';
  program.stderr.on('data', (text) => { all += text; });
  program.stdout.on('data', (text) => {
    said += text;
    all += text;
    const address = /^Open (http\S+)\n/m.exec(said);
    if (open && address) opened ??= open(address[1]).catch((error) => { failure = error; program.kill(); });
    if (!said.endsWith(': ') || !answers.length) return;
    const next = answers.shift();
    program.stdin.write(`${typeof next === 'function' ? next(said) : next}\n`);
    said = '';
    heard += 1;
  });
  await once(program, 'close');
  if (failure) throw failure;
  const last = all.trimEnd().split('\n').at(-1);
  assert.ok(last.startsWith('{"access_token"'), `after ${heard} answers: ${all}`);
  return { said: all, tokens: JSON.parse(last) };
}

async function get() {
  if (postern) return;
  folder = mkdtempSync(join(tmpdir(), 'postern-native-'));
  postern = await startPostern();
  const shell = spawn('bash', ['-e'], { cwd: folder, env: { ...postern.env, PATH: `${build}/src/cli:${process.env.PATH}`, POSTERN_CONFIG: postern.configFile } });
  let printed = '';
  shell.stdout.on('data', (text) => { printed += text; });
  shell.stderr.on('data', (text) => { printed += text; });
  // The command line finds the server of this machine by itself; this one lies in a folder of the test's.
  shell.stdin.end(`postern () { command postern "$@" -o json --config "$POSTERN_CONFIG"; }\n${blocks[0]}\n${blocks[1].replace(/^node .*/m, '')}\n`);
  const [code] = await once(shell, 'close');
  assert.equal(code, 0, printed);
  tool = JSON.parse(printed);
  assert.equal(blocks[1].match(/^node .*/m)?.[0], 'node sign-in.mjs http://localhost:8080 "$client_id"');
}

const person = (email) => postern.cli('user', 'create', '--email', email, '--email-verified', '--name', 'Somebody', '--password', password);
const refresh = async (tokens) => (await (await fetch(`${postern.url}/oidc/token`, { method: 'POST', body: new URLSearchParams({ client_id: tool.client_id, grant_type: 'refresh_token', refresh_token: tokens.refresh_token }) })).json());

export async function stop() {
  await postern?.stop();
  if (folder) rmSync(folder, { recursive: true });
}

/** @param browser: makes a browser of somebody's own */
export function register(browser) {
  const { addPasskey } = stepsAt(browser, async () => { await get(); return postern; });

  test('without a browser: a passkey is shown in one, where the same request goes on, and the code comes back to the program', async () => {
    await get();
    const { id } = await person('eve@example.com');
    const first = await browser(), other = await browser();
    const touch = { hasUserVerification: false, isUserVerified: false }; // a second factor and no more
    const here = await plugIn(first.page, touch), there = await plugIn(other.page, { ...touch, automaticPresenceSimulation: false });
    await addPasskey(first.page, 'eve@example.com');
    await move(here, there);
    let address;
    const { tokens } = await converse('eve@example.com', password, ':other-factor', ':second:passkey', {
      async open(url) {
        address = url;
        await other.page.goto(url);
        await other.page.waitForSelector('#identifier');
        assert.equal(await other.page.inputValue('#identifier'), 'eve@example.com'); // nothing is typed twice
        await other.page.click('#submit');
        await other.page.waitForSelector('input[autocomplete=current-password]:visible');
        await other.page.fill('#password', password);
        await other.page.click('#submit');
        await other.page.waitForSelector('form[data-passkey=get] #remember');
        await there.devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: there.authenticatorId, enabled: true });
        await other.page.click('#passkey');
        await other.page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\/callback\?code=/);
      },
    });
    assert.equal(jose.decodeJwt(tokens.id_token).sub, id);
    assert.equal(jose.decodeJwt(tokens.id_token).acr, '2');
    assert.match(address, /^[^?]*\?client_id=app_\w+&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A[\w-]{53}$/);
    assert.equal((await fetch(address, { redirect: 'manual' })).status, 400); // once
    await first.close();
    await other.close();
  });

  test("without a browser: the guide's program signs a person in, after a wrong password", async () => {
    await get();
    const { id } = await person('ada@example.com');
    const { said, tokens } = await converse('ada@example.com', '', 'a guess', password);
    assert.match(said, /Enter your password/);
    assert.match(said, /The name or the password is wrong/);
    const { payload } = await jose.jwtVerify(tokens.id_token, jose.createRemoteJWKSet(new URL(`${postern.url}/oidc/jwks`)), { issuer: postern.url, audience: tool.client_id });
    assert.equal(payload.sub, id);
    assert.deepEqual(payload.amr, ['pwd']);
    const next = await refresh(tokens);
    assert.equal(next.token_type, 'Bearer');
    await postern.cli('config', 'set-policy', 'second_factor=required');
    assert.equal((await refresh(next)).error, 'insufficient_authorization'); // it is to ask for more, and has its token until then
    await postern.cli('config', 'set-policy', 'second_factor=optional');
    assert.equal((await refresh(next)).token_type, 'Bearer');
  });

  test('without a browser: a required second factor is set up, and asked for the next time', async () => {
    await get();
    await person('bea@example.com');
    await postern.cli('config', 'set-policy', 'second_factor=required');
    try {
      let secret;
      const first = await converse('bea@example.com', password, ':second:totp', (said) => {
        secret = /^[A-Z2-7 ]{20,}$/m.exec(said)[0];
        return totp(secret, -1);
      }, ':continue');
      assert.match(first.said, /Your recovery codes/);
      assert.equal(jose.decodeJwt(first.tokens.id_token).acr, '2');
      const second = await converse('bea@example.com', password, '000000', () => totp(secret));
      assert.deepEqual(jose.decodeJwt(second.tokens.id_token).amr, ['pwd', 'otp', 'mfa']);
    } finally {
      await postern.cli('config', 'set-policy', 'second_factor=optional');
    }
  });

  test('without a browser: what came with the code spares the password, unless it is asked for again', async () => {
    await get();
    await person('dora@example.com');
    const ask = async (form) => (await fetch(`${postern.url}/oidc/authorize-challenge`, { method: 'POST', body: new URLSearchParams({ client_id: tool.client_id, ...form }) })).json();
    const verifier = 'v'.repeat(43), challenge = createHash('sha256').update(verifier).digest('base64url');
    const request = { response_type: 'code', scope: 'openid', code_challenge: challenge, code_challenge_method: 'S256' };
    const claims = async ({ authorization_code: code }) => {
      const form = { client_id: tool.client_id, grant_type: 'authorization_code', code, code_verifier: verifier };
      return jose.decodeJwt((await (await fetch(`${postern.url}/oidc/token`, { method: 'POST', body: new URLSearchParams(form) })).json()).id_token);
    };
    const begun = await ask(request);
    const first = await ask({ auth_session: begun.auth_session, identifier: 'dora@example.com', password });
    const again = await ask({ ...request, prompt: 'none', auth_session: first.auth_session });
    assert.equal((await claims(again)).sid, (await claims(first)).sid);
    const login = await ask({ ...request, max_age: '0', auth_session: again.auth_session });
    assert.equal(login.page.name, 'password'); // whose is known
    assert.equal(login.page.identifier, 'dora@example.com');
    const done = await ask({ auth_session: login.auth_session, password });
    assert.equal((await claims(done)).sid, (await claims(await ask({ ...request, prompt: 'none', auth_session: done.auth_session }))).sid);
    assert.equal((await ask({ ...request, prompt: 'none', auth_session: first.auth_session })).error, 'login_required'); // its secret has changed
  });

  test('without a browser: its session is on the account page, and what it has ends with it', async () => {
    await get();
    await person('cleo@example.com');
    const { tokens } = await converse('cleo@example.com', password), { sid } = jose.decodeJwt(tokens.id_token);
    const visitor = new Visitor();
    await visitor.walk(`${postern.url}/account`, `${postern.url}/account?`, { identifier: 'cleo@example.com', password }).catch(() => {}); // it stays there
    const { text } = await visitor.send(`${postern.url}/account`);
    assert.ok(text.includes(`end-session:${sid}`));
    const form = visitor.form(text, visitor.last, {}, [`end-session-${sid}`]);
    const press = (action) => visitor.send(form.action, { method: 'POST', form: { ...form.fields, action } });
    const works = async () => (await fetch(`${postern.url}/oidc/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).ok;
    await press(`end-session:${sid}`);
    assert.ok((await postern.cli('session', 'show', sid)).ended_at);
    assert.ok(await works()); // offline_access outlives its session
    await press(`revoke:${tool.client_id}`);
    assert.ok(!(await works()));
    assert.equal((await refresh(tokens)).error, 'invalid_grant');
  });
}
