/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How headings and other words that people write are compared. */
#ifndef EXTSPOOLD_HEADING_H
#define EXTSPOOLD_HEADING_H

#include "cell.h"

/* The form in which headings and names are compared: lower case, without punctuation, blanks and
 * what is invisible, as far as ASCII, Latin-1 and General Punctuation go. Other letters stay, so
 * that they make a difference. False, to undefined, when it is longer than HEADING_KEY allows. */
#define HEADING_KEY 64
bool heading_key(const char *text, size_t len, char to[HEADING_KEY]);

/* A key with its hash, by which many are compared. */
struct heading {
    const char *key; /* lent */
    uint64_t hash;
};
struct heading heading_of(const char *key);
static inline bool heading_same(struct heading a, struct heading b)
{
    return a.hash == b.hash && strcmp(a.key, b.key) == 0;
}

/* The fewest characters to add, take away or change, or neighbours to exchange, that make one key
 * of the other. */
size_t heading_distance(const char *a, const char *b);

/* Whether one key may be meant where the other is written: not the same, but few slips away for
 * their length. */
bool heading_near(const char *a, const char *b);

/* A text without blanks, no-break ones among them, at its ends; lent. */
struct cell text_trimmed(struct cell text);
/* The same text but for case (of ASCII and Latin-1 letters) and blanks at the ends. */
bool text_alike(struct cell a, struct cell b);

#endif
