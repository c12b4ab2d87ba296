# SPDX-License-Identifier: GPL-2.0-or-later
# Checks JSON documents against a JSON Schema (draft 2020-12, as much of it as report.schema.json
# and profile.schema.json use; any other keyword is an error, so that none is passed over):
#   jq -n --slurpfile schema schemas/report.schema.json -f report_schema.jq REPORT…
# Prints one line for each violation; none when all is well.

def known: ["$schema", "$id", "$defs", "$ref", "title", "description", "type", "const", "enum",
            "oneOf", "pattern", "minLength", "minimum", "maximum", "required", "properties",
            "additionalProperties", "propertyNames", "items", "minItems", "maxItems"];

def is_of($kind):
    if $kind == "integer" then type == "number" and floor == . else type == $kind end;

# Emits "PATH: what is violated" for the input against $s.
def violations($s; $path):
    . as $value
    | if $s == true then empty
      elif $s == false then "\($path): not allowed"
      else
          ($s | keys - known | if . == [] then empty else "schema: unknown keyword \(.)" end),
          (if $s["$ref"] then
               ($s["$ref"] | ltrimstr("#/") | split("/")) as $at
               | violations($schema[0] | getpath($at) // error("no \($at)"); $path)
           else empty end),
          (if $s.type and (is_of($s.type) | not) then "\($path): no \($s.type)" else empty end),
          (if $s | has("const") then if $s.const == $value then empty else "\($path): const" end
           else empty end),
          (if $s.enum and all($s.enum[]; . != $value) then "\($path): enum" else empty end),
          (if $s.oneOf then
               [$s.oneOf[] as $one | [violations($one; $path)] | select(. == [])] | length
               | if . == 1 then empty else "\($path): \(.) of oneOf" end
           else empty end),
          (if type == "string" then
               (if $s.pattern and (test($s.pattern) | not) then "\($path): pattern" else empty end),
               (if $s.minLength and length < $s.minLength then "\($path): minLength" else empty end)
           elif type == "number" then
               (if $s.minimum and . < $s.minimum then "\($path): minimum" else empty end),
               (if $s.maximum and . > $s.maximum then "\($path): maximum" else empty end)
           elif type == "array" then
               (if $s.minItems and length < $s.minItems then "\($path): minItems" else empty end),
               (if $s.maxItems and length > $s.maxItems then "\($path): maxItems" else empty end),
               (if $s.items then
                    range(length) as $i | .[$i] | violations($s.items; "\($path)/\($i)")
                else empty end)
           elif type == "object" then
               (($s.required // []) - keys | .[] | "\($path): lacks \(.)"),
               (keys[] as $key
                | (if $s.propertyNames then
                       $key | violations($s.propertyNames; "\($path): name \($key)")
                   else empty end),
                  ($value[$key]
                   | violations(if $s.properties | has($key) then $s.properties[$key]
                                elif $s | has("additionalProperties") then $s.additionalProperties
                                else true end; "\($path)/\($key)")))
           else empty end)
      end;

inputs | violations($schema[0]; input_filename)
