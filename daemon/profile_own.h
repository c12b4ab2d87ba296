/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that read a profile share. Each reader is false with a FAULT_CONFIG that says what
 * is wrong; those further out put the place before it. */
#ifndef EXTSPOOLD_PROFILE_OWN_H
#define EXTSPOOLD_PROFILE_OWN_H

#include "profile_parts.h"

/* Index of the column of this heading, which must be a key of "columns". */
bool profile_heading(const struct profile *p, const char *heading, size_t *ret, struct fault *f);

/* ---- profile_field.c: "fields" ---- */
bool profile_fields_read(struct profile *p, struct json_object *top, enum profile_origin origin,
                         struct fault *f);

/* ---- profile_source.c: what stands beside "transform" in a field ---- */
bool profile_source_read(const struct profile *p, struct profile_field *field,
                         struct json_object *o, struct fault *f);

/* ---- profile_mark.c: "recognise"; fields and columns must have been read ---- */
bool profile_marks_read(struct profile *p, struct json_object *top, struct fault *f);

#endif
