// SPDX-License-Identifier: Apache-2.0
// The most and the least that an organization's style sheet may say (src/http/postern-brand-css.c keeps to that; its test reads the same files): who is
// asked for consent still sees both answers, the one that allows first, whole and in reach, each as what it is.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { render, serve } from './render.mjs';

export const extremes = ['most.css', 'least.css'];

/** What is wrong with both answers: in the page. */
function answers() {
  const wrong = [], boxes = [];
  for (const [id, value] of [['consent-allow', 'allow'], ['consent-deny', 'deny']]) {
    const button = document.getElementById(id);
    if (!button) { wrong.push(`#${id} is not there`); continue; }
    button.scrollIntoView({ block: 'center', behavior: 'instant' });
    const box = button.getBoundingClientRect(), style = getComputedStyle(button);
    const words = document.createRange();
    words.selectNodeContents(button);
    const text = words.getBoundingClientRect();
    if (button.value !== value) wrong.push(`#${id} says ${button.value}`);
    for (const [x, y] of [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5]])
      if (!button.contains(document.elementFromPoint(box.left + box.width * x, box.top + box.height * y))) wrong.push(`something lies on #${id}`);
    if (box.height < 44 || box.left < 0 || box.right > document.documentElement.clientWidth) wrong.push(`#${id} is not in reach: ${Math.round(box.left)} to ${Math.round(box.right)}, ${Math.round(box.height)} high`);
    if (text.width < 20 || text.left < box.left - 1 || text.right > box.right + 1 || text.top < box.top - 1 || text.bottom > box.bottom + 1) wrong.push(`the words of #${id} stand outside of it`);
    if (style.visibility !== 'visible' || Number(style.opacity) !== 1 || parseFloat(style.fontSize) < 14) wrong.push(`#${id} is hardly to be seen`);
    boxes.push({ top: box.top + window.scrollY, bottom: box.bottom + window.scrollY, left: box.left, right: box.right });
  }
  const [allow, deny] = boxes, beside = allow && deny && allow.top < deny.bottom && deny.top < allow.bottom;
  const before = beside ? (document.dir === 'rtl' ? allow.left >= deny.right : allow.right <= deny.left) : allow?.bottom <= deny?.top;
  if (!before) wrong.push('the answers are swapped, or lie on each other');
  return wrong;
}

export async function sheets(browser, { check, accessible, overflow, shots }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'postern-sheets-')), pages = new Map();
  const model = JSON.parse(fs.readFileSync('tests/pages/models/consent.json', 'utf8'));
  for (const style of extremes) {
    const file = path.join(folder, `${style}.json`);
    fs.writeFileSync(file, JSON.stringify({ ...model, brand: { name: 'Weather Service North', logo: 'logo.svg', light: 'light.css', dark: 'dark.css', style } }));
    for (const language of ['en', 'de', 'ar']) pages.set(`/${language}/${style}`, render({ template: 'consent', name: 'consent', file }, language));
  }
  const site = await serve(pages), context = await browser.newContext({ reducedMotion: 'reduce' }), page = await context.newPage();
  for (const at of pages.keys())
    for (const [width, height, colorScheme] of [[360, 640, 'light'], [1280, 800, 'dark']]) {
      const label = `consent under ${at.slice(1)}, ${width} px, ${colorScheme}`;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await page.goto(`${site.url}${at}`);
      check(`${label}: the sheet is in force`, await page.evaluate(() => getComputedStyle(document.querySelector('.card')).borderRadius) !== (at.endsWith('most.css') ? '64px' : '0px') && 'it is not');
      check(`${label}: both answers`, await page.evaluate(answers));
      check(`${label}: fits`, await page.evaluate(overflow));
      check(`${label}: axe`, await accessible(page));
      if (shots) await page.screenshot({ path: `${shots}/sheet.${at.slice(1).replace('/', '.')}.${width}.png`, fullPage: true });
    }
  site.stop();
  await context.close();
  fs.rmSync(folder, { recursive: true });
}
