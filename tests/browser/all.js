// SPDX-License-Identifier: GPL-2.0-or-later
'use strict';
const browser = require('./browser.js');
const { runAll } = require('./test.js');

async function main() {
  const missing = browser.missing();
  if (missing) {
    console.log(`ok tests in a browser # skip ${missing}`);
    console.log('0 passed, 0 failed');
    return;
  }
  require('./report.js');
  require('./page.js');
  await browser.launch();
  process.exitCode = (await runAll(process.argv[2])) ? 0 : 1;
  await browser.quit();
}

main();
