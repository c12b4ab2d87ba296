#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Refused records mended in a spreadsheet program and dropped again: LibreOffice Calc opens the
# rejects as a person would open them, one cell is changed, and it saves the file as it was.

bats_require_minimum_version 1.5.0
load ../e2e/lib

# What the options of Calc's filter for CSV call an encoding.
WINDOWS_1252=1
UTF_8=76

# office FROM TO FOLDER FILE: converts a file; what it is and becomes is said by the filters.
office() {
    timeout 300 soffice "-env:UserInstallation=file://$BATS_FILE_TMPDIR/office" --headless \
        --infilter="$1" --convert-to "$2" --outdir "$3" "$4" >>"$WORLD/office.out" 2>&1 3>&-
}

# cell SHEET WRONG RIGHT: types RIGHT into the cell that says WRONG.
cell() {
    has "$(cat "$1")" "<text:p>$2</text:p>"
    sed -i "s|<text:p>$2</text:p>|<text:p>$3</text:p>|" "$1"
}

# mend DELIMITER ENCODING: opens the rejects in Calc, mends two cells, and saves the file again in
# the sender's dialect (the delimiter is a number).
mend() {
    local csv="Text - txt - csv (StarCalc):$1,34,$2,1" sheet="$WORLD/sheet/again.fods"
    mkdir "$WORLD/sheet" "$WORLD/mended"
    cp "$(report_path people.csv .rejects.csv)" "$WORLD/sheet/again.csv"
    office "$csv" fods "$WORLD/sheet" "$WORLD/sheet/again.csv"
    cell "$sheet" 20x2 2002
    cell "$sheet" 20x3 2003
    office 'OpenDocument Spreadsheet Flat XML' "csv:$csv" "$WORLD/mended" "$sheet"
}

# mended_is_imported DELIMITER ENCODING DIALECT: as it is told in the report.
mended_is_imported() {
    pbxsim_start
    conf_write
    drop people.csv
    run -1 daemon_once
    is "$(report people.csv '[.counts.created, .counts.invalid]')" '[1,2]'
    mend "$1" "$2"
    drop "$WORLD/mended/again.csv"
    daemon_once
    is "$(report again.csv '[.file.encoding, .file.delimiter]')" "$3"
    is "$(created)" '2001 2002 2003'
    pbxsim_stop
    is "$(jq -r '.extensions[].username' "$WORLD/pbx.json" | sort)" \
        "$(printf '%s\n' Ann 'Groß, Jürgen' Zoë)"
}

people() { # DELIMITER
    printf '%s\r\n' "number$1username$1registerpassword" "2001$1Ann$1Aa1bcdefgh" \
        "20x2$1\"Groß, Jürgen\"$1Aa1bcdefgh" "20x3$1Zoë$1Aa1bcdefgh"
}

@test "semicolons and Windows-1252" {
    people ';' | iconv -f utf-8 -t windows-1252 >people.csv
    mended_is_imported 59 "$WINDOWS_1252" '["windows-1252",";"]'
}

@test "commas and UTF-8" {
    people , >people.csv
    mended_is_imported 44 "$UTF_8" '["utf-8",","]'
}
