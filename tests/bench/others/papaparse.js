// SPDX-License-Identifier: GPL-2.0-or-later
// papaparse with the rules of rules.js.
'use strict';
const fs = require('fs');
const papa = require('papaparse');
const rules = require('./rules.js');

const parser = papa.parse(papa.NODE_STREAM_INPUT, {header: true});
parser.on('data', rules.row);
parser.on('end', rules.end);
fs.createReadStream(process.argv[2]).pipe(parser);
