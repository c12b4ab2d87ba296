# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a file to be dropped, and says what is to come of it: `seed`, `kind` (plain, quoted: cells
# with line breaks, pair: its numbers are those of another file), `count` rows, `from` which number.
# The files:
#   to      the CSV
#   want    a line for each data row: ROW LINE NUMBER KIND. KIND is v: created; p: created, unless the
#           other file of the pair has done so; i: invalid; s: skipped. NUMBER is - where it is none.
#   has     what the PBX may have afterwards: NUMBER|USERNAME|REGISTERPASSWORD|VMSECRET
# Every secret begins with `mark`.

function letters(number,   text, i) {
    text = ""
    for (i = 1; i <= length(number); i++)
        text = text substr("abcdefghij", substr(number, i, 1) + 1, 1)
    return text
}

function row(number, password, wanted, as) {
    print number ",Person " number "," password "," secret ",on," note > to
    print count_of_rows, line, wanted, as > want
    line += breaks
}

BEGIN {
    srand(seed)
    print "number,username,registerpassword,vmsecret,hasvoicemail,note" > to
    printf "" > has
    note = "x"
    if (kind == "quoted") {
        note = "\"first, line\n2000,\"\"quoted\"\"\n\n2001,a,b,c,on,\""
        breaks = 3
    }
    line = 1
    previous = "-"
    for (count_of_rows = 1; count_of_rows <= count; count_of_rows++) {
        line++
        number = from + count_of_rows - 1
        password = mark letters(number) (kind == "pair" ? "X" seed : "")
        secret = "314159265358979" number
        dice = kind == "pair" ? 1 : rand()
        if (dice < 0.008) {
            row(number, "", number, "i")
        } else if (dice < 0.014) {
            row(number "x", password, "-", "i")
        } else if (dice < 0.018 && previous != "-") {
            row(previous, password, previous, "i")
        } else if (dice < 0.021) {
            print number ",Person" > to
            print count_of_rows, line, "-", "i" > want
        } else if (dice < 0.024) {
            print ",,,,," > to
            print count_of_rows, line, "-", "s" > want
        } else {
            row(number, password, number, kind == "pair" ? "p" : "v")
            print number "|Person " number "|" password "|" secret > has
            previous = number
        }
    }
}
