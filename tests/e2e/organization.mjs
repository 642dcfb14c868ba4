// SPDX-License-Identifier: Apache-2.0
// An organization run by its own administrator in real Chromium: somebody is invited by a page, the mail goes through a real mail server, and a
// stranger comes in by its link.
import assert from 'node:assert/strict';
import { signIn } from '../lib/browser.mjs';
import { startPostern } from '../lib/server.mjs';
import { test } from '../lib/tap.mjs';
import { caFile, MailServer, parseMail } from '../messengers/mail-server.mjs';

const password = 'correct horse battery staple 9', administrator = 'ada@acme.example', member = 'mel@acme.example', invited = 'new@elsewhere.example';
const rights = ['members:read', 'members:write', 'invitations:read', 'invitations:write', 'roles:read', 'roles:write', 'branding:read', 'branding:write', 'audit:read'];
let postern, mails, organization, editor;

async function get() {
  if (postern) return postern;
  mails = await MailServer.start();
  postern = await startPostern({
    config: { messages: { 'from-address': 'post@id.example' }, outbound: { allow: '127.0.0.1 localhost' } },
    instances: { mail: `Type=smtp\nhost=localhost\nport=${mails.port}\nca-bundle=${caFile}\nuser=postern\npassword=mail secret\n` },
  });
  organization = (await postern.cli('organization', 'create', '--name', 'Acme', '--slug', 'acme')).id;
  await postern.cli('branding', 'update', 'acme', '--name', 'Acme Weather', '--accent-color', '#0b6e4f');
  const { id: role } = await postern.cli('role', 'create', '--kind', 'organization', '--name', 'Administrator');
  for (const scope of rights) await postern.cli('role', 'permit', role, '--resource', 'management', '--scope', scope);
  editor = (await postern.cli('role', 'create', '--kind', 'organization', '--name', 'Editor')).id;
  for (const email of [administrator, member]) {
    await postern.cli('user', 'create', '--email', email, '--email-verified', '--password', password);
    await postern.cli('member', 'add', 'acme', email);
  }
  await postern.cli('role', 'assign', role, '--to', administrator, '--organization', organization);
  return postern;
}

export async function stop() {
  await postern?.stop();
  await mails?.stop();
}

/** The link of the newest mail to @recipient, once there are @count. */
async function waitForLink(recipient, count) {
  for (let tries = 0; tries < 600; tries += 1) {
    const sent = mails.mails.filter(({ to }) => to.includes(recipient));
    if (sent.length >= count) return /https?:\/\/\S+\/invitation\/\S+/.exec(parseMail(sent.at(-1).bytes).text)[0];
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`no mail number ${count} to ${recipient}`);
}

const brand = (page) => page.innerText('header.brand').then((text) => text.trim());

