# SPDX-License-Identifier: GPL-2.0-or-later
# Looks at what came out of a case; prints lines "FILE TAB TEXT":
#   want.json, want.N.json    each report, without times and digest, a line for each problem
#   want.choices, …           what was found out about each file, and why
#   want.pbx                  the PBX's extensions
#   want.journal              what is so of each wanted fact about what the PBX was asked
#   wrong                     what must not be so in any case
#   ended                     the id of each import that has ended
#   secrets                   values of secret parameters that the PBX has
# "violations" is of tests/unit/report_schema.jq and "breaches" of promises.jq; run puts both before
# this. Inputs: the reports; $schema, $journal, $pbx; texts of one line for each item: $facts and
# $extensions (as wanted), $sums ("DIGEST  PATH"), $files ("SIZE MODE PATH"), $dropped ("DIGEST
# NAME"), $tallies ("STEM TAB COUNTS"); $first, [retry] first in ms.

def lines: split("\n")[] | select(. != "");

# ---- reports ----------------------------------------------------------------------------------

def sum: .created + .unchanged + .skipped + .invalid + .failed;

# {PATH: DIGEST}; sha256sum puts a backslash before a line with a strange name.
def digests:
    [lines | ltrimstr("\\") | {key: .[66:], value: .[:64]}] | from_entries;

def sizes:
    [lines | capture("^(?<value>[0-9]+) [0-9]+ (?<key>.*)$")] | from_entries;

# The file of an import: FOLDER/STEM or FOLDER/STEM.EXTENSION.
def original($folder; $stem):
    "\($folder)/\($stem)" as $at
    | first(keys[] | select(. == $at or (startswith($at + ".")
                                         and (.[$at | length + 1:] | contains(".") | not))));

def report_breaches($digests; $sizes):
    (input_filename | ltrimstr("reports/") | rtrimstr(".json")) as $stem
    | (if .state == "cancelled" then "done" else .state end) as $folder
    | ([$digests | original($folder; $stem)][0]) as $original
    | violations($schema[0]; $stem),
      (select(.counts | .rows != sum) | "\($stem): counts do not add up"),
      (select(.started > .finished) | "\($stem): it ended before it began"),
      (.counts as $counts | $tallies | lines | select(startswith("reports/\($stem)\t"))
       | .[("reports/\($stem)\t" | length):] | select(. != ($counts | tojson))
       | "\($stem): the results say \(.)"),
      if $original == null then select($gone | not) | "\($stem): its file is not in \($folder)/"
      else
          (select(.file.sha256 != "" and .file.sha256 != $digests[$original])
           | "\($stem): digest of another file"),
          (select(.file.bytes != ($sizes[$original] | tonumber)) | "\($stem): size of another file")
      end;

def report:
    (.id | tonumber | if . == 1 then "want.json\t" else "want.\(.).json\t" end) as $to
    | (del(.file.sha256, .file.choices, .started, .finished) | del(.problems) | $to + tojson),
      (.file.choices[] | ($to | sub("json\t"; "choices\t")) + "\(.choice)=\(.value): \(.reason)"),
      (.problems[] | $to + tojson),
      (select(.state == "done" or .state == "cancelled") | "ended\t" + .id);

# Every file that was dropped is somewhere in the spool, byte for byte, and no other is, but for a
# case whose files have served their time ($gone). Nothing half written is left. What holds values that the sender sent is for the drop folder's group.
def file_breaches($digests):
    ([$dropped | lines | ltrimstr("\\")[:64]] | sort) as $before
    | ([$digests[]] | sort) as $after
    | (select($before != $after and ($gone and $after == [] | not)) | "dropped were \($before | length) files, in the spool are "
       + "\($after | length): \($digests | keys | join(", "))"),
      ($files | lines | capture("^[0-9]+ (?<mode>[0-9]+) (?<path>.*)$")
       | select((.path | test("(^|/)[.][^/]+$") and (startswith("incoming/") | not))
                or ((.path | endswith(".rejects.csv") and startswith("reports/")) and .mode != "640")
                or (.path | IN("work", "secrets")) and .mode != "700"
                or (.path | startswith("secrets/")) and .mode != "600")
       | "\(.path) is there with mode \(.mode)");

