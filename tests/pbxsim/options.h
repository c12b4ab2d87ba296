/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options: the command line. */
#ifndef PBXSIM_OPTIONS_H
#define PBXSIM_OPTIONS_H

#include "base.h"

enum absent { ABSENT_LIST, ABSENT_ERRNO, ABSENT_ERRNO_ANY };
enum infos_form { INFOS_CHILDREN, INFOS_LIST };

/* Durations are in milliseconds. Texts are lent from the command line; NULL when not given. */
struct options {
    int64_t port;
    const char *listen;
    const char *port_file;
    const char *tls_cert;
    const char *tls_key;
    const char *tls_priorities;
    int64_t connections;

    const char *user;
    const char *password_file;
    int64_t token_life;
    int64_t lockout_after;
    int64_t lockout;
    bool bare_login;

    const char *state;
    bool sync_state;
    int64_t capacity;
    int64_t duplicate_errno;
    int64_t absent; /* enum absent */
    bool few_infos;
    int64_t xml_infos; /* enum infos_form */
    bool no_query;
    bool no_apply;
    bool no_heartbeat;
    bool lenient;

    const char *script;
    const char **faults; /* of --fault, in their order */
    size_t fault_count;
    int64_t seed;
    int64_t latency;
    int64_t serve_at_once;
    bool close;

    const char *journal;
    bool print;
    bool bench;
};

/** Reads the command line. A wrong one ends the program with status 2, --help and --version
 *  with 0. */
void options_read(struct options *o, int argc, char **argv);
void options_free(struct options *o);

#endif
