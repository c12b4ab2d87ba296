# SPDX-License-Identifier: GPL-2.0-or-later
# "breaches": what the PBX's journal must not show, whatever the faults; a line for each breach.
# Takes $journal and $first, [retry] first in ms. From a line {"event":"anew"} on, numbers may be asked
# for again: an operator's retry, or what the daemon takes for another PBX.

def calls: [$journal[] | select(.call)];

# The work may have been done: anything but a well-formed Failed, and three errnos of those.
def in_doubt:
    .result != "Failed" or .http != 200 or (.errno | IN("10025", "20010", "30001"));

# A look-up that answered.
def looked_up: .http == 200 and (.result == "Success" or .errno == "10006");

def breaches:
    (calls[] | select(.violation != null) | "call \(.seq) breaks the API: \(.violation)"),

    # "lost": somebody has deleted the extension on the PBX
    ([$journal[] | select(.created or .event == "lost")] | group_by(.number)[]
     | (map(if .created then 1 else -1 end) | add) as $times | select($times > 1)
     | "\(.[0].number) was created \($times) times"),

    # of each number, from one such line to the next: its adds and look-ups in order
    ([foreach $journal[] as $c (0; . + if $c.event == "anew" then 1 else 0 end;
          {anew: ., number: ($c.number // "" | split(",")[]), call: $c})
      | select(.call.call | IN("add", "query"))]
     | group_by([.number, .anew])[] | .[0].number as $number | map(.call) as $of
     | foreach $of[] as $c ({add: null, looked: null, breach: null};
           .breach = null
           | if $c.call == "add" then
                 (if .add == null or (.add | in_doubt | not) then .
                  elif .looked == null
                  then .breach = "\($number) was asked for again without a look-up (call \($c.seq))"
                  elif .looked.time - .add.time < $first - 1
                  then .breach = "\($number) was looked up too soon (call \(.looked.seq))"
                  else . end)
                 | .add = $c | .looked = null
             elif ($c | looked_up) then .looked = $c
             else . end;
           .breach // empty));
