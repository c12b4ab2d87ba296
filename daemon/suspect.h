/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which import's file the process is reading right now, kept where the next process finds it: so
 * a death counts against the one file that was being read, and against no other. */
#ifndef EXTSPOOLD_SUSPECT_H
#define EXTSPOOLD_SUSPECT_H

#include "fault.h"

struct suspect;

/* Opens the file `suspect` in directory, making it when it is missing. *ret_id is the import that
 * the process before was reading when it died, 0 when it was reading none; it is forgotten by
 * this. False with FAULT_IO when the file cannot be opened. */
bool suspect_open(const char *directory, struct suspect **ret, uint64_t *ret_id, struct fault *f);
struct suspect *suspect_close(struct suspect *s); /* names none; NULL */

/* Names the import that is read from now on; 0: none. */
void suspect_name(struct suspect *s, uint64_t id);

#endif
