# SPDX-License-Identifier: GPL-2.0-or-later
# "breaches": what the PBX's journal must not show, whatever the faults; a line for each breach.
# Takes $journal and $first, [retry] first in ms. A line {"event":"retry"} in the journal tells that
# an operator asked for failed rows to be sent again.

def calls: [$journal[] | select(.call)];

# The work may have been done: anything but a well-formed Failed, and three errnos of those.
def in_doubt:
    .result != "Failed" or .http != 200 or (.errno | IN("10025", "20010", "30001"));

# A look-up that answered.
def looked_up: .http == 200 and (.result == "Success" or .errno == "10006");

def breaches:
    (calls[] | select(.violation != null) | "call \(.seq) breaks the API: \(.violation)"),

    ([$journal[] | select(.created) | .number] | group_by(.)[] | select(length > 1)
     | "\(.[0]) was created \(length) times"),

    # of each number, up to a retry by an operator: its adds and look-ups in order
    ([foreach $journal[] as $c (0; . + if $c.event == "retry" then 1 else 0 end;
          {retry: ., number: ($c.number // "" | split(",")[]), call: $c})
      | select(.call.call | IN("add", "query"))]
     | group_by([.number, .retry])[] | .[0].number as $number | map(.call) as $of
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
           .breach // empty));
