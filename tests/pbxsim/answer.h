/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answer: the bodies of answers, in JSON and XML. */
#ifndef PBXSIM_ANSWER_H
#define PBXSIM_ANSWER_H

#include "journal.h"
#include "store.h"

/** A body with a status, and an errno unless that is NULL. */
void answer_status(struct text *to, bool xml, const char *status, const char *errno_text);

/** A login's body; `bare`: the token alone. */
void answer_token(struct text *to, bool xml, bool bare, const char *token);

/** How a query's body is written. */
struct infos {
    struct text *to;
    bool xml;
    bool list; /* in XML: one <extinfos> around an <extinfo> for each */
    bool few;  /* the chief fields only */
    size_t count;
};

/* A query's body: open, one add for each extension, close. */
void infos_open(struct infos *infos);
void infos_add(struct infos *infos, const struct extension *e);
void infos_close(struct infos *infos);

/** Turns the honest outcome of a call into what its plan says: status, result and body. */
void answer_shape(struct visit *v);

#endif
