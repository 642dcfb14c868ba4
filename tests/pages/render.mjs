// SPDX-License-Identifier: Apache-2.0
// The server's own renderer over the sample models, and a small server that shows the result under the same policy.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';

const build = process.env.BUILD;
const models = 'tests/pages/models';
export const languages = ['en', 'de', 'ja', 'ar'];
/** The rest of those that we speak, as tags. */
export const others = fs.readFileSync('po/LINGUAS', 'utf8').split(/\s+/).filter((name) => name && !languages.includes(name)).map((name) => name.replace('_', '-'));

/** One sample: the file's name is TEMPLATE or TEMPLATE--VARIANT. */
export function samples(words) {
  return fs.readdirSync(models).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5)).sort()
    .filter((name) => !words.length || words.some((word) => name.includes(word)))
    .map((name) => ({ name, template: name.split('--')[0], model: JSON.parse(fs.readFileSync(`${models}/${name}.json`, 'utf8')) }));
}

const run = (words) => execFileSync(`${build}/src/postern-render`, [...words, '--assets', 'data/assets'], { encoding: 'utf8', maxBuffer: 1 << 20 });

/** @param sample its model may lie elsewhere: `file`; @param brand further options: the tenant's colour and logo */
export function render(sample, language, brand = []) {
  return run([sample.template, sample.file ?? `${models}/${sample.name}.json`, '--lang', language, '--templates', 'data/templates', '--templates', 'connectors/demo', '--locale', `${build}/po`, ...brand]);
}

/** A mail's HTML; @param model a file */
export const renderMail = (name, model, language, brand) => run([`mail/${name}`, model, '--lang', language, '--templates', 'data/templates', '--locale', `${build}/po`, '--public-url', 'https://id.example.com', ...brand]);

/** An asset that is made and no file. */
export const makeAsset = (name, brand) => run(['--asset', name, ...brand]);

const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const types = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };

/** Where the asset `name` lies. */
const file = (name) => (name.startsWith('connectors/') ? name.replace(/([a-z0-9-]+)\.svg$/, '$1/$1.svg') : `data/assets/${name}`);

/** Serves `pages` (path → HTML) and the assets, `made` (name → text) before those of the folder; keeps what is posted in `posts`. */
export async function serve(pages, made = new Map()) {
  const posts = [];
  const server = http.createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    const asset = path.match(/^\/assets\/(?:(?!connectors\/)[^/]+\/)?((?:connectors\/)?[a-z0-9.-]+\.(css|js|svg))$/);
    const brand = path.match(/^\/brand\/[a-z]+\.(css|svg)$/); // as src/api/postern-api-branding.c makes them
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (piece) => { body += piece; });
      request.on('end', () => {
        posts.push({ path, body });
        setTimeout(() => response.writeHead(204).end(), 300);
      });
    } else if (asset && made.has(asset[1])) {
      response.writeHead(200, { 'content-type': types[asset[2]], 'cache-control': 'no-store' }).end(made.get(asset[1]));
    } else if (asset && fs.existsSync(file(asset[1]))) {
      response.writeHead(200, { 'content-type': types[asset[2]], 'cache-control': 'max-age=3600' }).end(fs.readFileSync(file(asset[1])));
    } else if (brand && fs.existsSync(`tests/pages${brand[0]}`)) {
      response.writeHead(200, { 'content-type': types[brand[1]], 'cache-control': 'max-age=3600' }).end(fs.readFileSync(`tests/pages${brand[0]}`));
    } else if (pages.has(path)) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy, 'cache-control': 'no-store' }).end(pages.get(path));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { posts, url: `http://localhost:${server.address().port}`, stop: () => server.close() };
}
