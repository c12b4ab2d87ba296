/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets in the file system that this program listens at. */
#ifndef EXTSPOOLD_UNIX_SOCKET_H
#define EXTSPOOLD_UNIX_SOCKET_H

#include <sys/un.h>

#include "fault.h"

/* The address of this name in a folder, reached through the folder's descriptor, since a socket's
 * path may have no more than 107 bytes. False, with errno ENAMETOOLONG, when the name is too long.
 */
bool unix_socket_address(int folder, const char *name, struct sockaddr_un *ret);

/* Makes a socket of mode 0660 there, where nothing may stand yet, and listens; the caller closes
 * *ret_fd. path is what a fault calls it. */
bool unix_socket_listen(const struct sockaddr_un *address, int backlog, const char *path,
                        int *ret_fd, struct fault *f);

#endif
