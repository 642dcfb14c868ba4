// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createServer, get } from 'node:http';
import { once } from 'node:events';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, freePort, startPostern } from '../lib/server.mjs';
import { runTests, test } from '../lib/tap.mjs';
import { until } from '../lib/wait.mjs';
import { testProviders } from './providers.mjs';
import { caFile, MailServer, parseMail } from './mail-server.mjs';

const smtp = (server, more = '', user = 'user=postern\npassword=mail secret\n') => `Type=smtp\nhost=localhost\nport=${server.port}\nca-bundle=${caFile}\n${user}${more}`;

/** A command that says by its exit code what it found. */
function run(postern, ...args) {
  return new Promise((done) => {
    execFile(`${build}/src/cli/postern`, [...args, '-o', 'json', '--config', postern.configFile], { env: postern.env },
      (error, stdout, stderr) => done({ code: error?.code ?? 0, entry: stdout.trim() ? JSON.parse(stdout) : undefined, stderr }));
  });
}
const tryOut = (postern, recipient) => run(postern, 'message', 'test', recipient);

/** A server that has only these messengers. */
async function withMessengers(instances, work, config = {}, more = {}) {
  const postern = await startPostern({ ...more, config: { tenant: { name: 'Bücher & Söhne' }, messages: { 'from-address': 'post@id.example' }, outbound: { allow: '127.0.0.1 localhost' }, ...config, server: { 'drain-timeout': 1, ...config.server } }, instances });
  try {
    await work(postern);
    assert.doesNotMatch(postern.log(), /mail secret|access-token|(ada|bob|unknown|spam|grey)@/, 'no secret stands in the log');
  } finally {
    await postern.stop();
  }
}

const plain = await MailServer.start(), implicit = await MailServer.start({ secure: true, methods: ['LOGIN'] });

test('a worker that dies between the server taking a mail and its word loses none, and sends that one twice', async () => {
  const server = await MailServer.start();
  const taken = new Promise((done) => { server.took = done; });
  await withMessengers({ mail: smtp(server) }, async (postern) => {
    const [worker] = postern.workers, waiting = tryOut(postern, 'slow@example.com');
    await taken;
    process.kill(worker, 'SIGKILL');
    await waiting; // its connection went with the worker
    await until('it is not sent again', () => server.mails.length === 2);
    const ids = server.mails.map(({ bytes }) => parseMail(bytes).headers['message-id']);
    assert.equal(ids[0], ids[1], 'a mailbox can tell that they are one');
    await until('nobody learns that it was sent', async () => (await postern.cli('message', 'list')).items[0].state === 'sent');
  }, { log: { level: 'info' } });
  await server.stop();
}, { seconds: 120, apart: true });

test('over STARTTLS, logged in: the mail is what the mailbox should show', () => withMessengers({ mail: smtp(plain) }, async (postern) => {
  const { code, entry } = await tryOut(postern, 'ada@bücher.example');
  assert.equal(code, 0);
  assert.equal(entry.state, 'sent');
  assert.equal(entry.messenger, 'mail');
  assert.match(entry.result, /^250 2\.0\.0 Queued as 4711/);
  assert.equal(entry.recipient, 'a***@bücher.example');
  const got = plain.mails.at(-1), mail = parseMail(got.bytes);
  assert.deepEqual([got.from, got.to, got.secure], ['post@id.example', ['ada@bücher.example'], true]);
  assert.deepEqual(mail.defects, []);
  assert.equal(mail.headers.subject, 'A test from Bücher & Söhne');
  assert.equal(mail.headers.from, 'Bücher & Söhne <post@id.example>');
  assert.equal(mail.headers['auto-submitted'], 'auto-generated');
  assert.match(mail.headers['message-id'], /^<msg_[0-9a-z]{26}@id\.example>$/);
  assert.ok(Math.abs(Date.parse(mail.headers.date) - Date.now()) < 60_000);
  assert.equal(mail.type, 'multipart/alternative');
  assert.deepEqual(mail.parts, ['text/plain', 'text/html']);
  assert.match(mail.text, /how Bücher & Söhne sends messages/);
  assert.match(mail.html, /how Bücher &amp; Söhne sends messages/);
  for (const line of got.bytes.toString('latin1').split('\r\n')) assert.ok(line.length <= 78 && /^[\t\x20-\x7e]*$/.test(line), line);
}));

test('over implicit TLS, with LOGIN', () => withMessengers({ mail: smtp(implicit, 'tls=implicit\nauthentication=login\n') }, async (postern) => {
  assert.equal((await tryOut(postern, 'ada@example.com')).entry.state, 'sent');
  assert.deepEqual(implicit.logins.at(-1), { method: 'LOGIN', secure: true });
}));

