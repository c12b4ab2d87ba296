#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The shipped mapping profiles, their JSON Schema, their samples, and the manual page about them.

bats_require_minimum_version 1.5.0
load lib

setup() {
    lib_setup
    conf_write
    cp -r "$ROOT/samples/hr" "$WORLD/"
    PROFILES="$WORLD/tree/schemas/profiles" # as the programs here find them
}

# violations FILE…: of schemas/profile.schema.json; a line for each.
violations() {
    jq -nr --slurpfile schema "$ROOT/schemas/profile.schema.json" \
        -f "$ROOT/tests/unit/report_schema.jq" "$@"
}

shipped() {
    printf '%s\n' "$PROFILES"/*.json
}

# The profile that the manual page shows.
example() {
    sed -n '/^\.Bd -literal/,/^\.Ed/p' "$ROOT/docs/man/extspool-profile.5" |
        sed -n '/^{$/,/^}$/p' | sed 's/\\e/\\/g'
}

@test "each shipped profile keeps the schema, and the program is content with it" {
    shipped | grep -c . | grep -qx 10
    while read -r profile; do
        is "$(violations "$profile")" ""
        is "$(jq -r .name "$profile")" "$(basename "$profile" .json)"
        extspool check-profile "$profile"
    done < <(shipped)
}

@test "each shipped profile says where it is from, and what is not confirmed is a heading of it" {
    while read -r profile; do
        jq -e '.source and .title and has("verified")' "$profile"
        is "$(jq -r '(.unconfirmed // []) - (.columns // {} | [to_entries[] | .key, .value[]])
            | .[]' "$profile")" ""
    done < <(shipped)
}

@test "each shipped profile but the PBX's own names has a sample and a case" {
    while read -r profile; do
        name="$(basename "$profile" .json)"
        [ "$name" != vendor ] || continue
        compgen -G "$ROOT/samples/hr/$name*" >/dev/null
        [ -e "$ROOT/tests/cases/profile-$name/about" ]
    done < <(shipped)
}

@test "each sample is recognised by its headings" {
    for sample in "$WORLD"/hr/*; do
        name="$(basename "${sample%.*}")"
        wanted="$name"
        until [ -e "$PROFILES/$wanted.json" ]; do wanted="${wanted%-*}"; done
        run extspool check --json "$sample"
        is "$name: $(jq -r '.file.profile + " " + .state' <<<"$output")" "$name: $wanted done"
    done
}

@test "each shipped profile is listed, and a sheet to start from is recognised as its own" {
    extspool profiles >"$WORLD/profiles"
    while read -r profile; do
        name="$(basename "$profile" .json)"
        grep -q "^$name\b" "$WORLD/profiles"
        extspool template "$name" >"$WORLD/$name.csv"
        run extspool check --json "$WORLD/$name.csv"
        is "$(jq -r '.file.profile + " " + .state' <<<"$output")" "$name done"
    done < <(shipped)
}

@test "the manual page's profile keeps the schema, and does what the page says" {
    example >"$WORLD/school.json"
    is "$(violations "$WORLD/school.json")" ""
    mkdir "$WORLD/profiles"
    cp "$WORLD/school.json" "$WORLD/profiles/"
    extspool check-profile "$WORLD/school.json"
    pbxsim_start
    conf_write import.profiles="$WORLD/profiles"
    drop - staff.csv <<'END'
Staff No.;Name;Mail;Voicemail;Away;Room
17; Nora O'Brien ;Nora@Example.com;YES;;12
18;Dr. Jürgen Müller;;;;14
19;Tom Lever;;yes;x;15
20;Zoë Čapek;;perhaps;;16
END
    daemon_once
    is "$(report staff.csv '[.file.profile, .counts.created, .counts.skipped] | @tsv')" \
        "school"$'\t3\t1'
    pbxsim_stop
    is "$(jq -r '.extensions | sort_by(.number)[] | [.number, .username, .email // "", .hasvoicemail] | @csv' \
        "$WORLD/pbx.json")" '"400","Nora O'"'"'Brien","nora@example.com","on"
"401","Dr. Jürgen Müller","","off"
"402","Zoë Čapek","","off"'
}

# Mistakes, as changes of a good profile.
mistakes() {
    cat <<'END'
del(.name)
.name = "a b"
del(.fields)
.colour = "blue"
.generic = "yes"
.verified = true
.columns["Name"] = "Full Name"
.columns["Name"] = [""]
.recognise = []
.recognise = "Name"
.dialect = {"delimiter": ":"}
.dialect = {"quoteChar": "`"}
.dialect = {"headerRow": 0}
.dialect = {"headerRows": 3}
.dialect = {"shortRows": "drop"}
.dialect = {"colour": "blue"}
.fields.email = "Mail"
.fields.email = {}
.fields.email = {"column": "Mail", "constant": "x"}
.fields.email = {"column": []}
.fields.email = {"column": 7}
.fields.email = {"constant": 7}
.fields.email = {"constant": "x", "transform": ["trim"]}
.fields.email = {"column": "Mail", "transform": "trim"}
.fields.email = {"column": "Mail", "transform": ["shorten"]}
.fields.email = {"column": "Mail", "transform": [{"truncate": 0}]}
.fields.email = {"column": "Mail", "transform": [{"truncate": "3"}]}
.fields.email = {"column": "Mail", "transform": [{"replace": {"": "x"}}]}
.fields.email = {"column": "Mail", "transform": [{"map": {"a": 1}}]}
.fields.email = {"column": "Mail", "transform": [{"remove": ""}]}
.fields.email = {"column": "Mail", "transform": [{"trim": true}]}
.fields.email = {"column": "Mail", "transform": [{"map": {}, "otherwise": ""}]}
.fields.number = {"pool": "400", "key": "Staff No."}
.fields.number = {"pool": "400-499"}
.fields.vmsecret = {"generate": "word"}
.fields.vmsecret = {"generate": "pin", "length": 3}
.fields.vmsecret = {"generate": "pin", "length": 32}
.fields.registerpassword = {"generate": "password", "length": 7}
.filters = {"column": "Away", "in": ["x"]}
.filters = [{"column": "Away"}]
.filters = [{"column": "Away", "in": "x"}]
.filters = [{"column": "Away", "in": []}]
.filters = [{"column": "Away", "in": [1]}]
.filters = [{"column": "Away", "in": ["x"], "notIn": ["y"]}]
.filters = [{"column": "Away", "in": ["x"], "required": "yes"}]
END
}

@test "what the schema finds wrong, the program refuses" {
    example >"$WORLD/good.json"
    while read -r mistake; do
        jq "$mistake" "$WORLD/good.json" >"$WORLD/school.json"
        [ -n "$(violations "$WORLD/school.json")" ] || { echo "the schema: $mistake"; return 1; }
        run extspool check-profile "$WORLD/school.json"
        [ "$status" = 1 ] || { echo "the program: $mistake: $output"; return 1; }
    done < <(mistakes)
}

# What goes across members is not for a schema.
@test "a heading that is no column, and a field that the schema has not, are refused" {
    example >"$WORLD/good.json"
    for mistake in '.fields.email = {"column": "E-Mail"}' '.recognise += ["E-Mail"]' \
        '.fields.username = {"template": "{First} {Name}"}' '.fields.colour = {"constant": "x"}' \
        '.filters[0].column = "Gone"' '.fields.number.key = "Number"' \
        '.fields.email = {"pool": "400-499", "key": "Staff No."}' \
        '.fields.email = {"generate": "password"}' '.name = "college"'; do
        jq "$mistake" "$WORLD/good.json" >"$WORLD/school.json"
        run extspool check-profile "$WORLD/school.json"
        [ "$status" = 1 ] || { echo "the program: $mistake: $output"; return 1; }
    done
    has "$output" school
}
