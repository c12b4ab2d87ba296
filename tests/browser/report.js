// SPDX-License-Identifier: GPL-2.0-or-later
// The report for people, in each state that it can have.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const {
  open, close, assertAccessible, assertNarrow, assertNarrowWidth, assertColours, assertPrints,
} = require('./browser.js');
const { test } = require('./test.js');
const { World, ROOT } = require('./world.js');

const sample = (name) => fs.readFileSync(path.join(ROOT, 'samples', name));

// Nothing of it may be taken for anything but text, in whichever cell, heading or name.
const HOSTILE = '<img src=x onerror=alert(1)></td></table></html>\u202e"\'&amp;';
const HOSTILE_NAME = 'a<b onload=alert(1)>"\'&\u202evsc.%41\u0301\u00fc ' +
  'long'.repeat(40) + '.csv';

function hostileFile() {
  const quoted = `"${HOSTILE.replaceAll('"', '""')}"`;
  const lines = [`number,username,registerpassword,email,${quoted}`];
  for (let i = 0; i < 40; i++)
    lines.push([i % 5 ? 3000 + i : quoted, quoted, 'Aa1bcdefgh',
      i % 3 ? 'someone@example.com' : quoted, quoted].join(','));
  lines.push(`${'x'.repeat(3000)},${'\u0416'.repeat(3000)},Aa1bcdefgh,y@example.com,`);
  lines.push('3099,\u0007,Aa1bcdefgh,y@example.com,', `3098,${quoted},${quoted}`);
  return lines.join('\n') + '\n';
}

// Each state has a file that comes to it.
const STATES = [
  { state: 'done', what: 'all well', name: 'onboarding.csv', content: sample('onboarding.csv'),
    numbers: ['2101', '2112'] },
  { state: 'done', what: 'rows refused', name: 'mistakes.csv', content: sample('mistakes.csv'),
    numbers: ['2201', '2210'] },
  { state: 'done', what: 'hostile', name: HOSTILE_NAME, content: hostileFile(),
    numbers: ['3001', '3038'] },
  { state: 'rejected', what: 'no CSV', name: 'workbook.csv', content: sample('workbook.csv'),
    numbers: [] },
  { state: 'held', what: 'nothing right', name: 'wrong.csv',
    content: 'number,registerpassword\nx1,Aa1bcdefgh\nx2,Aa1bcdefgh\n', numbers: [] },
  { state: 'cancelled', what: 'by an operator', name: 'cancelled.csv', cancel: true,
    content: 'number,registerpassword\n4001,Aa1bcdefgh\nx2,Aa1bcdefgh\nx3,Aa1bcdefgh\n',
    numbers: ['4001'] },
];

// What it takes of the screen is known before it has been scrolled to.
async function assertSteady(page) {
  const height = () => page.evaluate(() => document.documentElement.scrollHeight);
  const before = await height();
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await page.evaluate(() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.strictEqual(await height(), before, 'its height changes while one scrolls');
}

// On a phone an outcome has a line of its own, so that no word of it is broken.
async function assertOutcomesWhole(page) {
  await page.setViewportSize({ width: 360, height: 800 });
  const narrow = await page.evaluate(() => {
    for (const one of document.querySelectorAll('details')) one.open = true;
    return [...document.querySelectorAll('.rows td:last-child')]
      .filter((one) => one.getBoundingClientRect().width < 300).length;
  });
  assert.strictEqual(narrow, 0, 'outcomes are squeezed');
}

async function assertReport(file, wanted, language) {
  const page = await open(pathToFileURL(file).href);
  assert.strictEqual(await page.locator('html').getAttribute('lang'), language);
  assert.strictEqual(await page.locator('h1').count(), 1);
  assert.strictEqual(await page.locator('img, script, iframe, [onload], [onerror]').count(), 0);
  assert.deepStrictEqual(page.requests, [pathToFileURL(file).href], 'it asks for more than itself');
  await assertSteady(page);
  await assertAccessible(page);
  await assertNarrow(page);
  await assertColours(page);
  await assertPrints(page);
  await assertOutcomesWhole(page);
  await close(page);

  const plain = await open(pathToFileURL(file).href, { javaScriptEnabled: false });
  const text = await plain.locator('body').textContent();
  for (const number of wanted.numbers) assert(text.includes(number), `${number} is not told`);
  assert(!text.includes('Aa1bcdefgh'), 'a password is told');
  assert(!/[\u0000-\u0008\u202a-\u202e\u2066-\u2069]/.test(text), 'it has hostile characters');
  await close(plain);
}

for (const language of ['en', 'de'])
  for (const one of STATES)
    test(`report, ${language}: ${one.state}, ${one.what}`, async () => {
      const world = new World();
      try {
        await world.startPbx();
        world.configure({ 'report.language': language,
          'import.max_invalid': one.state === 'held' || one.cancel ? '50%' : '100%' });
        await world.startDaemon();
        world.drop(one.name, one.content);
        let file = await world.report('000001', one.cancel ? 'held' : one.state);
        if (one.cancel) {
          world.extspool('cancel', '1');
          file = await world.report('000001', 'cancelled');
        }
        await assertReport(file, one, language);
      } finally {
        await world.end();
      }
    });

// Every row is in it, and it can be read to its end. How long that takes is said, not asserted.
test('report: 100,000 rows', async () => {
  const world = new World();
  const rows = 100000;
  try {
    await world.startPbx('--bench');
    world.configure();
    await world.startDaemon();
    const lines = ['number,username,registerpassword'];
    for (let i = 0; i < rows; i++)
      lines.push(`${i % 20 ? 100000 + i : `x${100000 + i}`},Person ${i},Aa1bcdefgh`);
    world.drop('everybody.csv', lines.join('\n') + '\n');
    const file = await world.report('000001', 'done', 600000);
    const begun = Date.now();
    const page = await open(pathToFileURL(file).href);
    const opened = Date.now();
    assert.deepStrictEqual(page.requests, [pathToFileURL(file).href]);
    assert((await page.locator('body').textContent()).includes(String(100000 + rows - 1)),
      'the last row is missing');
    await page.keyboard.press('End');
    await page.waitForFunction(() => window.scrollY > 0 &&
      window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 2);
    const scrolled = Date.now();
    console.log(`# ${rows} rows: ${(fs.statSync(file).size / 1e6).toFixed(1)} MB, opened in ` +
      `${opened - begun} ms, at its end after ${scrolled - opened} ms more`);
    await assertNarrowWidth(page);
    await close(page);
  } finally {
    await world.end();
  }
});
