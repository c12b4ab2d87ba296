/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON: trees and writing are json-c's own; reading goes through json_parse_strict. */
#ifndef EXTSPOOLD_JSON_H
#define EXTSPOOLD_JSON_H

#include <json-c/json.h>

#include "fault.h"

#define JSON_BYTES_MOST (16 * 1024 * 1024)
#define JSON_DEPTH_MOST 32

/* Reads one JSON text (RFC 8259) whose outermost value is an object or an array; a BOM before it
 * is skipped. Refused, which json-c alone would take: a key that stands twice in one object,
 * single quotes, comments, NaN and Infinity, control characters and \u0000 in strings, numbers
 * that json-c would change, anything after the value; also more than JSON_BYTES_MOST bytes or
 * JSON_DEPTH_MOST levels. The caller owns the tree (json_object_put, or ON_LEAVE(json_leave)).
 * NULL with a FAULT_INPUT "line L, column C: …" otherwise; of the text itself the message shows
 * nothing but the doubled key. */
struct json_object *json_parse_strict(const char *text, size_t len, struct fault *f);

/* For ON_LEAVE: gives the tree back; NULL is well. */
void json_leave(struct json_object **tree);

/* ---- json_get.c: what an administrator wrote; each is false with a FAULT_CONFIG that says what
 * is wrong ---- */

/* Whether the text is in a list that ends with NULL. */
bool json_listed(const char *const *list, const char *text);
/* All keys of an object are among the known ones, a list that ends with NULL. */
bool json_keys_known(struct json_object *o, const char *const *known, struct fault *f);

/* A value of this type; *ret is NULL when there is no such key. */
bool json_get(struct json_object *o, const char *key, enum json_type type, struct json_object **ret,
              struct fault *f);
bool json_get_text(struct json_object *o, const char *key, const char **ret, struct fault *f);

#endif
