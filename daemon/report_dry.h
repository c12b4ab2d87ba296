/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON report of a dry run: in the form of an import's, with the id 000000. created counts
 * the rows that would be sent; state is done, or rejected when the file could not be imported. */
#ifndef EXTSPOOLD_REPORT_DRY_H
#define EXTSPOOLD_REPORT_DRY_H

#include "buf.h"
#include "config.h"
#include "profiles.h"
#include "recall.h"

/* Reads the regular file (fd lent) that is called name and adds its report, with a line end, to
 * `to`: bounded, since REPORT_PROBLEMS_MOST is; with a recall also the plan, an object for each
 * row, by what that knows. *ret_rejected is CODE_NONE or why the file would
 * be rejected, *ret_errors whether any error was found. False when the file cannot be read, or no
 * temporary file can be made. */
bool report_dry(const struct config *c, const struct schema *s, const struct profiles *p, int fd,
                const char *name, struct recall *recall, struct buf *to, int *ret_rejected,
                bool *ret_errors, struct fault *f);

#endif
