/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Request: what a client sent, read and checked strictly. Knows neither the PBX nor HTTP's library.
 */
#ifndef PBXSIM_REQUEST_H
#define PBXSIM_REQUEST_H

#include "fields.h"

/* The errnos that the PBX answers with. */
#define ERRNO_BLANK         "10004" /* a parameter is blank */
#define ERRNO_MISSING       "10006" /* no such extension */
#define ERRNO_FORMAT        "10002" /* format not supported */
#define ERRNO_NO_CALL       "10003" /* call not supported */
#define ERRNO_NUMBER_BLANK  "10028" /* the extension's number is blank */
#define ERRNO_CAPACITY      "10087" /* the limit of extensions is reached */
#define ERRNO_JSON_ONLY     "20000" /* JSON only */
#define ERRNO_POST_ONLY     "20001" /* POST only */
#define ERRNO_LOCKED        "20002" /* locked out after failed logins */
#define ERRNO_LOGIN         "20003" /* bad user or password */
#define ERRNO_TOKEN_UNKNOWN "20004" /* no such token */
#define ERRNO_TOKEN_BLANK   "20005" /* token blank */
#define ERRNO_TOKEN_EXPIRED "20006" /* token timed out */
#define ERRNO_DATA_BLANK    "20007" /* data blank */
#define ERRNO_PORT          "20008" /* port */
#define ERRNO_REQUEST_BLANK "20009" /* request blank */

/** What HTTP says of a request. All is lent; what was not sent is NULL. */
struct envelope {
    const char *method;
    const char *uri; /* as it was sent: path, '?', query */
    const char *content_type;
    unsigned content_types; /* how many there were */
    const char *expect;
    const char *authorization;
    const char *cookie;
    const char *body;
    size_t body_length;
};

struct request {
    enum call call;
    bool strict;
    bool xml;
    bool missing;        /* outside of the API: HTTP's 404 */
    const char *refusal; /* errno to answer, whatever else holds; NULL when it is well-formed */
    char violation[160]; /* the first strict check that failed; "" when none did */
    char token[80];      /* cut to what fits: too long is as unknown as any other */
    struct fields fields;
};

/** Reads and checks `envelope` into `*r`, which owns memory after that. */
void request_read(struct request *r, const struct envelope *envelope, bool strict);
void request_free(struct request *r);

/** The number(s) that a call is about, a comma-separated list; NULL when it names none. */
const char *request_number(const struct request *r);

/** Notes a failed strict check, and the errno to refuse the request with. Without strict checks
 *  it does nothing. The first of a request counts. */
void request_violate(struct request *r, const char *errno_text, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Refuses the request, strict or not: it cannot be read. */
void request_malformed(struct request *r, const char *what);

/** Takes one parameter from a body. `plain` is false for a value that is no string. `hint` goes
 *  from one call to the next. */
void request_take(struct request *r, const char *name, const char *value, bool plain,
                  enum param *hint);

/* Read a body's parameters into `r`, one function for each format. */
void body_json(struct request *r, const char *body, size_t length);
void body_xml(struct request *r, const char *body, size_t length);

#endif
