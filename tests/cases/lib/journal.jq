# SPDX-License-Identifier: GPL-2.0-or-later
# Says of each wanted fact about the PBX's journal what is so. A fact is a line:
#   CALL [NUMBER] calls|done|created OP N    CALL may be any
#   CALL [NUMBER] errno E OP N               answers with this errno
#   CALL [NUMBER] http S OP N                answers with this status
#   inflight OP N                            most calls at the same time
#   connections OP N
#   pause after S OP MS                      shortest wait after an answer of this HTTP status
#   span OP MS                               from the first add to the last
# OP is = <= >=. A fact that holds is said as it is wanted, another one with what is so.

[inputs] as $lines
| [$lines[] | select(.call)] as $calls

| def about($call; $number):
      [$calls[] | select(($call == "any" or .call == $call)
                         and ($number == null or (.number // "" | split(",") | index($number))))];
  def pauses($status):
      [range(1; $calls | length) as $i
       | select($calls[$i - 1].http == $status) | $calls[$i].time - $calls[$i - 1].time];
  def numbered: length > 1 and (.[1] | test("^[0-9]+$"));
  def count:
      if .[0] == "inflight" then [$calls[].inflight] | max
      elif .[0] == "connections" then [$calls[].connection] | unique | length
      elif .[0] == "pause" then pauses(.[2] | tonumber) | min
      elif .[0] == "span" then [$calls[] | select(.call == "add") | .time] | max - min
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

  $facts | split("\n")[] | select(. != "")
  | . as $fact | split(" ") as $word
  | ($word[:-2] | count) as $is
  | if holds($is; $word[-2]; $word[-1] | tonumber) then $fact
    else ($word[:-2] | join(" ")) + " = \($is)" end
