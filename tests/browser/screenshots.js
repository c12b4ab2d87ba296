// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures of a small company's day: made-up people, real imports.
'use strict';
process.env.TZ = 'Europe/Berlin'; // the daemon's
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const browser = require('./browser.js');
const { World, until, ROOT } = require('./world.js');

const folder = process.argv[2];
const sample = (name) => fs.readFileSync(path.join(ROOT, 'samples', name));

const GIVEN = ['Alice', 'Bruno', 'Carla', 'Dario', 'Elif', 'Felix', 'Greta', 'Hassan', 'Ida',
  'Jakub'];
const FAMILY = ['Arnold', 'Bellini', 'Costa', 'Demir', 'Engel', 'Fischer', 'Gomez', 'Horvat',
  'Ivanova', 'Jansen'];

// The people of a new office: a row each.
function office(count) {
  const lines = ['number,username,registerpassword,email'];
  for (let i = 0; i < count; i++) {
    const given = GIVEN[i % 10];
    const family = FAMILY[Math.floor(i / 10) % 10];
    lines.push(`${5000 + i},${given} ${family},Meadow-Oak-Lark${100 + i},` +
      `${given}.${family}${i}@example.com`.toLowerCase());
  }
  return lines.join('\n') + '\n';
}

const HIGHEST = 1560; // what is below would only lengthen the page that shows it

// As high as its content is, up to there.
async function picture(page, name, colorScheme = 'light', width = 880) {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 200 });
  const content = await page.evaluate(() => document.documentElement.scrollHeight);
  const clip = { x: 0, y: 0, width, height: Math.min(content, HIGHEST) };
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true, clip });
}

async function inWorld(settings, pbx, run) {
  const world = new World();
  try {
    world.pbxPort = 9011;
    await world.startPbx(...pbx);
    world.configure({ 'status.listen': '127.0.0.1:0', ...settings });
    await world.startDaemon();
    await run(world);
  } finally {
    await world.end();
  }
}

async function reports(language, run) {
  await inWorld({ 'report.language': language }, [], async (world) => {
    world.drop('onboarding.csv', sample('onboarding.csv'));
    await world.report('000001', 'done');
    world.drop('mistakes.csv', sample('mistakes.csv'));
    const page = await browser.open(pathToFileURL(await world.report('000002', 'done')).href);
    await run(page);
    await browser.close(page);
  });
}

async function main() {
  await browser.launch();
  await reports('en', async (page) => {
    await picture(page, 'report');
    await picture(page, 'report-dark', 'dark');
    await picture(page, 'report-narrow', 'light', 360);
  });
  await reports('de', (page) => picture(page, 'report-de'));

  const settings = { 'pbx.concurrency': '2', 'import.max_rows_changed': '500' };
  await inWorld(settings, ['--latency', '40'], async (world) => {
    world.drop('onboarding.csv', sample('onboarding.csv'));
    await world.report('000001', 'done');
    world.drop('mistakes.csv', sample('mistakes.csv'));
    await world.report('000002', 'done');
    world.drop('bamboohr.csv', sample('hr/bamboohr.csv'));
    await world.report('000003', 'done');
    world.drop('new-office.csv', office(480));
    const [url] = await until(() => world.log().match(/http:\/\/127\.0\.0\.1:\d+\//), 'a page');
    const page = await browser.open(url);
    await page.waitForFunction(() => {
      const bar = document.querySelector('#running progress[value]');
      return bar && bar.value / bar.max > 0.4;
    }, null, { timeout: 60000 });
    await picture(page, 'page-importing');
    world.drop('everybody-again.csv', office(600).replaceAll('\n5', '\n6'));
    world.drop('people.xlsx', 'x');
    await page.locator('#held li').waitFor({ timeout: 60000 });
    await page.locator('#staying li').waitFor({ timeout: 60000 });
    await picture(page, 'page-held');
    await picture(page, 'page-dark-narrow', 'dark', 360);
    await browser.close(page);
  });
  await browser.quit();
}

main();
