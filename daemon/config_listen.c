/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the status page listens. */
#include "config_listen.h"

#include <arpa/inet.h>
#include <strings.h>

#include "config_value.h"

#define PORT_MOST 65535

/* A number of one to five digits and nothing else; -1 when it is none. */
static long port_of(const char *text)
{
    size_t len = strspn(text, "0123456789");
    long port = len >= 1 && len <= 5 && !text[len] ? strtol(text, NULL, 10) : -1;
    return port <= PORT_MOST ? port : -1;
}

/* What an administrator would write; it is looked up nowhere. */
static const char *address_of(const char *host)
{
    return strcasecmp(host, "localhost") == 0 ? "127.0.0.1" : host;
}

bool config_listen_address(const char *text, union config_address *ret, socklen_t *ret_len)
{
    char host[INET6_ADDRSTRLEN];
    const char *colon = strrchr(text, ':');
    bool bracket = text[0] == '[';
    long port = colon ? port_of(colon + 1) : -1;
    if (port < 0 || (bracket && (colon < text + 2 || colon[-1] != ']')))
        return false;
    size_t len = (size_t)(colon - text) - (bracket ? 2 : 0);
    if (len == 0 || len >= sizeof host)
        return false;
    memcpy(host, text + bracket, len);
    host[len] = '\0';

    union config_address found = {0};
    found.any.sa_family = bracket ? AF_INET6 : AF_INET;
    void *to = bracket ? (void *)&found.v6.sin6_addr : (void *)&found.v4.sin_addr;
    if (inet_pton(found.any.sa_family, bracket ? host : address_of(host), to) != 1)
        return false;
    if (bracket)
        found.v6.sin6_port = htons((uint16_t)port);
    else
        found.v4.sin_port = htons((uint16_t)port);
    *ret = found;
    *ret_len = bracket ? sizeof found.v6 : sizeof found.v4;
    return true;
}

bool config_listen_is_local(const union config_address *address)
{
    if (address->any.sa_family == AF_INET)
        return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return address->any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

static bool listen_parse(const struct config_key *key, const char *text, void *to, struct buf *why)
{
    union config_address address;
    socklen_t len;
    size_t path = text[0] == '/' ? strlen(text) : 0;
    bool good =
        path ? path > 1 && text[path - 1] != '/' : config_listen_address(text, &address, &len);
    if (*text && !good) {
        buf_text(why, "must be an address with a port, as 127.0.0.1:9180 or [::1]:9180, or the "
                      "absolute path of a socket");
        return false;
    }
    return value_text.parse(key, text, to, why);
}

static void listen_print(const struct config_key *key, const void *from, struct buf *to)
{
    value_text.print(key, from, to);
}

const struct value_type value_listen = {
    .parse = listen_parse, .print = listen_print, .owned = true};
