// SPDX-License-Identifier: Apache-2.0
// A tenant at its own domain as an operator runs it: nginx by the example of data/proxy has the certificate, and real Chromium comes by both names.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plugIn } from './passkey-steps.mjs';
import { signIn, startBrowser } from '../lib/browser.mjs';
import { freePort, preparePostern } from '../lib/server.mjs';
import { test } from '../lib/tap.mjs';

const ours = 'id.example.com', theirs = 'login.acme.example', example = new URL('../../data/proxy/nginx.conf', import.meta.url);
const person = { email: 'ada@acme.example', password: 'correct horse battery staple 9' };

/** nginx, with one certificate for both names. */
class Proxy {
  static async start(target) {
    const self = new Proxy(), folder = self.folder = mkdtempSync(join(tmpdir(), 'postern-own-domain-')), [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name));
    self.port = await freePort();
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', `/CN=${ours}`,
      '-addext', `subjectAltName=DNS:${ours},DNS:${theirs}`, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const { publicKey } = new X509Certificate(readFileSync(certificate));
    self.fingerprint = createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64');
    const server = [['127.0.0.1:8080', `127.0.0.1:${target}`], ['listen 443', `listen 127.0.0.1:${self.port}`], ['/etc/ssl/certs/id.example.com.pem', certificate],
      ['/etc/ssl/private/id.example.com.key', key], [`server_name ${ours}`, `server_name ${ours} ${theirs}`]].reduce((text, [old, now]) => {
      assert.ok(text.includes(old), `data/proxy/nginx.conf has no “${old}” any more`);
      return text.replace(old, now);
    }, readFileSync(example, 'utf8'));
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
    writeFileSync(join(folder, 'nginx.conf'), `daemon off; pid ${folder}/nginx.pid; worker_processes 1; events {} http { access_log off; ${places}\n${server}\n}`);
    self.process = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'nginx.log')], { stdio: 'ignore' });
    return self;
  }

  /** A browser to which both names are this proxy, and its certificate a good one: without that there are no passkeys. */
  startBrowser() {
    return startBrowser([`--host-resolver-rules=MAP ${ours} 127.0.0.1, MAP ${theirs} 127.0.0.1`, `--ignore-certificate-errors-spki-list=${this.fingerprint}`]);
  }

  stop() {
    this.process.kill('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** @returns what stands there now: the signed-in person's address, or nothing */
async function look(page, url) {
  await page.goto(`${url}/account`);
  await page.waitForSelector('#methods, #identifier');
  return await page.$('#methods') ? page.innerText('.lead') : undefined;
}

export function register() {
  test('a tenant at its own domain, behind a proxy with TLS: its cookies, its passkeys, and its issuer are of that name alone', async () => {
    const port = await freePort(), proxy = await Proxy.start(port), at = (host) => `https://${host}:${proxy.port}`;
    const postern = await preparePostern({ port, config: { server: { 'public-url': at(ours), 'trusted-proxies': '127.0.0.1' } } });
    const browser = await proxy.startBrowser();
    try {
      await postern.start();
      await postern.cli('tenant', 'create', 'acme', '--domain', theirs);
      await postern.cli('user', 'create', '--email', person.email, '--email-verified', '--password', person.password, '--tenant', 'acme');
      const context = await browser.newContext({ locale: 'en-US' }), page = await context.newPage(), authenticator = await plugIn(page);
      page.setDefaultTimeout(15_000);

      for (let tries = 0; ; tries += 1) { // until nginx listens
        const answer = await page.goto(`${at(theirs)}/.well-known/openid-configuration`).catch((error) => { if (tries > 100) throw error; });
        if (answer) { assert.equal((await answer.json()).issuer, at(theirs)); break; }
        await page.waitForTimeout(50);
      }
      assert.equal(await look(page, at(theirs)), undefined);
      await signIn(page, person.email, person.password);
      await page.waitForSelector('#methods');
      const cookies = await context.cookies();
      assert.deepEqual(cookies.filter(({ name, domain, secure, path }) => !name.startsWith('__Host-t.acme.') || domain !== theirs || !secure || path !== '/'), []);
      assert.equal(await look(page, at(ours)), undefined, 'nobody is signed in at the default tenant');
      assert.match(await look(page, `${at(ours)}/t/acme`), new RegExp(person.email), 'the other way to the tenant leads to its domain');
      assert.equal(new URL(page.url()).origin, at(theirs));

      await page.click('#go-passkey');
      await page.click('#passkey');
      await page.waitForSelector('#codes');
      await page.click('#submit');
      await page.waitForSelector('#notice');
      assert.deepEqual((await authenticator.credentials()).map(({ rpId }) => rpId), [theirs]);
      const touch = (enabled) => authenticator.devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: authenticator.authenticatorId, enabled });
      await touch(false);
      await context.clearCookies();
      assert.equal(await look(page, at(theirs)), undefined);
      await touch(true);
      await page.click('#passkey');
      await page.waitForSelector('#methods');
      await postern.cli('tenant', 'suspend', 'acme');
      await page.goto(`${at(theirs)}/account`);
      assert.match(await page.innerText('main'), /switched off/);
      assert.ok(await page.evaluate(() => [...document.styleSheets].every((sheet) => sheet.cssRules.length > 0)), 'its style sheets are served');
      await context.close();
    } finally {
      await browser.close();
      proxy.stop();
      await postern.stop();
    }
  });
}
