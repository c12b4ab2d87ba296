# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the checks share. Each is a program of its own: `tests/lint/CHECK [TREE]` checks a source
# tree, this one by default, prints FILE:LINE: text for what is wrong, and exits 1 when anything is.

cd "${1:-"$(dirname "${BASH_SOURCE[0]}")/../.."}" || exit 2

# files PATTERN…: the tree's files whose path (./DIR/NAME) matches one of the patterns, sorted.
files() {
    local wanted=() pattern
    for pattern; do
        wanted+=(-o -path "$pattern")
    done
    find . \( -path ./.git -o -path './build*' \) -prune -o \
        -type f \( -false "${wanted[@]}" \) -print | LC_ALL=C sort
}

c_files() {
    files '*.c' '*.h'
}

# Files in a shell's language, by their ending or their first line.
shell_files() {
    files '*.bats' '*.bash' '*.sh'
    files './tests/*' './.ci/*' './docs/*' './debian/*' | grep -v '/[^/]*\.[^/]*$' |
        xargs -r -d '\n' awk 'FNR == 1 && /^#!.*sh$/ { print FILENAME } { nextfile }'
}

# code: C files, named on standard input, without their comments, texts and characters; every line
# as FILE:LINE:CODE.
code() {
    # shellcheck disable=SC2016 # $ belongs to perl
    xargs -r -d '\n' perl -0777 -ne '
        s{/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'\''(?:\\.|[^'\''\\\n])*'\''}
         {(my $kept = $&) =~ s/[^\n]//g; " $kept "}gsex;
        my $n = 0;
        print "$ARGV:" . ++$n . ":$_\n" for split /\n/'
}

# report: passes findings on; the check then ends with 1 when there were any.
report() {
    ! grep .
}
