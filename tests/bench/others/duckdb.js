// SPDX-License-Identifier: GPL-2.0-or-later
// DuckDB with ten rules of the kind that `extspool check` has, as one query.
'use strict';
const {DuckDBInstance} = require('@duckdb/node-api');

const query = file => `
    SELECT count(*) FILTER (WHERE NOT (
               regexp_full_match(number, '[0-9]{1,7}') AND length(username) <= 31 AND
               length(registerpassword) BETWEEN 1 AND 31 AND
               maxregistrations IN ('1', '2', '3', '4', '5') AND contains(email, '@') AND
               regexp_full_match(mobile, '[0-9]+') AND hasvoicemail IN ('on', 'off') AND
               dnd IN ('on', 'off'))) + count(*) - count(DISTINCT number) AS bad
    FROM read_csv('${file.replaceAll("'", "''")}', header = true, all_varchar = true)`;

async function main() {
    const instance = await DuckDBInstance.create(':memory:', {threads: '1'});
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(query(process.argv[2]));
    process.exitCode = Number(reader.getRows()[0][0]) ? 1 : 0;
}

main();
