/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Send: puts an answer on the wire, whole or spoilt as its plan says. */
#ifndef PBXSIM_SEND_H
#define PBXSIM_SEND_H

#include "journal.h"

#include <microhttpd.h>

/** Answers a visit. `close`: each answer closes its connection unless its plan keeps it.
 *  What is returned is what libmicrohttpd's handler must return. */
enum MHD_Result send_answer(struct MHD_Connection *connection, const struct visit *visit,
                            bool close);

/** Answers with status 200 and `body`, which is never freed. */
enum MHD_Result send_constant(struct MHD_Connection *connection, const char *body, bool close);

/** Resets the connection now; the handler has to end with MHD_NO after that. */
void send_reset(struct MHD_Connection *connection);

/** The socket of a connection, for waiting only. */
int send_socket(struct MHD_Connection *connection);

#endif
