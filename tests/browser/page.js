// SPDX-License-Identifier: GPL-2.0-or-later
// The status page, while things happen.
'use strict';
const assert = require('node:assert');
const {
  open, close, assertAccessible, assertNarrow, assertColours, assertPrints,
} = require('./browser.js');
const { test } = require('./test.js');
const { World, until } = require('./world.js');

const LOST = /Failed to load resource|net::ERR_/; // what Chromium says when the daemon is gone

function people(first, count, name = 'Anna Schmidt') {
  const lines = ['number,username,registerpassword'];
  for (let i = 0; i < count; i++) lines.push(`${first + i},${name},Aa1bcdefgh`);
  return lines.join('\n') + '\n';
}

const TOKEN = 'a-token-of-some-length';

// A world with a page: what run(world, url) does with it. pbx: options of the simulator.
async function withPage(settings, pbx, run) {
  const world = new World();
  try {
    if (pbx) await world.startPbx(...pbx);
    if (settings['status.token_file']) world.write(settings['status.token_file'], TOKEN + '\n');
    world.configure({ 'status.listen': '127.0.0.1:0', ...settings });
    await world.startDaemon();
    await run(world, await pageUrl(world));
  } finally {
    await world.end();
  }
}

async function pageUrl(world) {
  const [url] = await until(() => world.log().match(/http:\/\/127\.0\.0\.1:\d+\//),
    'the log says where the page is');
  return url;
}

// The text of a section, once it has that.
async function says(page, selector, wanted) {
  await page.locator(selector).filter({ hasText: wanted }).first().waitFor({ timeout: 60000 });
}

const SLOW = ['--latency', '40'];
const ONE_CALL = { 'pbx.concurrency': '1' };

test('page: an import is followed to its report without a reload', () =>
  withPage(ONE_CALL, SLOW, async (world, url) => {
    const page = await open(url);
    await says(page, '#summary', 'All is well');
    await says(page, '#ended', 'No import has finished yet');
    await page.evaluate(() => { window.sameDocument = true; });

    world.drop('people.csv', people(2000, 120));
    await says(page, '#summary', 'One file is being imported.');
    const bar = page.locator('#running progress[value]');
    await bar.waitFor();
    await bar.evaluate((one) => { one.sameElement = true; });
    const seen = [];
    await until(async () => {
      const now = await bar.evaluate((one) => one.value / one.max).catch(() => null);
      if (now !== null && now !== seen.at(-1)) seen.push(now);
      return seen.length >= 3 || now === null;
    }, 'the bar has grown twice');
    assert(seen.length >= 3, `the bar was seen at ${seen}`);
    assert.deepStrictEqual(seen, [...seen].sort((a, b) => a - b), 'the bar went back');
    assert(await bar.evaluate((one) => one.sameElement), 'the bar is another element');
    await says(page, '#running', /[\d,]+ of 120 rows done, .* rows a (second|minute), .* left/);

    await says(page, '#ended', 'Done: 120 added');
    await says(page, '#summary', 'All is well');
    assert(await page.evaluate(() => window.sameDocument), 'the page was loaded again');
    assert.strictEqual(await page.locator('#running').isVisible(), false);

    await page.getByRole('link', { name: 'people.csv' }).click();
    await page.waitForURL(/\/reports\/000001-people\.html$/);
    assert.strictEqual(await page.locator('h1').textContent(), 'people.csv');
    assert((await page.locator('body').textContent()).includes('2119'), 'a row is not in it');
    await close(page);
  }));

test('page: a hold says why and what to do, and goes when it is released', () =>
  withPage({ 'import.max_rows_changed': '5' }, [], async (world, url) => {
    const page = await open(url);
    await says(page, '#summary', 'All is well');
    world.drop('many.csv', people(2000, 9));
    await says(page, '#summary', 'One file is held until somebody decides');
    await says(page, '#held', 'many.csv');
    await says(page, '#held', 'The file has more new people than is usual');
    await says(page, '#held code', 'extspool release 1');
    await assertAccessible(page);
    await assertNarrow(page);

    world.extspool('release', '1');
    await says(page, '#ended', 'Done: 9 added');
    await says(page, '#summary', 'All is well');
    assert.strictEqual(await page.locator('#held').isVisible(), false);
    await close(page);
  }));

test('page: the focus and the place stay while all around changes', () =>
  withPage({ ...ONE_CALL }, SLOW, async (world, url) => {
    world.drop('first.csv', people(1000, 2));
    await world.report('000001', 'done');
    const page = await open(url, { viewport: { width: 800, height: 200 } });
    const link = page.getByRole('link', { name: 'first.csv' });
    await link.focus();
    await link.evaluate((one) => one.scrollIntoView()); // what is at the top is to stay there
    const place = () => link.evaluate((one) => one.getBoundingClientRect().top);
    const before = await place();
    world.drop('second.csv', people(2000, 60));
    await says(page, '#running', 'second.csv');
    await says(page, '#ended', 'Done: 60 added');
    assert(await link.evaluate((one) => one === document.activeElement), 'the focus is lost');
    assert(Math.abs(await place() - before) < 2, `it was at ${before}, is at ${await place()}`);
    await close(page);
  }));

test('page: only the sentence is read aloud, and only when it is another one', () =>
  withPage(ONE_CALL, SLOW, async (world, url) => {
    const page = await open(url);
    await says(page, '#summary', 'All is well');
    await page.evaluate(() => {
      window.heard = [];
      const live = document.querySelectorAll('[role=status], [role=alert], [aria-live]');
      window.lives = [...live].map((one) => one.id);
      for (const one of live)
        new MutationObserver(() => window.heard.push(one.textContent))
          .observe(one, { subtree: true, childList: true, characterData: true });
    });
    world.drop('people.csv', people(2000, 90));
    await says(page, '#ended', 'Done: 90 added');
    await says(page, '#summary', 'All is well');
    assert.deepStrictEqual(await page.evaluate(() => window.lives), ['connection', 'summary']);
    const heard = (await page.evaluate(() => window.heard)).filter((one, i, all) =>
      one !== all[i - 1]);
    assert.deepStrictEqual(heard, ['One file is being imported.',
      'All is well: no file is waiting.']);
    await close(page);
  }));

test('page: a lost connection is told, and that it is back', () =>
  withPage({ 'status.listen': '127.0.0.1:0' }, [], async (world, url) => {
    const page = await open(url, { expected: [LOST] });
    await says(page, '#summary', 'All is well');
    await world.stop('extspoold', 'SIGKILL');
    await says(page, '#connection.lost', 'The connection to the server is lost.');
    world.configure({ 'status.listen': new URL(url).host });
    await world.startDaemon();
    world.drop('people.csv', people(2000, 2));
    await says(page, '#connection', 'The connection is back');
    await says(page, '#ended', 'Done: 2 added');
    assert.strictEqual(await page.locator('.lost, .stale').count(), 0);
    await page.waitForFunction(() =>
      document.getElementById('connection').textContent === '', null, { timeout: 60000 });
    await close(page);
  }));

test('page: without scripts it is whole, and comes anew', () =>
  withPage(ONE_CALL, SLOW, async (world, url) => {
    const page = await open(url, { javaScriptEnabled: false });
    await says(page, '#summary', 'All is well');
    const before = page.requests.length;
    world.drop('people.csv', people(2000, 300));
    await says(page, '#running', 'people.csv');
    assert(page.requests.slice(before).includes(url), 'it has not come anew');
    assert(!page.requests.some((one) => /page\.js|events/.test(one)), 'it asked for scripts');
    await says(page, '#running', /of 300 rows done/);
    assert.strictEqual(await page.locator('#running progress').count(), 1);
    await close(page);
  }));

test('page: names are text, whatever they are', () =>
  withPage({ 'import.max_invalid': '50%' }, [], async (world, url) => {
    const page = await open(url);
    const bytes = Buffer.concat([Buffer.from('x'), Buffer.from([0xff, 0x1b]), Buffer.from('.csv')]);
    const names = ['<img src=x onerror=alert(1)>"\'&amp;.csv', 'a\u202evsc.exe.csv',
      '%41#?\u00fc \u05d0\u05d1.csv', 'long'.repeat(55) + '.csv', bytes];
    for (const [i, name] of names.entries())
      world.drop(name, people(i % 2 ? 2000 + i : 'x', 1));
    world.drop('<script>alert(1).xlsx', 'x');
    await says(page, '#held', '<img src=x onerror=alert(1)>');
    await says(page, '#held', '%41#?\u00fc');
    await says(page, '#held', 'x%FF%1B.csv');
    await says(page, '#ended', 'longlong');
    await says(page, '#ended', 'a\ufffdvsc.exe.csv');
    await says(page, '#staying', '<script>alert(1).xlsx');
    assert.strictEqual(await page.locator('img, main script, [onerror]').count(), 0);
    await assertAccessible(page);
    await assertNarrow(page);
    const links = await page.locator('main a').evaluateAll((all) => all.map((one) => one.href));
    assert.strictEqual(links.length, names.length);
    for (const link of links) {
      assert(link.startsWith(`${url}reports/`), link);
      assert.strictEqual((await page.request.get(link)).status(), 200, link);
    }
    await close(page);
  }));

test('page: what it waits for is told', () =>
  withPage({ 'pbx.password_file': '' }, [], async (world, url) => {
    const page = await open(url);
    world.drop('people.csv', people(2000, 2));
    await says(page, '#summary', 'no password for the PBX is configured yet');
    await says(page, '#summary', 'Your administrator has yet to give this server the password');
    await says(page, '#running', 'Import 000001 is waiting');
    await assertAccessible(page);
    await close(page);
  }));

test('page: German, narrow, dark, printed, by keyboard', () =>
  withPage({ 'report.language': 'de', 'import.max_rows_changed': '5' }, [], async (world, url) => {
    const page = await open(url);
    assert.strictEqual(await page.locator('html').getAttribute('lang'), 'de');
    world.drop('viele.csv', people(2000, 9));
    world.drop('wenige.csv', people(3000, 2));
    world.drop('leute.xlsx', 'x');
    await says(page, '#held', 'viele.csv');
    await says(page, '#ended', 'Fertig: 2 angelegt');
    await says(page, '#staying', 'leute.xlsx');
    await says(page, '#summary', 'Eine Datei ist angehalten');
    await assertAccessible(page);
    await assertNarrow(page);
    await assertColours(page);
    assert(await assertPrints(page) <= 2, 'it takes more than two pages');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.strictEqual(await page.evaluate(() => document.activeElement.textContent), 'wenige.csv');
    await close(page);
  }));

test('page: with a token it is the same, events and reports too', () =>
  withPage({ 'status.token_file': 'token' }, [], async (world, url) => {
    const page = await open(url, { httpCredentials: { username: 'any', password: TOKEN } });
    await says(page, '#summary', 'All is well');
    world.drop('people.csv', people(2000, 2));
    await says(page, '#ended', 'Done: 2 added');
    await page.getByRole('link', { name: 'people.csv' }).click();
    await page.waitForURL(/\/reports\/000001-people\.html$/);
    await close(page);
    assert(!world.log().includes(TOKEN), 'the token is in the log');
  }));
