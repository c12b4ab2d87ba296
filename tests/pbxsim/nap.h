/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nap: waits of the serving threads, which all end when the simulator stops. */
#ifndef PBXSIM_NAP_H
#define PBXSIM_NAP_H

#include "base.h"

/** Waits; false when the simulator stops meanwhile. Nothing is waited for 0 or less. */
bool nap_ms(int64_t ms);

/** Waits until the peer of the socket goes away, at most `ms`. */
void nap_while_peer(int fd, int64_t ms);

/** Ends all naps, and those to come. */
void nap_stop(void);

#endif