test('with an access token, fetched once', async () => {
  const asked = [];
  const tokens = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => {
      asked.push(Object.fromEntries(new URLSearchParams(body)));
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ access_token: 'access-token', token_type: 'Bearer', expires_in: 3600 }));
    });
  }).listen(0, '127.0.0.1');
  await once(tokens, 'listening');
  const oauth = `authentication=xoauth2\nuser=postern\noauth-token-url=http://127.0.0.1:${tokens.address().port}/token\noauth-client-id=client\noauth-client-secret=s\noauth-refresh-token=r\n`;
  await withMessengers({ mail: smtp(plain, oauth, '') }, async (postern) => {
    for (const name of ['ada', 'bob']) assert.equal((await tryOut(postern, `${name}@example.com`)).entry.state, 'sent');
    assert.equal(plain.logins.at(-1).method, 'XOAUTH2');
    assert.deepEqual(asked, [{ grant_type: 'refresh_token', refresh_token: 'r', client_id: 'client', client_secret: 's' }]);
  });
  tokens.close();
});

test('a refusal for good is not tried again, and says what the server said', () => withMessengers({ mail: smtp(plain) }, async (postern) => {
  for (const [recipient, said] of [['unknown@example.com', /550.*is not known here/], ['spam@example.com', /554.*spam/]]) {
    const { code, entry } = await tryOut(postern, recipient);
    assert.equal(code, 1);
    assert.equal(entry.state, 'failed');
    assert.equal(entry.attempts, 1);
    assert.match(entry.result, said);
    assert.doesNotMatch(entry.result, new RegExp(recipient), 'the log has no address');
  }
}));

test('who is told to come again comes again', () => withMessengers({ mail: smtp(plain) }, async (postern) => {
  const { entry, stderr } = await tryOut(postern, 'grey@example.com');
  assert.equal(entry.state, 'sent');
  assert.equal(entry.attempts, 2);
  assert.match(stderr, /451/);
}));

test('a wrong password is told as such, and the next messenger is asked', () => withMessengers({
  first: smtp(plain, 'Order=1\n', 'user=postern\npassword=wrong\n'), second: smtp(plain, 'Order=2\n'),
}, async (postern) => {
  const { entry } = await tryOut(postern, 'ada@example.com');
  assert.equal(entry.state, 'sent');
  assert.equal(entry.messenger, 'second');
  assert.match(postern.log(), /was not taken by “first”: [^\n]*535/);
  const again = await tryOut(postern, 'bob@example.com');
  assert.equal(again.entry.attempts, 1, 'one in trouble is passed over');
}));

test('a server that turns us away at its door refuses no message for good', async () => {
  const closed = await MailServer.start({ greets: false });
  await withMessengers({ first: smtp(closed, 'Order=1\n'), second: smtp(plain, 'Order=2\n') }, async (postern) => {
    const { entry } = await tryOut(postern, 'ada@example.com');
    assert.deepEqual([entry.state, entry.messenger], ['sent', 'second']);
    assert.match(postern.log(), /was not taken by “first”: [^\n]*554/);
  });
  await closed.stop();
});

test('several workers send each message once', () => withMessengers({ mail: smtp(plain) }, async (postern) => {
  const before = plain.mails.length;
  const results = await Promise.all(Array.from({ length: 20 }, (_, i) => tryOut(postern, `person${i}@example.com`)));
  for (const { entry } of results) assert.deepEqual([entry.state, entry.attempts], ['sent', 1]);
  assert.deepEqual(plain.mails.slice(before).map(({ to }) => to[0]).sort(), Array.from({ length: 20 }, (_, i) => `person${i}@example.com`).sort());
}, { server: { workers: 3 } }));

const refusesTls = {
  'no STARTTLS': [{ disabled: ['STARTTLS'] }, ''],
  'the certificate of another': [{ name: 'elsewhere.example' }, ''],
  'a certificate of an unknown authority': [{}, 'ca-bundle=/etc/ssl/certs/ca-certificates.crt\n'],
};
for (const [what, [options, more]] of Object.entries(refusesTls)) {
  test(`nothing is sent to a server with ${what}`, async () => {
    const server = await MailServer.start({ ...options, login: false });
    await withMessengers({ mail: smtp(server).replace(more ? /ca-bundle=.*\n/ : /$^/, more) }, async (postern) => {
      const { id } = await putTest(postern);
      const entry = await triedOnce(postern, id);
      assert.equal(entry.state, 'waiting');
      assert.deepEqual([server.mails, server.logins], [[], []]);
    });
    await server.stop();
  }, { apart: true });
}

/** Puts a test into the outbox and does not wait for it. */
async function putTest(postern) {
  const running = execFile(`${build}/src/cli/postern`, ['message', 'test', 'ada@example.com', '--config', postern.configFile], { env: postern.env });
  const entry = await until('it is not in the outbox', async () => (await postern.cli('message', 'list')).items[0]);
  running.kill();
  return entry;
}

/** What the log says of a message when it was tried for the first time, with why it was not taken. */
const triedOnce = (postern, id) => until('it is not tried', async () => {
  const entry = await postern.cli('message', 'show', id);
  return entry.result && entry;
});

