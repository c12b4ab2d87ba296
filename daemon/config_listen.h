/* SPDX-License-Identifier: GPL-2.0-or-later */
/* [status] listen=, taken apart. Pure. */
#ifndef EXTSPOOLD_CONFIG_LISTEN_H
#define EXTSPOOLD_CONFIG_LISTEN_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base.h"

/* An address of IPv4 or IPv6. */
union config_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* ADDRESS:PORT, an IPv6 address in brackets; localhost is 127.0.0.1, and no other name is known.
 * *ret_len is what bind(2) wants. False when it is none. Port 0 lets the system choose. */
bool config_listen_address(const char *text, union config_address *ret, socklen_t *ret_len);
/* Nobody but this machine can reach it: 127.0.0.0/8 or ::1. */
bool config_listen_is_local(const union config_address *address);

#endif
