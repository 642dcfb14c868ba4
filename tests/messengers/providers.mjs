// SPDX-License-Identifier: Apache-2.0
// Each provider's key file against a stand-in that takes nothing but what the provider's documentation describes.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { build } from '../lib/server.mjs';
import { test } from '../lib/tap.mjs';

const subject = 'A test from Bücher & Söhne', words = /how Bücher (&|&amp;) Söhne sends messages/, mailbox = '=?UTF-8?B?QsO8Y2hlciAmIFPDtmhuZQ==?= <post@id.example>';
const json = (request) => {
  assert.equal(request.headers['content-type'], 'application/json');
  return JSON.parse(request.body);
};
const form = (request) => {
  assert.equal(request.headers['content-type'], 'application/x-www-form-urlencoded');
  return Object.fromEntries(new URLSearchParams(request.body));
};
const basic = (request, pair) => assert.equal(request.headers.authorization, `Basic ${Buffer.from(pair).toString('base64')}`);

/** Signature Version 4, computed anew from what came. */
function checkSignature(request, { region, service }) {
  const sha = (text) => createHash('sha256').update(text).digest('hex'), hmac = (key, text) => createHmac('sha256', key).update(text).digest();
  const date = request.headers['x-amz-date'], day = date.slice(0, 8), scope = `${day}/${region}/${service}/aws4_request`;
  const [, signed, signature] = new RegExp(`^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$`).exec(request.headers.authorization);
  for (const name of ['content-type', 'host', 'x-amz-date']) assert.ok(signed.split(';').includes(name), `${name} is signed`);
  const canonical = ['POST', request.url, '', ...signed.split(';').map((name) => `${name}:${request.headers[name].trim()}`), '', signed, sha(request.body)].join('\n');
  const key = ['aws4_request', service, region, day].reduceRight((k, part) => hmac(k, part), 'AWS4aws secret');
  assert.equal(createHmac('sha256', key).update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha(canonical)}`).digest('hex'), signature);
  const at = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  assert.ok(Math.abs(at - Date.now()) < 300_000);
}

// name -> settings, path (behind the provider's host), what is checked, what is answered; and a refusal for good as the provider words it
const providers = {
  sendgrid: {
    settings: { secret: 'SG.key' }, path: '/api.sendgrid.com/v3/mail/send',
    check: (request) => {
      assert.equal(request.headers.authorization, 'Bearer SG.key');
      const mail = json(request);
      assert.deepEqual(mail.personalizations, [{ to: [{ email: 'ada@example.com' }] }]);
      assert.deepEqual(mail.from, { email: 'post@id.example', name: 'Bücher & Söhne' });
      assert.equal(mail.subject, subject);
      assert.deepEqual(mail.content.map(({ type }) => type), ['text/plain', 'text/html'], 'text/plain comes first');
      for (const { value } of mail.content) assert.match(value, words);
      assert.equal(mail.tracking_settings.click_tracking.enable, false);
    },
    answer: [202, '', { 'X-Message-Id': 'sg-1' }], receipt: 'sg-1',
    refusal: [400, '{"errors":[{"message":"The to email does not exist.","field":"personalizations.0.to","help":null}]}'], reason: /does not exist/,
  },
  mailgun: {
    settings: { secret: 'mg-key', account: 'mg.id.example' }, path: '/api.mailgun.net/v3/mg.id.example/messages',
    check: (request) => {
      basic(request, 'api:mg-key');
      const { from, to, subject: s, text, html, 'o:tracking': tracking } = form(request);
      assert.deepEqual([from, to, s, tracking], [mailbox, 'ada@example.com', subject, 'no']);
      for (const body of [text, html]) assert.match(body, words);
    },
    answer: [200, '{"id":"<2026.1@mg.id.example>","message":"Queued. Thank you."}'], receipt: '<2026.1@mg.id.example>',
    refusal: [400, '{"message":"to parameter is not a valid address. please check documentation"}'], reason: /not a valid address/,
  },
  postmark: {
    settings: { secret: 'pm-token' }, path: '/api.postmarkapp.com/email',
    check: (request) => {
      assert.equal(request.headers['x-postmark-server-token'], 'pm-token');
      const mail = json(request);
      assert.deepEqual([mail.From, mail.To, mail.Subject, mail.MessageStream, mail.TrackLinks, mail.TrackOpens], [mailbox, 'ada@example.com', subject, 'outbound', 'None', false]);
      for (const body of [mail.TextBody, mail.HtmlBody]) assert.match(body, words);
    },
    answer: [200, '{"To":"ada@example.com","SubmittedAt":"2026-01-01T00:00:00Z","MessageID":"pm-1","ErrorCode":0,"Message":"OK"}'], receipt: 'pm-1',
    refusal: [422, '{"ErrorCode":406,"Message":"You tried to send to a recipient that has been marked as inactive."}'], reason: /marked as inactive/,
  },
  resend: {
    settings: { secret: 're_key' }, path: '/api.resend.com/emails',
    check: (request) => {
      assert.equal(request.headers.authorization, 'Bearer re_key');
      assert.match(request.headers['idempotency-key'], /^msg_[0-9a-z]{26}$/);
      const mail = json(request);
      assert.deepEqual([mail.from, mail.to, mail.subject], [mailbox, ['ada@example.com'], subject]);
      for (const body of [mail.text, mail.html]) assert.match(body, words);
    },
    answer: [200, '{"id":"re-1"}'], receipt: 're-1',
    refusal: [422, '{"statusCode":422,"message":"Invalid `to` field.","name":"validation_error"}'], reason: /Invalid `to`/,
  },
  'aws-ses': {
    settings: { user: 'AKIDEXAMPLE', secret: 'aws secret', region: 'eu-central-1' }, path: '/email.eu-central-1.amazonaws.com/v2/email/outbound-emails',
    check: (request) => {
      checkSignature(request, { region: 'eu-central-1', service: 'ses' });
      const mail = json(request), { Subject, Body } = mail.Content.Simple;
      assert.deepEqual([mail.FromEmailAddress, mail.Destination, Subject], [mailbox, { ToAddresses: ['ada@example.com'] }, { Data: subject, Charset: 'UTF-8' }]);
      for (const { Data, Charset } of [Body.Text, Body.Html]) assert.match(Data, words), assert.equal(Charset, 'UTF-8');
    },
    answer: [200, '{"MessageId":"ses-1"}'], receipt: 'ses-1',
    refusal: [400, '{"message":"Email address is not verified."}', { 'x-amzn-ErrorType': 'MessageRejected' }], reason: /not verified/,
  },
  twilio: {
    settings: { account: 'ACaccount', user: 'SKkey', secret: 'tw secret', from: '+12025550123' }, path: '/api.twilio.com/2010-04-01/Accounts/ACaccount/Messages.json',
    check: (request) => {
      basic(request, 'SKkey:tw secret');
      assert.deepEqual(form(request), { To: '+4915112345678', From: '+12025550123', Body: subject });
    },
    answer: [201, '{"sid":"SM1","status":"queued","error_code":null}'], receipt: 'SM1',
    refusal: [400, '{"code":21211,"message":"The \'To\' number is not a valid phone number.","more_info":"https://www.twilio.com/docs/errors/21211","status":400}'], reason: /not a valid phone number/,
  },
  vonage: {
    settings: { user: 'vkey', secret: 'v&secret', from: 'Example' }, path: '/rest.nexmo.com/sms/json',
    check: (request) => basic(request, 'vkey:v&secret') ?? assert.deepEqual(form(request), { to: '4915112345678', from: 'Example', text: subject, type: 'unicode' }),
    answer: [200, '{"message-count":"1","messages":[{"to":"4915112345678","message-id":"vo-1","status":"0","remaining-balance":"3.14"}]}'], receipt: 'vo-1',
    refusal: [200, '{"message-count":"1","messages":[{"status":"6","error-text":"Invalid message"}]}'], reason: /6 Invalid message/,
    later: [200, '{"message-count":"1","messages":[{"status":"1","error-text":"Throughput Rate Exceeded"}]}'],
  },
  messagebird: {
    settings: { secret: 'mb-key', from: 'Example' }, path: '/rest.messagebird.com/messages',
    check: (request) => {
      assert.equal(request.headers.authorization, 'AccessKey mb-key');
      assert.deepEqual(form(request), { recipients: '4915112345678', originator: 'Example', body: subject, datacoding: 'auto' });
    },
    answer: [201, '{"id":"mb-1","direction":"mt","type":"sms"}'], receipt: 'mb-1',
    refusal: [422, '{"errors":[{"code":9,"description":"no (correct) recipients found","parameter":"recipient"}]}'], reason: /no \(correct\) recipients/,
  },
  'aws-sns': {
    settings: { user: 'AKIDEXAMPLE', secret: 'aws secret', region: 'us-east-1' }, path: '/sns.us-east-1.amazonaws.com/',
    check: (request) => {
      checkSignature(request, { region: 'us-east-1', service: 'sns' });
      const sent = form(request);
      assert.deepEqual([sent.Action, sent.Version, sent.PhoneNumber, sent.Message], ['Publish', '2010-03-31', '+4915112345678', subject]);
      assert.deepEqual([sent['MessageAttributes.entry.1.Name'], sent['MessageAttributes.entry.1.Value.StringValue']], ['AWS.SNS.SMS.SMSType', 'Transactional']);
    },
    answer: [200, '<PublishResponse><PublishResult><MessageId>sns-1</MessageId></PublishResult></PublishResponse>'], receipt: 'sns-1',
    refusal: [400, '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>Invalid parameter: PhoneNumber</Message></Error></ErrorResponse>'], reason: /PhoneNumber/,
  },
};

/** The key file's own facts as an instance of its Base, at another host. */
function instance(name, port, settings) {
  const text = readFileSync(`${build}/connectors/${name}.plugin`, 'utf8');
  const [, base] = /^Base=(.*)$/m.exec(text), [, preset] = /\[Preset\]\n([^[]*)/.exec(text.replaceAll('[{', '\u0001').replaceAll('["', '\u0002'));
  const values = Object.fromEntries(preset.replaceAll('\u0001', '[{').replaceAll('\u0002', '["').trim().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  values.url = values.url.replace('https://', `http://127.0.0.1:${port}/`);
  return `Type=${base}\n${Object.entries({ ...values, ...settings }).map(([key, value]) => `${key}=${value}\n`).join('')}`;
}

