/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a request asks the status page for, and whether it may. */
#include <arpa/inet.h>
#include <stdio.h>
#include <strings.h>
#include <sys/random.h>

#include "config_listen.h"
#include "page_own.h"

/* ---- the token ---- */

void token_set(struct token *t, const char *text)
{
    *t = (struct token){.set = *text};
    ssize_t got = getrandom(t->key, sizeof t->key, 0);
    assert(got == (ssize_t)sizeof t->key);
    digest_keyed(t->key, text, strlen(text), t->digest);
}

bool token_fits(const struct token *t, const char *text)
{
    uint8_t digest[DIGEST_BYTES];
    unsigned apart = 0;
    digest_keyed(t->key, text, strlen(text), digest);
    for (size_t i = 0; i < sizeof digest; i++)
        apart |= digest[i] ^ t->digest[i];
    return t->set && apart == 0;
}

/* ---- paths ---- */

static const struct {
    const char *path;
    enum route route;
} routes[] = {
    {"/", ROUTE_PAGE},           {"/events", ROUTE_EVENTS},    {"/page.css", ROUTE_CSS},
    {"/page.js", ROUTE_JS},      {"/healthz", ROUTE_HEALTH},   {"/readyz", ROUTE_READY},
    {"/metrics", ROUTE_METRICS}, {"/favicon.ico", ROUTE_ICON}, /* browsers ask for that name */
};

/* 000042-NAME.html, as the daemon names its reports, and in that folder. */
static bool is_report(const char *name)
{
    static const char ending[] = ".html";
    size_t digits = strspn(name, "0123456789");
    size_t len = strlen(name);
    return digits >= 6 && name[digits] == '-' && len >= digits + sizeof ending && len <= 255 &&
           !strchr(name, '/') && strcmp(name + len - (sizeof ending - 1), ending) == 0;
}

enum route route_of(const char *path, const char **ret_name)
{
    static const char reports[] = "/reports/";
    for (size_t i = 0; i < COUNT_OF(routes); i++)
        if (strcmp(routes[i].path, path) == 0)
            return routes[i].route;
    if (strncmp(path, reports, sizeof reports - 1) != 0 || !is_report(path + sizeof reports - 1))
        return ROUTE_NONE;
    *ret_name = path + sizeof reports - 1;
    return ROUTE_REPORT;
}

bool route_is_open(enum route r)
{
    return r == ROUTE_HEALTH || r == ROUTE_READY;
}

/* ---- Host ---- */

bool route_host_is_local(const char *host)
{
    union config_address address;
    socklen_t len;
    size_t name = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    char text[64];
    if (name > strlen(host) || (host[name] && host[name] != ':') ||
        strspn(host + name + (host[name] == ':'), "0123456789") !=
            strlen(host + name + (host[name] == ':')))
        return false;
    snprintf(text, sizeof text, "%.*s:0", (int)(name < 48 ? name : 48), host);
    return config_listen_address(text, &address, &len) && config_listen_is_local(&address);
}

/* ---- Accept (RFC 9110, 12.5.1) ---- */

/* A weight in thousandths; one that is malformed counts as 0. */
static int weight_of(const char *at, size_t len)
{
    static const int worth[] = {100, 10, 1};
    if (len < 1 || (at[0] != '0' && at[0] != '1') || (len > 1 && at[1] != '.') || len > 5)
        return 0;
    int weight = at[0] == '1' ? 1000 : 0;
    for (size_t i = 2; i < len; i++) {
        if (at[i] < '0' || at[i] > '9')
            return 0;
        weight += (at[i] - '0') * worth[i - 2];
    }
    return weight > 1000 ? 0 : weight;
}

/* The next part up to a separator, blanks around it left out; *at goes behind it. */
static size_t part_next(const char **at, const char *end, char separator, const char **ret)
{
    const char *from = *at;
    const char *to = memchr(from, separator, (size_t)(end - from));
    *at = to ? to + 1 : end;
    to = to ? to : end;
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
        to--;
    *ret = from;
    return (size_t)(to - from);
}

static bool part_is(const char *at, size_t len, const char *text)
{
    return len == strlen(text) && strncasecmp(at, text, len) == 0;
}

/* What one element of the list says: how specific it is for plain text (0: not at all), whether it
 * is OpenMetrics in a version that we speak, and its weight. */
struct preference {
    int plain;
    bool open;
    int weight;
};

static struct preference preference_of(const char *at, const char *end)
{
    const char *part;
    struct preference p = {.weight = 1000};
    size_t len = part_next(&at, end, ';', &part);
    p.open = part_is(part, len, "application/openmetrics-text");
    p.plain = part_is(part, len, "text/plain") ? 3
              : part_is(part, len, "text/*")   ? 2
              : part_is(part, len, "*/*")      ? 1
                                               : 0;
    while (at < end) {
        len = part_next(&at, end, ';', &part);
        if (len > 2 && strncasecmp(part, "q=", 2) == 0)
            p.weight = weight_of(part + 2, len - 2);
        else if (len > 8 && strncasecmp(part, "version=", 8) == 0 && p.open)
            p.open = part_is(part + 8, len - 8, "1.0.0") || part_is(part + 8, len - 8, "0.0.1");
    }
    return p;
}

bool route_wants_open(const char *accept)
{
    int open = 0;
    int plain = 0;
    int specific = 0;
    const char *end = accept ? accept + strlen(accept) : NULL;
    for (const char *at = accept; at < end;) {
        const char *element;
        size_t len = part_next(&at, end, ',', &element);
        struct preference p = preference_of(element, element + len);
        if (p.open && p.weight > open)
            open = p.weight;
        if (p.plain > specific || (p.plain && p.plain == specific && p.weight > plain)) {
            specific = p.plain;
            plain = p.weight;
        }
    }
    return open > 0 && open >= plain;
}
