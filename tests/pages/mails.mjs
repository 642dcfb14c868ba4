// SPDX-License-Identifier: Apache-2.0
// Mails as a mailbox shows them: readable in both themes, on a small screen, in both directions, in any tenant's colour.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { languages, renderMail } from './render.mjs';

const model = {
  device: 'Firefox on Windows', address: '2001:db8:85a3::8a2e:370:7334', country: 'NZ',
  code: '314159', minutes: 10, application_name: 'Wetterstation', notice: 'Your account', title: 'Your account', text: 'Your account',
  organization_name: 'Weather Service North', inviter: 'grace@example.com', days: 7,
  link: 'https://id.example.com/code/Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA',
};
const brand = { name: 'Weather Service North & Sons, Reykjavík', accent_color: '#ffd400' }; // of an organization, in place of the tenant's
const notPages = ['region', 'landmark-one-main']; // a mail stands inside another page
const colors = ['#3350d4', '#ffd400', '#000000', '#ffffff', '#777777'];

/** @param tools check, attempt, accessible, overflow and shots of run.mjs */
export async function mails(browser, { check, attempt, accessible, overflow, shots }) {
  const names = fs.readdirSync('data/templates/mail').filter((file) => /^[a-z].*\.html$/.test(file)).map((file) => file.slice(0, -5));
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'postern-mails-')), 'model.json');
  fs.writeFileSync(file, JSON.stringify(model));
  const page = await (await browser.newContext()).newPage();
  for (const name of names)
    for (const language of languages)
      await attempt(`mail ${name} (${language})`, () => visit(name, language, language === 'en' ? colors : colors.slice(0, 1)));
  fs.writeFileSync(file, JSON.stringify({ ...model, brand }));
  for (const language of ['en', 'ar'])
    await attempt(`mail invitation of an organization (${language})`, () => visit('invitation', language, colors.slice(0, 1)));
  await page.context().close();

  async function visit(name, language, wanted) {
    for (const color of wanted) {
      const html = renderMail(name, file, language, ['--accent-color', color]), label = `mail ${name} (${language}, ${color})`;
      check(`${label}: no script, table or style sheet of elsewhere`, /<(script|table|link|iframe|form)\b|@import|url\(/i.test(html) && html);
      check(`${label}: small enough not to be cut off`, html.length > 20 * 1024 && `${html.length} bytes`);
      for (const [colorScheme, width] of [['light', 640], ['dark', 640], ['light', 320], ['dark', 320]]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 640 });
        await page.setContent(html);
        check(`${label}, ${colorScheme}, ${width} px: axe`, await accessible(page, notPages));
        check(`${label}, ${colorScheme}, ${width} px: fits`, await page.evaluate(overflow));
        if (shots) await page.screenshot({ path: `${shots}/mail-${name}.${language}.${color.slice(1)}.${colorScheme}.${width}.png`, fullPage: true });
      }
      const direction = await page.evaluate(() => getComputedStyle(document.querySelector('h1')).direction);
      check(`${label}: direction`, direction !== (language === 'ar' ? 'rtl' : 'ltr') && direction);
    }
  }
}
