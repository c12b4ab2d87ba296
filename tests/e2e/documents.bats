#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What README.md, docs/CONTRIBUTING.md and extspool-report(5) show is what one sees.

bats_require_minimum_version 1.5.0
load lib

# box FILE LINE: the box of FILE that has this line.
box() {
    awk -v wanted="$2" '
        /^```/ { if (inside && found) { printf "%s", text; ok = 1; exit }
                 inside = !inside; text = ""; next }
        inside { text = text $0 "\n"; found = found || $0 == wanted }
        END { exit !ok }' "$ROOT/$1"
}

# seen_in BOX FILE: FILE has the box's lines in their order; … stands for any lines.
seen_in() {
    awk 'NR == FNR { if ($0 != "…") want[++n] = $0; next }
         $0 == want[i + 1] { i++ }
         END { if (i < n) print "not seen: " want[i + 1]; exit i < n }' "$1" "$2"
}

readme_people() {
    box README.md '2101,Anna Schmidt,Meadow-Ash-Lark101,anna.schmidt@example.com,yes' >people.csv
}

@test "README: people.csv becomes the reports that are shown" {
    readme_people
    pbxsim_start
    conf_write
    drop people.csv
    run -1 daemon_once
    local times='s/[0-9-]{10}T[0-9:.]{12}Z$/T/'
    diff <(box README.md 'row,line,number,outcome,code,message,attempts,finished' |
        sed -E "$times") <(sed -E "$times" "$SPOOL/reports/000001-people.results.csv")
    diff <(box README.md 'number,username,registerpassword,email,hasvoicemail,import_error,import_line') \
        "$SPOOL/reports/000001-people.rejects.csv"
    [ -e "$SPOOL/done/000001-people.csv" ]
    [ -e "$SPOOL/reports/000001-people.html" ]
}

@test "README: people.csv is checked with the findings that are shown" {
    readme_people
    conf_write
    run -1 extspool check people.csv
    diff <(box README.md '1 file, 3 rows: 2 valid, 0 skipped, 1 invalid, 2 warnings') - <<<"$output"
}

@test "README: what is found out about a sample is what is shown" {
    cp -r "$ROOT/samples" .
    conf_write
    # shellcheck disable=SC2016 # the box has it
    box README.md '$ extspool check --explain --plan samples/hr/generic-de.csv' | tail -n +2 >shown
    "$BIN/extspool" -c "$CONF" check --explain --plan samples/hr/generic-de.csv >seen 2>&1
    seen_in shown seen
}

@test "CONTRIBUTING: the first case is made by the commands that are shown" {
    mkdir -p "$WORLD/clone"/{tests/{unit,cases},build}
    cp -r "$ROOT"/{schemas,samples} "$WORLD/clone/"
    cp -r "$ROOT"/tests/cases/{run,lib} "$WORLD/clone/tests/cases/"
    cp "$ROOT/tests/unit/report_schema.jq" "$WORLD/clone/tests/unit/"
    cp "$BIN"/{extspoold,extspool,pbxsim} "$WORLD/clone/build/"
    cd "$WORLD/clone" || return 1
    box docs/CONTRIBUTING.md 'name=letter-in-a-number                     # a case is a folder: what is dropped, what is wanted' |
        grep -v '^make demo' >../first
    BUILD=build run -0 bash ../first
    is "${lines[-1]}" '1 passed, 0 failed'
    [[ $output == *'not ok letter-in-a-number: '* && $output == *'"by_code":{"pattern":1}'* ]]
}

@test "extspool-report(5): the example prints the rows that were not made" {
    readme_people
    pbxsim_start
    conf_write
    drop people.csv
    run -1 daemon_once
    sed -n '/^cd .var.spool/,/^\.Ed/p' "$ROOT/docs/man/extspool-report.5" |
        sed "s|/var/spool/extspoold|$SPOOL|; s/\\\\e/\\\\/g; /^\.Ed/d" >example
    run -0 bash -eu example
    is "${lines[0]}" '4: number: must be digits only [pattern]'
    is "${#lines[@]}" 3
}

# named PROGRAM FILE: the verbs of it that a page has as commands.
named() {
    # shellcheck disable=SC2016 # $ belongs to perl
    perl -sne '
        print "$1\n" while /(?:`|Ql |Ic )$program ([a-z][a-z-]+)/g;
        print "$1\n" if /^ *(?:\$ )?$program ([a-z][a-z-]+)(?=$|  )/' -- -program="$1" "$2"
}

@test "commands that documents name are there" {
    local page word
    conf_write
    extspool --help >help
    cd "$ROOT" || return 1
    for page in README.md docs/*.md docs/man/*; do
        while read -r word; do
            grep -qwF -e "$word" "$WORLD/help" || { echo "$page: extspool $word" && return 1; }
        done < <(named extspool "$page")
    done
    for page in README.md docs/*.md; do
        while read -r word; do
            grep -qE "^([a-z-]+ )*$word( [a-z-]+)*:" Makefile || { echo "$page: make $word" && return 1; }
        done < <(named make "$page")
    done
}
