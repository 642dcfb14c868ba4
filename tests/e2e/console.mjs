// SPDX-License-Identifier: Apache-2.0
// The console in real Chromium: an administrator sets a provider up without a file and without a restart; nobody else gets in.
import assert from 'node:assert/strict';
import { startPostern } from '../lib/server.mjs';
import { startProvider } from '../lib/provider.mjs';
import { signIn } from '../lib/browser.mjs';
import { test } from '../lib/tap.mjs';
import { until } from '../lib/wait.mjs';

const password = 'correct horse battery staple 9', administrator = 'root@example.com', other = 'ada@example.com';
let postern, provider;

async function get() {
  if (postern) return postern;
  provider = await startProvider();
  postern = await startPostern({ config: { outbound: { allow: '127.0.0.1' } }, instances: { filed: 'Type=demo\nName=From a file\n' } });
  await postern.cli('user', 'create', '--email', administrator, '--administrator', '--password', password);
  await postern.cli('user', 'create', '--email', other, '--password', password);
  return postern;
}

export async function stop() {
  await postern?.stop();
  await provider?.stop();
}

/** What the provider gave for the connector @id. */
function registered(id) {
  const text = provider.instance(`${postern.url}/callback/${id}`);
  return Object.fromEntries(text.trim().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** @param person: makes a browser of somebody's own */
export function register(person) {
  async function enter(email, options) {
    await get();
    const made = await person(options);
    await made.page.goto(`${postern.url}/console`);
    await signIn(made.page, email, password);
    await made.page.waitForSelector('h1:not(:has-text("Sign in"))');
    return made;
  }

  /** Loads @url again until @look is true of it: workers are started anew, which takes a moment. */
  const becomes = (page, url, look) => until(async () => `${url} stays as it is: ${(await page.innerText('main')).slice(0, 600)}`, async () => {
    await page.goto(url);
    return look();
  });

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with' : 'without', id = `corp-${how}`;
    test(`the console ${how} scripts: a connector is added, used, tried, switched off and deleted`, async () => {
      const { page, close } = await enter(administrator, { javaScriptEnabled }), visitor = await person();
      const given = registered(id), pid = postern.pid, state = () => page.textContent(`#state-${id}`).then((text) => text.trim());
      const hasButton = () => visitor.page.$(`#connector-${id}`);
      assert.match(await page.innerText('#row-filed'), /From the file filed\.conf/);
      await page.click('#add');
      await page.click('#type-oidc');
      assert.equal(await page.inputValue('#callback'), `${postern.url}/callback/oidc`);

      // Where the settings are found is written beside the form.
      const guide = await page.context().newPage();
      await guide.goto(await page.getAttribute('#guide', 'href'));
      assert.match(await guide.innerText('#guide'), /client-secret[^]*Failure/);
      await guide.close();

      // What is wrong is said beside the field, and nothing that was typed is lost but the secret.
      await page.fill('#id', id);
      await page.fill('#name', 'Corp');
      await page.fill('#setting-issuer', 'nonsense');
      await page.fill('#setting-client-id', given['client-id']);
      await page.fill('#setting-client-secret', given['client-secret']);
      await page.click('#submit');
      await page.waitForSelector('#setting-issuer-error');
      assert.equal(await page.inputValue('#setting-client-id'), given['client-id']);
      assert.equal(await page.inputValue('#callback'), `${postern.url}/callback/${id}`);
      assert.equal(await page.inputValue('#setting-client-secret'), '');
      await page.fill('#setting-issuer', given.issuer);
      await page.fill('#setting-client-secret', given['client-secret']);
      await page.click('#submit');
      await page.waitForURL('**/console?notice=added');
      await becomes(page, `${postern.url}/console`, async () => await state() === 'On');

      await visitor.page.goto(`${postern.url}/account`);
      await visitor.page.click(`#connector-${id}`);
      await provider.signIn(visitor.page, `grace-${how}`);
      await visitor.page.waitForSelector('#sign-out');
      assert.match(await visitor.page.innerText('main'), new RegExp(`grace-${how}@corp\\.example`));
      await visitor.context.clearCookies();

      await page.goto(`${postern.url}/console/connectors/${id}`);
      assert.ok(!(await page.content()).includes(given['client-secret']), 'a secret never comes back');
      await page.click('#try');
      await page.waitForSelector('#tried.notice');
      // Its secret is not sent elsewhere by who does not know it.
      await page.fill('#setting-issuer', 'https://evil.example');
      await page.click('#submit');
      await page.waitForSelector('#setting-client-secret-error');
      assert.equal((await postern.cli('connector', 'show', id)).settings.issuer, given.issuer);

      await page.goto(`${postern.url}/console/connectors/${id}`);
      await page.click('#switch-off');
      await page.waitForURL('**/console?notice=changed');
      assert.equal(await state(), 'Off');
      await becomes(visitor.page, `${postern.url}/account`, async () => !(await hasButton()));
      await page.goto(`${postern.url}/console/connectors/${id}`);
      await page.click('#switch-on');
      await page.waitForURL('**/console?notice=changed');
      await becomes(visitor.page, `${postern.url}/account`, hasButton);

      await page.goto(`${postern.url}/console/connectors/${id}`);
      await page.click('#delete');
      await page.waitForURL('**/delete');
      await page.click('#delete');
      await page.waitForURL('**/console?notice=deleted');
      assert.equal(await page.$(`#row-${id}`), null);
      await becomes(visitor.page, `${postern.url}/account`, async () => !(await hasButton()));

      assert.equal(postern.pid, pid);
      assert.equal(postern.exit, undefined, 'nothing was restarted');
      assert.ok(!postern.log().includes(given['client-secret']));
      const { items } = await postern.cli('audit', 'list', '--limit', '500'), events = items.filter((item) => item.target === id);
      assert.deepEqual([...new Set(events.map((item) => item.event))].sort(), ['connector.changed', 'connector.deleted']);
      assert.ok(events.every((item) => item.actor.startsWith('usr_')) && !JSON.stringify(events).includes(given['client-secret']));
      await close();
      await visitor.close();
    });
  }

  test('a trial that fails says why; and who a connector knew is a stranger to another one of its id', async () => {
    const { page, close } = await enter(administrator), visitor = await person(), here = `${postern.url}/console/connectors/again`;
    const [first, second] = await Promise.all([startProvider(), startProvider()]), settings = (at) => at.instance(`${postern.url}/callback/again`).trim().split('\n').slice(2);
    const make = (pairs) => postern.cli('connector', 'create', 'again', '--stored', '--type', 'oidc', '--name', 'Again', ...pairs);
    const attempt = async () => { await page.goto(here); if (await page.$('#try')) await page.click('#try'); return page.$('#tried'); };
    const signIn = async (at) => {
      await visitor.page.goto(`${postern.url}/account`);
      await visitor.page.click('#connector-again');
      await at.signIn(visitor.page, 'linus');
    };
    try {
      const right = settings(first), secret = right.find((line) => line.startsWith('client-secret='));
      await make(right.map((line) => line === secret ? 'client-secret=a wrong one' : line));
      await until('it cannot be tried', attempt);
      assert.equal(await page.getAttribute('#tried', 'class'), 'alert', await page.innerText('#tried'));
      assert.match(await page.innerText('#tried'), /It does not work\.[^]*compare client-id and client-secret/);
      await page.fill('#setting-client-secret', secret.slice(secret.indexOf('=') + 1));
      await page.click('#submit');
      await page.waitForURL('**/console?notice=changed');
      await until('the right secret is not used', async () => await attempt() && /It works\./.test(await page.innerText('#tried')));

      await becomes(visitor.page, `${postern.url}/account`, () => visitor.page.$('#connector-again'));
      await signIn(first);
      await visitor.page.waitForSelector('#sign-out');
      await visitor.context.clearCookies();
      await first.stop();
      await attempt();
      assert.match(await page.innerText('#tried'), new RegExp(`It does not work\\.[^]*${first.issuer}[^]*see that the provider is up`));
      assert.ok(!(await page.content()).includes('a wrong one'));

      await page.click('#delete');
      assert.match(await page.innerText('main'), /Who signs in by it alone cannot sign in any more\./);
      assert.match(await page.innerText('#linked'), /^1 account is connected/);
      await page.click('#back');
      await page.waitForURL(here);
      await page.click('#delete');
      await page.click('#delete');
      await page.waitForURL('**/console?notice=deleted');

      await make(settings(second));
      await becomes(visitor.page, `${postern.url}/account`, () => visitor.page.$('#connector-again'));
      await signIn(second);
      await visitor.page.waitForSelector('main:has-text("There is an account with this address already")');
      assert.equal(await visitor.page.$('#sign-out'), null);
      const { items } = await postern.cli('audit', 'list', '--limit', '500');
      assert.equal(items.find(({ event }) => event === 'connector.deleted').data.identities, 1);
    } finally {
      await Promise.all([first, second].map((each) => each.stop()));
      await close();
      await visitor.close();
    }
  });

  test('a file is shown in the console, locked', async () => {
    const { page, close } = await enter(administrator);
    await page.click('#connector-filed');
    await page.waitForSelector('#locked');
    assert.equal(await page.$('#submit, #switch-off, #delete'), null);
    await page.goto(`${postern.url}/console/connectors/filed/delete`);
    assert.match(await page.innerText('main'), /not_found/);
    await close();
  });

  const gets = ['', '/add', '/add/oidc', '/guide/oidc', '/connectors/filed', '/connectors/filed/delete'], posts = ['/add/oidc', '/connectors/filed', '/connectors/filed/delete'];
  const forms = { '/add/oidc': { id: 'evil', 'setting-issuer': 'https://evil.example', 'setting-client-id': 'x' } };

  test('who is no administrator is refused everywhere in the console', async () => {
    const { page, context, close } = await enter(other);
    assert.match(await page.innerText('main'), /Only administrators/);
    const csrf = await page.goto(`${postern.url}/account/profile`).then(() => page.inputValue('input[name=csrf]'));
    for (const path of gets) assert.equal((await context.request.get(`${postern.url}/console${path}`)).status(), 403, path);
    for (const path of posts) assert.equal((await context.request.post(`${postern.url}/console${path}`, { form: { csrf, action: 'save', ...forms[path] }, headers: { origin: postern.url } })).status(), 403, path);
    await close();

    const stranger = await person(); // who is not signed in comes to that first
    for (const path of gets) {
      const answer = await stranger.context.request.get(`${postern.url}/console${path}`, { maxRedirects: 0 });
      assert.ok(answer.status() === 303 && answer.headers().location.includes('/sign-in/'), path);
    }
    await stranger.close();
    const { items } = await postern.cli('connector', 'list');
    assert.ok(!items.some((item) => item.id === 'evil') && items.some((item) => item.id === 'filed'));
  });

  test("a form of the console counts only with its browser's token", async () => {
    const { page, context, close } = await enter(administrator);
    await page.waitForSelector('#add');
    for (const path of posts)
      for (const csrf of [undefined, 'made-up']) {
        const answer = await context.request.post(`${postern.url}/console${path}`, { form: { ...(csrf ? { csrf } : {}), action: 'off', ...forms[path] }, headers: { origin: postern.url } });
        assert.ok(answer.status() >= 400, `${path}: ${answer.status()}`);
      }
    await page.goto(`${postern.url}/console/add/oidc`);
    const csrf = await page.inputValue('input[name=csrf]');
    const elsewhere = await context.request.post(`${postern.url}/console/add/oidc`, { form: { csrf, ...forms['/add/oidc'] }, headers: { origin: 'https://evil.example' } });
    assert.ok(elsewhere.status() >= 400);
    const { items } = await postern.cli('connector', 'list');
    assert.ok(!items.some((item) => item.id === 'evil'));
    await close();
  });
}
