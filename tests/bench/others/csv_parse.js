// SPDX-License-Identifier: GPL-2.0-or-later
// csv-parse with the rules of rules.js.
'use strict';
const fs = require('fs');
const {parse} = require('csv-parse');
const rules = require('./rules.js');

const parser = parse({columns: true});
parser.on('data', rules.row);
parser.on('end', rules.end);
fs.createReadStream(process.argv[2]).pipe(parser);
