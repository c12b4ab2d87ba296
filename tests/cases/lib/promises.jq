# SPDX-License-Identifier: GPL-2.0-or-later
# What the PBX's journal must not show; a line for each breach. $first is [retry] first in ms.

# The work may have been done: anything but a well-formed Failed, and three errnos of those.
def in_doubt:
    .result != "Failed" or .http != 200 or (.errno | IN("10025", "20010", "30001"));

# A look-up that answered.
def looked_up: .http == 200 and (.result == "Success" or .errno == "10006");

[inputs] as $lines
| [$lines[] | select(.call)] as $calls

| ($calls[] | select(.violation != null) | "call \(.seq) breaks the API: \(.violation)"),

  ([$lines[] | select(.created) | .number] | group_by(.)[] | select(length > 1)
   | "\(.[0]) was created \(length) times"),

  # of each number: its adds and look-ups in order
  ([$calls[] | select(.call == "add" or .call == "query") | . as $c
    | (.number // "" | split(",")[]) | {number: ., call: $c}]
   | group_by(.number)[] | .[0].number as $number | map(.call) as $of
   | foreach $of[] as $c ({add: null, looked: false, breach: null};
         .breach = null
         | if $c.call == "add" then
               (if .add and (.add | in_doubt) and (.looked | not)
                then .breach = "\($number) was asked for again without a look-up (call \($c.seq))"
                else . end)
               | .add = $c | .looked = false
           elif ($c | looked_up) then
               (if .add and (.add | in_doubt) and $c.time - .add.time < $first - 1
                then .breach = "\($number) was looked up too soon (call \($c.seq))" else . end)
               | .looked = true
           else . end;
         .breach // empty))
