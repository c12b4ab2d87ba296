# SPDX-License-Identifier: GPL-2.0-or-later
# The PBX's extensions, each with those of its fields that $wanted names for it. Numbers of a
# range that $wanted has come as that range when all of them are there.

(input.extensions | map({key: .number, value: .}) | from_entries) as $has
| [$wanted | split("\n")[] | select(. != "")] as $lines
| ([$lines[] | select(test("^[0-9]+ ")) | capture("^(?<key>[0-9]+) (?<value>.*)$")
    | .value |= fromjson] | from_entries) as $fields
| [$lines[] | select(test("^[0-9]+-[0-9]+$"))
   | {range: ., numbers: (split("-") | map(tonumber) | [range(.[0]; .[1] + 1) | tostring])}
   | select(all(.numbers[]; $has[.]))] as $ranges
| ([$ranges[].numbers[] | {key: ., value: true}] | from_entries) as $in_range
| [$ranges[] | {key: .numbers[0], text: .range}]
  + [$has | keys[] | select($in_range[.] | not) as $n | $n
     | {key: ., text: (if $fields[.] then . as $n
                       | "\($n) \(($fields[$n] | keys_unsorted) as $k
                                  | [$k[] | {key: ., value: $has[$n][.]}] | from_entries | tojson)"
                       else . end)}]
| sort_by(.key)[].text