/** @param person: makes a browser of somebody's own */
export function register(person) {
  async function enter(email, options) {
    await get();
    const made = await person(options);
    await made.page.goto(`${postern.url}/account`);
    await signIn(made.page, email, password);
    await made.page.waitForSelector('#organizations');
    return made;
  }

  test('an administrator invites by a page; a stranger makes an account by the mail and is a member with the role; the link works once', async () => {
    const ada = await enter(administrator, { javaScriptEnabled: false });
    await ada.page.click(`#manage-${organization}`);
    assert.equal(await brand(ada.page), 'Acme Weather');
    await ada.page.click('#section-invitations');
    await ada.page.fill('#email', invited);
    await ada.page.selectOption('#role_ids', { label: 'Editor' });
    await ada.page.click('#submit');
    await ada.page.waitForSelector('#notice');
    assert.match(await ada.page.innerText('main'), /new@elsewhere\.example Open/);
    const link = await waitForLink(invited, 1), { page, close } = await person();

    await page.goto(`${link.slice(0, -1)}${link.endsWith('a') ? 'b' : 'a'}`); // a stranger without the link learns nothing, not even whose it is
    assert.match(await page.innerText('h1'), /not good any more/);
    assert.notEqual(await brand(page), 'Acme Weather');
    await page.goto(link);
    assert.equal(await brand(page), 'Acme Weather');
    assert.match(await page.innerText('h1'), /Invitation to Acme/);
    await page.click('#submit');
    await page.waitForSelector('#password');
    assert.equal(await brand(page), 'Acme Weather');
    assert.equal(await page.inputValue('#identifier'), invited);
    await page.fill('#name', 'Newcomer');
    await page.fill('#password', 'a passphrase nobody has seen 31');
    await page.click('#submit');
    await page.waitForSelector('#signed-in');
    await page.click('#submit');
    await page.waitForURL('**/account?notice=joined');
    assert.match(await page.innerText('#organizations + ul'), /Acme/);
    assert.equal(await page.$(`#manage-${organization}`), null, 'an editor does not run the organization');

    const { items } = await postern.cli('member', 'list', 'acme'), { user_id } = items.find(({ email }) => email === invited);
    assert.deepEqual((await postern.cli('role', 'effective', user_id, '--organization', organization)).organization_roles, ['Editor']);
    await page.goto(link);
    assert.match(await page.innerText('h1'), /not good any more/);
    await close();
    await ada.page.reload();
    assert.match(await ada.page.innerText('main'), /new@elsewhere\.example Accepted/);
    await ada.page.click('#section-members');
    assert.match(await ada.page.innerText('main'), /Newcomer\s+new@elsewhere\.example\s+Editor/);
    await ada.page.click(`#member-${user_id}`);
    await ada.page.click(`#take-${editor}`);
    await ada.page.waitForSelector('#notice');
    await ada.page.click('#remove');
    await ada.page.waitForSelector('#notice');
    assert.doesNotMatch(await ada.page.innerText('main'), /Newcomer/);
    await ada.close();
  });

  test('two administrators change one role at once: the second is told, and nothing of the first is lost; the log says who did what', async () => {
    const options = { javaScriptEnabled: false }, ada = await enter(administrator, options), other = await enter(administrator, options);
    await ada.page.goto(`${postern.url}/organizations/${organization}/roles`);
    await ada.page.fill('#name', 'Planner');
    await ada.page.click('#submit');
    await ada.page.waitForSelector('#notice');
    const role = ada.page.url().split('?')[0];
    await ada.page.goto(role);
    await other.page.goto(role);

    await ada.page.check('#permit-management_2fmembers_3aread');
    await ada.page.click('#submit');
    await ada.page.waitForSelector('#notice');
    await other.page.fill('#description', 'Plans');
    await other.page.click('#submit');
    await other.page.waitForSelector('#meanwhile');
    assert.equal(await other.page.inputValue('#description'), 'Plans');
    assert.equal(await other.page.isChecked('#permit-management_2fmembers_3aread'), true);
    await other.page.click('#submit');
    await other.page.waitForSelector('#notice');

    await ada.page.goto(`${postern.url}/organizations/${organization}/log?kind=role`);
    assert.match(await ada.page.innerText('main'), /Role changed: Planner[^]*ada@acme\.example[^]*Role made: Planner/);
    await ada.close();
    await other.close();
  });

  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAgAAAAIAQAAAADsdIMmAAAADElEQVR42mMIZUCBABVQAqmbqVBZAAAAAElFTkSuQmCC', 'base64');
  const file = (buffer, name = 'logo.png', mimeType = 'image/png') => ({ name, mimeType, buffer });
  const isDrawn = (page, selector) => page.$eval(selector, (image) => image.decode().then(() => image.naturalWidth > 0));

  test('an administrator picks the picture of the organization from a file, without scripts; what is wrong with one is said at the field', async () => {
    const { page, close } = await enter(administrator, { javaScriptEnabled: false });
    const send = async (picked) => {
      if (picked) await page.setInputFiles('#logo', picked);
      await page.click('#submit');
    };
    await page.goto(`${postern.url}/organizations/${organization}/look`);
    assert.equal(await page.$('#picture'), null);
    await page.fill('#text', 'Typed beside it');
    await send(file(Buffer.from('no picture at all')));
    assert.match(await page.innerText('#logo-error'), /must be PNG, JPEG or WebP/);
    assert.equal(await page.inputValue('#text'), 'Typed beside it');
    await send(file(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 'a.svg', 'image/svg+xml'));
    assert.match(await page.innerText('#logo-error'), /plain SVG/);
    await send(file(Buffer.concat([png, Buffer.alloc(24 * 1024 + 1 - png.length)])));
    assert.match(await page.innerText('#logo-error'), /larger than 24 KiB/);
    assert.equal(await page.inputValue('#text'), 'Typed beside it');

    await send(file(Buffer.concat([png, Buffer.alloc(200 * 1024)]))); // more than the form takes at all
    assert.match(await page.innerText('#error'), /pick a smaller file/);
    assert.equal((await postern.cli('branding', 'show', 'acme')).logo_url, undefined);
    await page.goto(`${postern.url}/organizations/${organization}/look`);

    await page.fill('#page_color', 'red');
    await send(file(png, 'résumé "1"\ä.png', 'text/html'));
    assert.match(await page.innerText('#logo-again'), /Choose the picture again/);
    await page.fill('#page_color', '');
    await send(file(png, 'résumé "1"\ä.png', 'text/html')); // what it calls itself counts for nothing
    await page.waitForSelector('#notice');
    assert.ok(await isDrawn(page, '#picture') && await isDrawn(page, 'header.brand img'));
    assert.match(await page.getAttribute('#picture', 'src'), /\.png$/);
    await page.fill('#text', 'Only this');
    await send();
    await page.waitForSelector('#notice');
    assert.ok(await page.$('#picture'), 'where no file is picked, the picture stays');
    await page.check('#no-logo');
    await send();
    await page.waitForSelector('#notice');
    assert.equal(await page.$('#picture'), null);
    await close();
  });

  test('with scripts a picture that is too large is not even sent', async () => {
    const { page, close } = await enter(administrator);
    const posts = [];
    page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
    await page.goto(`${postern.url}/organizations/${organization}/look`);
    await page.setInputFiles('#logo', file(Buffer.alloc(3 * 1024 * 1024)));
    assert.match(await page.innerText('#logo-large'), /larger than 24 KiB/);
    await page.click('#submit');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'logo');
    assert.deepEqual(posts, []);
    await page.setInputFiles('#logo', file(Buffer.concat([png, Buffer.alloc(24 * 1024 - png.length)]))); // to the byte
    assert.equal(await page.$('#logo-large'), null);
    await page.click('#submit');
    await page.waitForSelector('#notice');
    assert.ok(await page.$('#picture'));
    await close();
  });

  test('a member without the right finds no entry, and no page behind its address', async () => {
    const { page, close } = await enter(member);
    assert.equal(await page.$(`#manage-${organization}`), null);
    for (const section of ['', '/members', '/invitations', '/groups', '/roles', '/domains', '/sign-in', '/look', '/log']) {
      const answer = await page.goto(`${postern.url}/organizations/${organization}${section}`);
      assert.equal(answer.status(), 403, section);
    }
    await close();
  });
}