/** Answers in turn with @answers; what came and what was wrong with it is kept. */
async function standIn(path, check, answers) {
  const self = { problems: [], count: 0 };
  self.server = createServer((request, response) => {
    request.body = '';
    request.setEncoding('utf8').on('data', (chunk) => { request.body += chunk; }).on('end', () => {
      const [status, body, headers] = answers[Math.min(self.count++, answers.length - 1)];
      try {
        assert.deepEqual([request.method, request.url], ['POST', path]);
        check(request);
      } catch (problem) { self.problems.push(problem); }
      response.writeHead(status, headers).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(self.server, 'listening');
  self.port = self.server.address().port;
  return self;
}

export async function testProviders(withMessengers, tryOut) {
  for (const [name, { settings, path, check, answer, receipt, refusal, reason, later }] of Object.entries(providers)) {
    const recipient = readFileSync(`${build}/connectors/${name}.plugin`, 'utf8').includes('Base=http-email') ? 'ada@example.com' : '+4915112345678';
    test(`${name}: what is sent is what it documents, and its answers are understood`, async () => {
      const limit = later ?? [429, '{}'], down = [503, 'upstream down'];
      const server = await standIn(path, check, [answer, refusal, limit, down, answer]);
      await withMessengers({ [name]: instance(name, server.port, settings) }, async (postern) => {
        const sent = (await tryOut(postern, recipient)).entry;
        if (server.problems.length) throw server.problems[0];
        assert.deepEqual([sent.state, sent.result], ['sent', receipt]);
        const refused = (await tryOut(postern, recipient)).entry;
        assert.deepEqual([refused.state, refused.attempts], ['failed', 1]);
        assert.match(refused.result, reason);
        const again = (await tryOut(postern, recipient)).entry;
        assert.deepEqual([again.state, again.attempts], ['sent', 3]);
        if (server.problems.length) throw server.problems[0];
        for (const key of ['secret', 'user'].filter((k) => settings[k])) assert.ok(!postern.log().includes(settings[key]), `${key} stands in no log`);
        assert.ok(!postern.log().includes(recipient));
      });
      server.server.close();
    }, { apart: true });
  }
}
