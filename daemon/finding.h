/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with the data: values, collected, never thrown. */
#ifndef EXTSPOOLD_FINDING_H
#define EXTSPOOLD_FINDING_H

#include "code.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };
/* Its name in reports; static text. */
const char *severity_text(enum severity severity);

struct finding {
    int code;
    enum severity severity;
    char column[64];   /* the heading as the sender wrote it (cut), or "" for the whole row */
    char message[256]; /* for people; never quotes a cell */
};

/* A zeroed struct findings is an empty list. */
struct findings {
    struct finding *at;
    size_t count;
    size_t room;
};

/* column may be NULL. */
void finding_add(struct findings *list, int code, enum severity severity, const char *column,
                 const char *format, ...) PRINTF_LIKE(5, 6);
/* The first error, or NULL when there are warnings at the most. */
const struct finding *finding_error(const struct findings *list);
/* The same among those from this one on. */
const struct finding *finding_error_from(const struct findings *list, size_t first);
/* Whether the message names the column by itself: what people read need not begin with it then. */
bool finding_names_column(const struct finding *x);
void findings_reset(struct findings *list); /* empty, memory kept */
void findings_free(struct findings *list);

#endif
