/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a mapping profile does to a value on its way to a field: trim, digits, lower, upper, ascii,
 * remove, replace, map, truncate. */
#ifndef EXTSPOOLD_TRANSFORM_H
#define EXTSPOOLD_TRANSFORM_H

#include "buf.h"
#include "code.h"
#include "json.h"
#include "translit.h"

/* A zeroed struct transforms is an empty list. */
struct transform;
struct transforms {
    struct transform *at;
    size_t count;
};

/* Reads the list. False with a FAULT_CONFIG that says which one is wrong and why; transforms_free
 * is due in any case. */
bool transforms_read(struct json_object *list, struct transforms *ret, struct fault *f);
void transforms_free(struct transforms *t);

/* The name of the i-th; static text. */
const char *transforms_name(const struct transforms *t, size_t i);
/* A text that may become `wanted`: where a map stands first, one that it has; lent. */
const char *transforms_origin(const struct transforms *t, const char *wanted);

/* Applies them in turn. *value is changed to a text in one of the two bufs, which it lends until
 * their next change, and is terminated; names gets the names of those that really changed it,
 * separated by ", ". Returns CODE_NONE, or why there is no such value: CODE_ENUM (map has none for
 * it) or CODE_ENCODING_ERROR (ASCII has none). */
int transforms_apply(const struct transforms *t, const struct translit *letters, struct cell *value,
                     struct buf bufs[2], struct buf *names);

#endif
