/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a code says to people who have never seen a shell, and what they are to do. In English; the
 * table of texts.c translates it. */
#ifndef EXTSPOOLD_ADVICE_H
#define EXTSPOOLD_ADVICE_H

#include "code.h"

/* A title for the rows that have this code, or for the import, without a full stop; static text,
 * never NULL. For a pbx-ERRNO that the PBX's documentation does not name, and for any http-STATUS,
 * the one of its family; "" for CODE_NONE. */
const char *advice_title(int code);

/* What to do, and who is to: one to three sentences; otherwise the same. */
const char *advice_do(int code);

/* Whether the code has no title of its own, but its family's: then its number tells more. */
bool advice_is_general(int code);

/* What to do when a row was left out for this; otherwise as advice_do. */
const char *advice_left(int code);

/* What to do when a row has this code as a warning, which has cost it nothing; static text. */
const char *advice_hint(int code);

#endif
