/* SPDX-License-Identifier: GPL-2.0-or-later */
/* URLs of the configuration: RFC 3986 as far as the address of a server needs it. */
#include "config_value.h"

#include <strings.h>

#define PORT_MOST 65535

/* Length of "SCHEME://" at the front; 0 when it is none of the schemes. */
static size_t scheme_len(const char *const *schemes, const char *text)
{
    for (size_t i = 0; schemes[i]; i++) {
        size_t len = strlen(schemes[i]);
        if (strncasecmp(text, schemes[i], len) == 0 && strncmp(text + len, "://", 3) == 0)
            return len + 3;
    }
    return 0;
}

/* Nothing, or ":" with a number from 1 to 65535. */
static bool port_valid(const char *text, size_t len)
{
    if (len == 0)
        return true;
    if (text[0] != ':' || len < 2 || len > 6 || strspn(text + 1, "0123456789") < len - 1)
        return false;
    long port = strtol(text + 1, NULL, 10);
    return port >= 1 && port <= PORT_MOST;
}

/* HOST[:PORT]; an IPv6 address stands in brackets. */
static bool server_valid(const char *text, size_t len)
{
    size_t host = 0;
    if (len && text[0] == '[') {
        host = strspn(text + 1, "0123456789abcdefABCDEF:.%") + 1;
        if (host < 3 || host >= len || text[host] != ']')
            return false;
        host++;
    } else {
        host = strcspn(text, ":/");
    }
    return host > 0 && port_valid(text + host, len - host);
}

/* NULL when the URL is well, else what is wrong with it. */
static const char *url_problem(const char *const *schemes, const char *url)
{
    for (const unsigned char *c = (const unsigned char *)url; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || *c == '\\')
            return "must hold no blanks and nothing but ASCII";
    const char *server = url + scheme_len(schemes, url);
    if (server == url)
        return "must begin with a scheme";
    size_t len = strcspn(server, "/?#");
    if (memchr(server, '@', len))
        return "must hold no user name and no password";
    if (strpbrk(server, "?#"))
        return "must have no query and no fragment";
    if (!server_valid(server, len))
        return "must name a host, with a port from 1 to 65535 if any";
    return NULL;
}

static bool url_parse(const struct config_key *key, const char *text, void *to, struct buf *why)
{
    char **member = to;
    size_t len = strlen(text);
    const char *problem = len ? url_problem(key->words, text) : NULL;
    if (problem) {
        buf_format(why, "%s (", problem);
        for (size_t i = 0; key->words[i]; i++)
            buf_format(why, "%s%s://", i ? ", " : "", key->words[i]);
        buf_text(why, "HOST…)");
        return false;
    }
    while (len && text[len - 1] == '/')
        len--;
    free(*member);
    *member = xstrndup(text, len);
    return true;
}

static void url_print(const struct config_key *key, const void *from, struct buf *to)
{
    value_text.print(key, from, to);
}

const struct value_type value_url = {.parse = url_parse, .print = url_print, .owned = true};
