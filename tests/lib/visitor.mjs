// SPDX-License-Identifier: Apache-2.0
// One browser without scripts: cookies, redirects, forms. The benchmark and the conformance modules walk pages with it.
import { request as httpRequest } from 'node:http';

const unescape = (text) => text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const attribute = (tag, name) => { const found = new RegExp(`\\b${name}="([^"]*)"`).exec(tag); return found && unescape(found[1]); };

export class Visitor {
  /**
   * @param agent (optional) node:http's @param manager whether fields that nobody sees are filled in too, as a password manager does
   * @param prefix what the names of cookies begin with on the wire (those of the tenant SLUG: "t.SLUG."); `cookies` has them without
   */
  constructor(agent, { manager = false, prefix = '' } = {}) { Object.assign(this, { agent, manager, prefix, cookies: new Map(), pages: [] }); }

  async send(url, { method = 'GET', form, headers = {} } = {}) {
    const body = form && new URLSearchParams(form).toString();
    this.last = url;
    const all = { ...headers };
    if (this.cookies.size) all.cookie = [...this.cookies].map(([name, value]) => `${this.prefix}${name}=${value}`).join('; ');
    if (body !== undefined) Object.assign(all, { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) });
    const answer = await this.exchange(url, method, all, body);
    this.#keep(answer.headers['set-cookie'] ?? []);
    return { ...answer, location: answer.headers.location ?? /^0;url=(.*)$/.exec(answer.headers.refresh ?? '')?.[1] };
  }

  /** One request and its answer: status, headers, text. */
  exchange(url, method, headers, body) {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(url, { method, agent: this.agent, headers }, (answer) => {
        const chunks = [];
        answer.on('error', reject); // the connection ended within the answer
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString() }));
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  #keep(cookies) {
    for (const cookie of cookies) {
      if (!cookie.startsWith(this.prefix)) continue;
      const [pair] = cookie.slice(this.prefix.length).split(';'), at = pair.indexOf('=');
      if (pair.length === at + 1 || /max-age=0(;|$)|expires=thu, 01 jan 1970/i.test(cookie)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  /**
   * Follows redirects and fills forms until the browser would leave for @target; gives the URL (or the posted form) it
   * would go to. Where a page has several buttons, @press names those to look for, first one wins.
   */
  async walk(url, target, values, press = ['submit', 'consent-allow', 'logout-confirm']) {
    let answer = await this.send(url), here = url;
    for (let hop = 0; hop < 20; hop += 1) {
      if (answer.location) {
        const next = new URL(answer.location, here).href;
        if (next.startsWith(target)) return new URL(next);
        here = next;
        answer = await this.send(here);
        continue;
      }
      const form = this.form(answer.text, here, values, press);
      if (!form) throw Object.assign(new Error(`no way on from ${here}: ${answer.status}`), { answer, here });
      if (form.action.startsWith(target)) return Object.assign(new URL(form.action), { posted: form.fields });
      here = form.action;
      this.pages?.push(form.ids);
      answer = await this.send(here, { method: 'POST', form: form.fields, headers: { origin: new URL(here).origin, 'sec-fetch-site': 'same-origin' } });
    }
    throw Object.assign(new Error(`still under way at ${here} after 20 hops`), { answer, here });
  }

  form(html, here, values, press) {
    const forms = html.match(/<form\b[^>]*\bmethod="post"[^>]*>[\s\S]*?<\/form>/gi) ?? [];
    const form = forms.find((text) => press.some((id) => text.includes(`id="${id}"`))) ?? forms[0];
    if (!form) return undefined;
    const fields = {};
    for (const [input] of form.matchAll(/<input\b[^>]*>/gi)) {
      const name = attribute(input, 'name');
      const given = this.manager || !/\btabindex="-1"/.test(input) ? values[name] : undefined;
      if (name && !/type="(checkbox|submit)"/.test(input)) fields[name] = given ?? attribute(input, 'value') ?? '';
    }
    const buttons = (form.match(/<button\b[^>]*>/gi) ?? []).filter((tag) => press.includes(attribute(tag, 'id')));
    if (buttons[0] && attribute(buttons[0], 'name')) fields[attribute(buttons[0], 'name')] = attribute(buttons[0], 'value') ?? '';
    return { action: new URL(attribute(form, 'action') ?? '', here).href, fields, ids: [...form.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id) };
  }
}
