/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PBX's two languages, JSON and XML: bodies of calls and their answers. Pure. */
#ifndef EXTSPOOLD_WIRE_H
#define EXTSPOOLD_WIRE_H

#include "buf.h"
#include "numbers.h"
#include "record.h"

enum wire_format { WIRE_JSON, WIRE_XML };

struct wire_pair {
    char *name;
    char *value;
};

/* An extension as extension/query tells it; secrets in clear, so it is wiped when freed. */
struct wire_extension {
    struct wire_pair *pairs;
    size_t count;
};

enum wire_status {
    WIRE_GARBAGE, /* not well-formed; a status that is missing, doubled or no text; Success with
                   * extensions that cannot be read */
    WIRE_OTHER,   /* a status that is neither Success nor Failed, or Failed without an errno */
    WIRE_SUCCESS,
    WIRE_FAILED,
};

struct wire_answer {
    enum wire_status status;
    int error_number; /* with WIRE_FAILED */
    char token[65];   /* "" when there is none */
    struct wire_extension *extensions;
    size_t count;
};

/* The record's values that are to be sent, all as strings: one JSON object, or an <xml> element
 * with a child for each. Adds to `to`. */
void wire_record(enum wire_format format, const struct record *record, struct buf *to);

/* Reads an answer. Goes by the requested format, not by a header. Never fails: what cannot be
 * read is WIRE_GARBAGE. wire_answer_free afterwards in any case. */
void wire_read(enum wire_format format, const char *body, size_t len, struct wire_answer *ret);
void wire_answer_free(struct wire_answer *a);

/* An answer that tells of all extensions, read piece by piece as it comes: of any length, since
 * nothing but the numbers is kept. */
struct wire_roster;
struct wire_roster *wire_roster_new(enum wire_format format);
void wire_roster_add(struct wire_roster *r, const char *bytes, size_t len);
/* It has ended, and so has r (NULL is well, and garbage). *ret as of wire_read, without extensions
 * and token; the numbers, which the caller owns, or NULL when it is not WIRE_SUCCESS. */
struct numbers *wire_roster_end(struct wire_roster *r, struct wire_answer *ret);

/* The value of a pair, NULL when the extension has none of this name. */
const char *wire_value(const struct wire_extension *e, const char *name);

/* Under which name it tells its number; extensions that the PBX has written into one element have
 * several such pairs. */
const char *wire_number_name(const struct wire_extension *e);

/* For wire_*.c: adds a pair to an extension, copying both. */
void wire_pair_add(struct wire_extension *e, const char *name, const char *value);
/* Moves *e, which is empty then, to the end of the answer's list. */
void wire_extension_add(struct wire_answer *a, struct wire_extension *e);
void wire_extension_clear(struct wire_extension *e);
/* Judges status and errno as texts (NULL: missing). */
void wire_judge(struct wire_answer *a, const char *status, const char *error_number);
/* Puts a token in, when it is one: 1 to 64 letters and digits. */
void wire_token(struct wire_answer *a, const char *token);

/* The two readers and writers behind the above. */
void wire_json_record(const struct record *record, struct buf *to);
void wire_json_read(const char *body, size_t len, struct wire_answer *ret);
void wire_xml_record(const struct record *record, struct buf *to);
void wire_xml_read(const char *body, size_t len, struct wire_answer *ret);

#endif
