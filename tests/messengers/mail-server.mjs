// SPDX-License-Identifier: Apache-2.0
// A mail server with a certificate of its own authority, which does as the recipient's name says.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';

const folder = mkdtempSync(join(tmpdir(), 'postern-mail-'));
const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Mail authority');
for (const name of ['localhost', 'elsewhere.example']) {
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`);
  openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', `${name}.pem`, '-days', '2', '-copy_extensions', 'copy');
}
export const caFile = join(folder, 'ca.pem');

const parser = `
import sys, json
from email import message_from_bytes
from email.policy import default
mail = message_from_bytes(sys.stdin.buffer.read(), policy=default)
print(json.dumps({
  'headers': {name.lower(): str(value) for name, value in mail.items()},
  'type': mail.get_content_type(),
  'parts': [part.get_content_type() for part in mail.iter_parts()],
  'text': mail.get_body(('plain',)).get_content(),
  'html': mail.get_body(('html',)).get_content(),
  'defects': [str(d) for part in mail.walk() for d in part.defects],
}))`;

export function parseMail(bytes) {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', parser], { input: bytes });
  if (status !== 0) throw new Error(String(stderr));
  return JSON.parse(stdout);
}

const refuse = (code, text) => Object.assign(new Error(text), { responseCode: code });

/** What it got is in `mails`; `greyed` counts who was sent away once. */
export class MailServer {
  mails = [];
  logins = [];
  greyed = 0;

  static async start({ name = 'localhost', secure = false, login = true, methods = ['PLAIN', 'LOGIN', 'XOAUTH2'], disabled = [], greets = true } = {}) {
    const self = new MailServer();
    self.server = new SMTPServer({
      secure, key: readFileSync(join(folder, `${name}.key`)), cert: readFileSync(join(folder, `${name}.pem`)),
      authOptional: !login, authMethods: methods, disabledCommands: disabled, allowInsecureAuth: false, logger: false,
      onConnect: (session, done) => done(greets ? null : refuse(554, '5.7.1 Your address is on a list')),
      onAuth: ({ method, username, password, accessToken }, session, done) => {
        self.logins.push({ method, secure: session.secure });
        if ((accessToken ?? password) !== (accessToken ? 'access-token' : 'mail secret')) return done(refuse(535, '5.7.8 Wrong user or password'));
        return done(null, { user: username });
      },
      onMailFrom: ({ address }, session, done) => done(address.startsWith('nobody@') ? refuse(553, '5.7.1 This is not your address') : null),
      onRcptTo: ({ address }, session, done) => {
        if (address.startsWith('unknown@')) return done(refuse(550, `5.1.1 <${address}> is not known here`));
        if (address.startsWith('grey@') && self.greyed++ === 0) return done(refuse(451, '4.7.1 Come again'));
        return done();
      },
      onData: (stream, session, done) => {
        const chunks = [];
        stream.on('data', (chunk) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          if (rcptTo[0].address.startsWith('spam@')) return done(refuse(554, '5.7.1 This looks like spam'));
          self.mails.push({ from: mailFrom.address, to: rcptTo.map((r) => r.address), secure: session.secure, bytes: Buffer.concat(chunks) });
          self.took?.(); // before the other side hears of it
          return setTimeout(done, rcptTo[0].address.startsWith('slow@') ? 1000 : 0, null, '2.0.0 Queued as 4711');
        });
      },
    });
    self.server.on('error', () => { /* who hangs up in the middle of TLS is part of these tests */ });
    self.server.listen(0, '127.0.0.1');
    await once(self.server.server, 'listening');
    self.port = self.server.server.address().port;
    return self;
  }

  async stop() { await new Promise((done) => this.server.close(done)); }
}
