/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Server: HTTP over libmicrohttpd, a thread for each connection. */
#ifndef PBXSIM_SERVER_H
#define PBXSIM_SERVER_H

#include "options.h"
#include "pbx.h"

struct server;

/** Begins to listen; what keeps it from that ends the program. Both are lent as long as it. */
struct server *server_open(const struct options *options, struct pbx *pbx);

/** Stops: calls that wait are cut, connections closed. */
struct server *server_close(struct server *server);

/** Where it listens: "http://127.0.0.1:9011", lent. */
const char *server_url(const struct server *server);
unsigned server_port(const struct server *server);

#endif