# ---- the PBX's extensions ---------------------------------------------------------------------

# Each with those of its fields that are wanted of it. Numbers of a wanted range come as that range
# when all of them are there.
def extensions:
    ($pbx[0].extensions | map({key: .number, value: .}) | from_entries) as $has
    | [$extensions | lines] as $wanted
    | ([$wanted[] | capture("^(?<key>[0-9]+) (?<value>.*)$") | .value |= fromjson]
       | from_entries) as $fields
    | [$wanted[] | select(test("^[0-9]+-[0-9]+$"))
       | {text: ., numbers: (split("-") | map(tonumber) | [range(.[0]; .[1] + 1) | tostring])}
       | select(all(.numbers[]; $has[.]))] as $ranges
    | ([$ranges[].numbers[] | {key: ., value: true}] | from_entries) as $in_range
    | [$ranges[] | {key: .numbers[0], text}]
      + [$has | keys[] | select($in_range[.] | not)
         | {key: ., text: (if $fields[.] then . + " " + ($has[.] as $of | $fields[.]
                               | with_entries(.value = $of[.key]) | tojson) else . end)}]
    | sort_by(.key)[].text;

def secrets:
    $pbx[0].extensions[] | .registerpassword, .loginpassword, .vmsecret
    | select(. != null and length > 5);

# ---- the PBX's journal ------------------------------------------------------------------------

def about($call; $number):
    [calls[] | select(($call == "any" or .call == $call)
                       and ($number == null or (.number // "" | split(",") | index($number))))];
def pauses($status):
    calls as $of
    | [range(1; $of | length) as $i
       | select($of[$i - 1].http == $status) | $of[$i].time - $of[$i - 1].time];
def numbered: length > 1 and (.[1] | test("^[0-9]+$"));
def count:
    if .[0] == "inflight" then [calls[].inflight] | max
    elif .[0] == "connections" then [calls[].connection] | unique | length
    elif .[0] == "pause" then pauses(.[2] | tonumber) | min
    elif .[0] == "span" then [calls[] | select(.call == "add") | .time] | max - min
    else
        (if numbered then .[1] else null end) as $number
        | (if numbered then .[2:] else .[1:] end) as $what
        | about(.[0]; $number)
        | if $what[0] == "calls" then length
          elif $what[0] == "done" then map(select(.done)) | length
          elif $what[0] == "created" then map(select(.created)) | length
          elif $what[0] == "errno" then map(select(.errno == $what[1])) | length
          elif $what[0] == "http" then map(select(.http == ($what[1] | tonumber))) | length
          else "no such fact" end
    end;
def holds($is; $op; $n):
    if $op == "=" then $is == $n elif $op == "<=" then $is <= $n
    elif $op == ">=" then $is >= $n else false end;

# A wanted fact is a line:
#   CALL [NUMBER] calls|done|created OP N    CALL may be any
#   CALL [NUMBER] errno E OP N               answers with this errno
#   CALL [NUMBER] http S OP N                answers with this status
#   inflight OP N                            most calls at the same time
#   connections OP N
#   pause after S OP MS                      shortest wait after an answer of this HTTP status
#   span OP MS                               from the first add to the last
# OP is = <= >=. A fact that holds is said as it is wanted, another one with what is so.
def facts:
    $facts | lines
    | . as $fact | split(" ") as $word
    | ($word[:-2] | count) as $is
    | if holds($is; $word[-2]; $word[-1] | tonumber) then $fact
      else ($word[:-2] | join(" ")) + " = \($is)" end;

# -----------------------------------------------------------------------------------------------

($sums | digests) as $digests | ($files | sizes) as $sizes
| "wrong\t" + (breaches, file_breaches($digests)),
  "want.journal\t" + facts,
  "want.pbx\t" + extensions,
  "secrets\t" + secrets,
  (inputs | report, "wrong\t" + report_breaches($digests; $sizes))
