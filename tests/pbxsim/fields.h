/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields: the API's calls, the parameters each call knows, and the values of one request. */
#ifndef PBXSIM_FIELDS_H
#define PBXSIM_FIELDS_H

#include "base.h"

enum call {
    CALL_LOGIN,
    CALL_HEARTBEAT,
    CALL_LOGOUT,
    CALL_ADD,
    CALL_QUERY,
    CALL_UPDATE,
    CALL_DELETE,
    CALL_APPLY,
    CALL_COUNT,
    CALL_UNKNOWN = CALL_COUNT,
};

/** The word for a call in scripts and in the journal; "unknown" for CALL_UNKNOWN. */
const char *call_word(enum call call);

/** The call with that word, or CALL_UNKNOWN. */
enum call call_of_word(const char *word);

/** The call at that place below /api/v0.0.1/ ("extension/add"), or CALL_UNKNOWN. */
enum call call_of_path(const char *path);

/* The calls that know a parameter. */
#define AT_ADD    (1U << CALL_ADD)
#define AT_LOGIN  (1U << CALL_LOGIN)
#define AT_BEAT   (1U << CALL_HEARTBEAT)
#define AT_QUERY  (1U << CALL_QUERY)
#define AT_DELETE (1U << CALL_DELETE)
#define AT_UPDATE (1U << CALL_UPDATE)
#define AT_BOTH   (AT_ADD | AT_UPDATE)

/* The first 30 are the record of an extension, in the vendor's order: 29 and nat. */
#define PARAMS(P)                                                                                  \
    P(number, AT_ADD | AT_DELETE)                                                                  \
    P(username, AT_BOTH | AT_LOGIN)                                                                \
    P(callerid, AT_BOTH)                                                                           \
    P(registerpassword, AT_BOTH)                                                                   \
    P(maxregistrations, AT_BOTH)                                                                   \
    P(loginpassword, AT_BOTH)                                                                      \
    P(email, AT_BOTH)                                                                              \
    P(mobile, AT_BOTH)                                                                             \
    P(hasvoicemail, AT_BOTH)                                                                       \
    P(vmsecret, AT_BOTH)                                                                           \
    P(enablevmtoemail, AT_BOTH)                                                                    \
    P(noanswerforward, AT_BOTH)                                                                    \
    P(ntransferto, AT_BOTH)                                                                        \
    P(ntransferext, AT_BOTH)                                                                       \
    P(ntransferprefix, AT_BOTH)                                                                    \
    P(ntransfernum, AT_BOTH)                                                                       \
    P(busyforward, AT_BOTH)                                                                        \
    P(btransferto, AT_BOTH)                                                                        \
    P(btransferext, AT_BOTH)                                                                       \
    P(btransferprefix, AT_BOTH)                                                                    \
    P(btransfernum, AT_BOTH)                                                                       \
    P(enablemobile, AT_BOTH)                                                                       \
    P(ringsimultaneous, AT_BOTH)                                                                   \
    P(mobileprefix, AT_BOTH)                                                                       \
    P(allowbeingmonitored, AT_BOTH)                                                                \
    P(monitormode, AT_BOTH)                                                                        \
    P(ringtimeout, AT_BOTH)                                                                        \
    P(maxduration, AT_BOTH)                                                                        \
    P(dnd, AT_BOTH)                                                                                \
    P(nat, AT_BOTH)                                                                                \
    P(extid, AT_QUERY | AT_UPDATE)                                                                 \
    P(extnumber, AT_UPDATE)                                                                        \
    P(password, AT_LOGIN)                                                                          \
    P(port, AT_LOGIN | AT_BEAT)                                                                    \
    P(url, AT_LOGIN)                                                                               \
    P(urltag, AT_LOGIN)                                                                            \
    P(version, AT_LOGIN)                                                                           \
    P(ipaddr, AT_BEAT)

#define PARAM_ENUM(name, calls) PARAM_##name,
enum param { PARAMS(PARAM_ENUM) PARAM_COUNT };
#undef PARAM_ENUM

#define RECORD_COUNT (PARAM_nat + 1)
_Static_assert(RECORD_COUNT == 30, "29 parameters and nat");

/** Its name in bodies; whether the call takes it. */
const char *param_name(enum param param);
bool param_known(enum param param, enum call call);

/** The parameter of that name, or PARAM_COUNT. `hint` is where to look first: clients send
 *  parameters in order, so the one after the last found is the likely one. */
enum param param_find(const char *name, enum param hint);

/** Values by parameter. All zero is none; `at` is 0 for an absent one. */
struct fields {
    struct text blob;
    uint32_t at[PARAM_COUNT];
};

/** Copies the value; one that was there before is replaced. */
void fields_set(struct fields *f, enum param param, const char *value);
/** The value, lent until the next fields_set(); NULL when absent. */
const char *fields_get(const struct fields *f, enum param param);
void fields_free(struct fields *f);

#endif