test('a refused sender is a matter of settings', () => withMessengers({ mail: smtp(plain) }, async (postern) => {
  const { id } = await putTest(postern);
  const entry = await triedOnce(postern, id);
  assert.equal(entry.state, 'waiting');
  assert.match(entry.result, /MAIL failed.*553/);
}, { messages: { 'from-address': 'nobody@id.example' } }));

test('without a messenger there is nothing to try, and doctor says so', () => withMessengers({}, async (postern) => {
  assert.match((await tryOut(postern, 'ada@example.com')).stderr, /there is no messenger for email/);
  const { items } = (await run(postern, 'doctor')).entry;
  assert.match(items.find(({ check }) => check === 'messages').text, /there is no messenger/);
}));

const outbox = mkdtempSync(join(tmpdir(), 'postern-outbox-')), fileMessenger = { outbox: `Type=file\nfolder=${outbox}\n` };

test('a developer reads at /dev/outbox what was not sent', () => withMessengers(fileMessenger, async (postern) => {
  assert.equal((await tryOut(postern, 'ada@example.com')).entry.state, 'sent');
  assert.equal((await tryOut(postern, '+4915112345678')).entry.state, 'sent');
  const page = await fetch(`${postern.url}/dev/outbox`), text = await page.text();
  assert.equal(page.headers.get('cache-control'), 'no-store');
  assert.match(text, /To ada@example\.com/);
  assert.match(text, /To \+4915112345678/);
  const [, path] = /href="(\/dev\/outbox\/msg_[0-9a-z]{26})"/.exec(text);
  const mail = await fetch(postern.url + path);
  assert.match(mail.headers.get('content-security-policy'), /default-src 'none'.*sandbox/);
  assert.match(await mail.text(), /how Bücher &amp; Söhne sends messages/);
  assert.doesNotMatch(text, /id="older"/);
  const [message] = readdirSync(outbox).filter((name) => name.endsWith('.json'));
  for (let i = 10; i < 40; i++) copyFileSync(join(outbox, message), join(outbox, `msg_000000000000000000000000${i}.json`));
  assert.match(await (await fetch(`${postern.url}/dev/outbox`)).text(), /id="older"/);
  for (const bad of ['msg_00000000000000000000000000', '..%2Fpostern', 'x']) assert.ok([400, 404].includes((await fetch(`${postern.url}/dev/outbox/${bad}`)).status));
}));

/** What it answers to whoever calls it by that name, which fetch() does not let us choose. */
const askAs = (postern, path, Host) => new Promise((done, refuse) => {
  get(`http://127.0.0.1:${postern.port}${path}`, { headers: { Host } }, (answer) => done(answer.resume().statusCode)).on('error', refuse);
});

test('a page whose name was made to lead to this machine reads no /dev/outbox', () => withMessengers(fileMessenger, async (postern) => {
  const path = `/dev/outbox/${(await tryOut(postern, 'ada@example.com')).entry.id}`;
  for (const host of [`localhost:${postern.port}`, `127.0.0.1:${postern.port}`]) assert.equal(await askAs(postern, path, host), 200);
  for (const host of [`evil.example:${postern.port}`, 'evil.example', 'localhost.evil.example', `192.0.2.1:${postern.port}`]) {
    for (const each of ['/dev/outbox', path]) assert.equal(await askAs(postern, each, host), 404, `${each} by the name of ${host}`);
  }
}));

test('there is no /dev/outbox for others than this machine', async () => {
  const status = async (postern) => (await fetch(`http://localhost:${postern.port}/dev/outbox`)).status;
  await withMessengers({ mail: smtp(plain) }, async (postern) => assert.equal(await status(postern), 404), {});
  await withMessengers(fileMessenger, async (postern) => assert.equal(await status(postern), 404), { server: { 'public-url': 'https://id.example' } });
  await withMessengers(fileMessenger, async (postern) => assert.equal(await status(postern), 404), { server: { 'trusted-proxies': '192.0.2.7' } });
  const port = await freePort();
  await withMessengers(fileMessenger, async () => assert.equal((await fetch(`http://localhost:${port}/dev/outbox`)).status, 404),
    { server: { listen: `127.0.0.1:${port} 0.0.0.0:${await freePort()}`, 'public-url': `http://localhost:${port}` } }, { port });
});

const good = {
  smtp: [], sendmail: ['program=/bin/true'], file: [`folder=${mkdtempSync(join(tmpdir(), 'postern-outbox-'))}`],
  'http-email': ['url=https://provider.example/', 'body={"to":"{to}"}', 'authentication=none'], 'http-sms': ['url=https://provider.example/', 'body={"to":"{to}"}', 'authentication=none'],
};
for (const [name, values] of Object.entries(good)) {
  test(`${name} keeps the contract of a messenger`, () => new Promise((done, refuse) => {
    execFile(`${build}/src/cli/postern`, ['connector', 'test', `${build}/connectors/${name}.so`, ...values], (error, stdout) => (error ? refuse(new Error(stdout)) : done()));
  }), { apart: true });
}

await testProviders(withMessengers, tryOut);
await runTests({ after: () => Promise.all([plain.stop(), implicit.stop()]) });
