// SPDX-License-Identifier: GPL-2.0-or-later
// A browser, and what is to be true of every page that people open.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { BUILD } = require('./world.js');

// In the build folder, or in that of which it is a part.
const MODULES = ['browser', '../browser'].map((one) => path.join(BUILD, one, 'node_modules'))
  .find(fs.existsSync) || '';
const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';

// Why there can be no browser, or ''.
function missing() {
  for (const name of ['playwright-core', 'axe-core'])
    if (!fs.existsSync(path.join(MODULES, name)))
      return `${name} is not installed: make browser-deps`;
  return fs.existsSync(CHROMIUM) ? '' : 'chromium is not installed: make browser-deps';
}

let browser; // one for all tests, whose pages know nothing of one another

async function launch() {
  const { chromium } = require(path.join(MODULES, 'playwright-core'));
  browser = await chromium.launch({
    executablePath: CHROMIUM, chromiumSandbox: process.getuid() !== 0,
  });
}

async function quit() {
  await browser.close();
}

// A page in a context of its own, with what it complained of and asked for. expected: complaints
// that belong to the test.
async function open(url, options = {}) {
  const { expected = [], ...context } = options;
  const page = await (await browser.newContext(context)).newPage();
  page.complaints = [];
  page.requests = [];
  const complain = (text) => {
    if (!expected.some((one) => one.test(text))) page.complaints.push(text);
  };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complain(message.text());
  });
  page.on('pageerror', (error) => complain(String(error)));
  page.on('request', (request) => page.requests.push(request.url()));
  if (context.javaScriptEnabled !== false)
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
    });
  await page.goto(url);
  return page;
}

async function close(page) {
  await page.context().close();
  assert.deepStrictEqual(page.complaints, [], 'the browser complains of the page');
}

// What axe finds, a line each.
async function axe(page) {
  const source = fs.readFileSync(path.join(MODULES, 'axe-core/axe.min.js'), 'utf8');
  await page.evaluate(source);
  const { violations, passes } = await page.evaluate(() => window.axe.run());
  assert(passes.length > 10, 'axe has looked at hardly anything');
  return violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.html}: ${node.failureSummary.replace(/\s+/g, ' ')}`));
}

async function assertAccessible(page) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    assert.deepStrictEqual(await axe(page), [], `axe, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: null });
}

// At 360 pixels the page itself does not scroll sideways.
async function assertNarrowWidth(page) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 740 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.strictEqual(width, 360, 'the page is wider than the screen');
  await page.setViewportSize(before);
}

async function assertNarrow(page) {
  const before = page.viewportSize();
  await assertNarrowWidth(page);
  await page.setViewportSize({ width: 360, height: 740 });
  assert.deepStrictEqual(await axe(page), [], 'axe, 360 px');
  await page.setViewportSize(before);
}

// Dark ground and light ink, or the other way round.
async function assertColours(page) {
  const sum = async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    return page.evaluate(() => ['backgroundColor', 'color'].map((key) =>
      getComputedStyle(document.body)[key].match(/\d+/g).slice(0, 3)
        .reduce((a, b) => a + Number(b), 0)));
  };
  const [lightGround, lightInk] = await sum('light');
  const [darkGround, darkInk] = await sum('dark');
  assert(lightGround > 600 && lightInk < 200, 'light is not light');
  assert(darkGround < 200 && darkInk > 500, 'dark is not dark');
  await page.emulateMedia({ colorScheme: null });
}

// As many pages as it takes, A4.
async function assertPrints(page) {
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  assert(pdf.startsWith('%PDF-'), 'no PDF');
  const boxes = pdf.match(/\/MediaBox \[[^\]]*\]/g) || [];
  assert(boxes.length > 0, 'no page is printed');
  for (const box of boxes) {
    const [, , width, height] = box.match(/[\d.]+/g).map(Number);
    assert(Math.abs(width - 595) < 2 && Math.abs(height - 842) < 2, `not A4: ${box}`);
  }
  return boxes.length;
}

module.exports = {
  missing, launch, quit, open, close, assertAccessible, assertNarrow, assertNarrowWidth,
  assertColours, assertPrints,
};
