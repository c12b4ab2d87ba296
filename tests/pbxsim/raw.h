/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Raw: bytes on the wire that no HTTP library would send. */
#ifndef PBXSIM_RAW_H
#define PBXSIM_RAW_H

#include "fault.h"

/** Turns \r, \n, \s (a blank), \\ and \xNN in `words` into what they stand for. False when an
 *  escape is none of these. */
bool raw_read(const char *words, struct text *to);

/** Sends the words of a plan over the socket as they are, byte by byte if the plan is slow; then
 *  their last `again` bytes, `rounds` times or until the peer goes away. */
void raw_send(int fd, const struct plan *plan);

#endif
