// SPDX-License-Identifier: GPL-2.0-or-later
// Tests one after the other, as TAP has them.
'use strict';

const tests = [];

function test(name, run) {
  tests.push({ name, run });
}

// Runs those whose name has the text. Prints the counts last; true when none failed.
async function runAll(only = '') {
  let passed = 0;
  let failed = 0;
  for (const { name, run } of tests.filter((one) => one.name.includes(only))) {
    try {
      await run();
      passed++;
      console.log(`ok ${name}`);
    } catch (error) {
      failed++;
      console.log(`not ok ${name}`);
      console.log(String(error.stack || error).replace(/^/gm, '# '));
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

module.exports = { test, runAll };
