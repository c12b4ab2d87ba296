// SPDX-License-Identifier: GPL-2.0-or-later
// Ten rules of the kind that `extspool check` has, for the parsers of Node.
'use strict';
const digits = /^[0-9]+$/;
const onOff = new Set(['on', 'off']);
const registrations = new Set(['1', '2', '3', '4', '5']);
const seen = new Set();
let bad = 0;

exports.row = row => {
    const good = digits.test(row.number) && row.number.length <= 7 && !seen.has(row.number) &&
        row.username.length <= 31 &&
        row.registerpassword.length > 0 && row.registerpassword.length <= 31 &&
        registrations.has(row.maxregistrations) && row.email.includes('@') &&
        digits.test(row.mobile) && onOff.has(row.hasvoicemail) && onOff.has(row.dnd);
    seen.add(row.number);
    bad += good ? 0 : 1;
};

exports.end = () => {
    process.exitCode = bad ? 1 : 0;
};
