/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the values of the configuration are written and read. Pure; used by config.c alone. */
#ifndef EXTSPOOLD_CONFIG_VALUE_H
#define EXTSPOOLD_CONFIG_VALUE_H

#include "buf.h"

/* One key of the configuration. */
struct config_key {
    const char *section, *name;
    size_t offset; /* of its member in struct config */
    const struct value_type *type;
    const char *standard; /* its default, as it would be written */
    const char *meaning;  /* one line for people, without a full stop */
    int64_t least, most;  /* of a number, inclusive; least 1 of a text: it must not be empty */
    /* Ends with NULL: the words that are allowed, of a number the one word that stands for 0, of
     * a URL its schemes. NULL where there are none. */
    const char *const *words;
};

struct value_type {
    /* Reads text into the member at `to`. False, leaving the member alone, with the reason in why:
     * a phrase that never quotes the value, which may be a secret in the wrong place. */
    bool (*parse)(const struct config_key *key, const char *text, void *to, struct buf *why);
    /* Adds the member at `from` in a form that parse takes. */
    void (*print)(const struct config_key *key, const void *from, struct buf *to);
    const char *words_are; /* how a comment introduces the words; NULL: it does not */
    bool owned;            /* the member is a char * to be freed */
};

extern const struct value_type value_text;     /* char * */
extern const struct value_type value_expect;   /* char *; as expect.h takes it */
extern const struct value_type value_url;      /* char *; "" or SCHEME://HOST[:PORT][/PATH] */
extern const struct value_type value_listen;   /* char *; "", ADDRESS:PORT or /PATH */
extern const struct value_type value_duration; /* int64_t, milliseconds */
extern const struct value_type value_size;     /* int64_t, bytes */
extern const struct value_type value_rows;     /* int64_t */
extern const struct value_type value_number;   /* int64_t */
extern const struct value_type value_percent;  /* double */
extern const struct value_type value_rate;     /* double */
extern const struct value_type value_word;     /* int, the word's index */
extern const struct value_type value_words;    /* unsigned, a bit for each word */

#endif
