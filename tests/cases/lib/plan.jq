# SPDX-License-Identifier: GPL-2.0-or-later
# Compares the plan of a dry run ($plan) with the results of the import (its lines): says where an
# outcome is none that the planned action can have. What the PBX says of a row is in no plan.

def outcomes:
    {create: ["created", "failed", "skipped already-exists", "skipped not-sent"],
     unchanged: ["unchanged"],
     changed: ["skipped changed"],
     skip: ["skipped"],
     invalid: ["invalid"]};

[inputs | split(",")][1:] as $rows
| ($plan[0] | select(.state != "rejected") | .plan) as $planned
| (select(($planned | length) != ($rows | length))
   | "the plan has \($planned | length) rows, the import \($rows | length)"),
  (range([($planned | length), ($rows | length)] | min)
   | $planned[.] as $p | $rows[.] as $r | outcomes[$p.action] as $may
   | select(($may | index($r[3])) == null and ($may | index("\($r[3]) \($r[4])")) == null)
   | "row \($p.row) was planned as \($p.action) \($p.code), and is \($r[3]) \($r[4])")
