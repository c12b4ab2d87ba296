/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server.h"
#include "nap.h"
#include "send.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define BODY_ROOM (2 * 1024 * 1024) /* beyond that a body is read, but not kept */
#define HANG_MOST 120000            /* ms */

static const char bench_json[] =
    "{\"status\":\"Success\",\"token\":\"0123456789abcdef0123456789abcdef\",\"extinfos\":[]}";
static const char bench_xml[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<xml><status>Success"
                                "</status><token>0123456789abcdef0123456789abcdef</token></xml>";

struct server {
    const struct options *options;
    struct pbx *pbx;
    struct MHD_Daemon *daemon;
    sem_t seats; /* of calls that may be served at once */
    struct text url;
    struct text cert;
    struct text key;
    atomic_uint_fast64_t connections; /* so far */
    atomic_int_fast64_t open;         /* of them */
};

struct line {
    uint64_t number; /* of the connection, from 1 */
    uint64_t requests;
};

/* One request and its answer. */
struct exchange {
    bool begun;
    char *uri;
    struct text body;
    struct visit visit;
};

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct exchange *x = xcalloc(1, sizeof *x);

    (void)cls;
    (void)connection;
    x->uri = xstrdup(uri);
    return x;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *x = *context;

    (void)cls;
    (void)connection;
    (void)code;
    if (x == NULL)
        return;
    free(x->uri);
    text_free(&x->body);
    text_free(&x->visit.outcome.body);
    request_free(&x->visit.request);
    free(x);
    *context = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *server = cls;

    (void)connection;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        free(*context);
        atomic_fetch_sub(&server->open, 1);
        return;
    }
    atomic_fetch_add(&server->open, 1);
    struct line *line = xcalloc(1, sizeof *line);
    line->number = atomic_fetch_add(&server->connections, 1) + 1;
    *context = line;
}

/* Whether a connection may come in. */
static enum MHD_Result on_accept(void *cls, const struct sockaddr *from, socklen_t length)
{
    struct server *server = cls;
    int64_t most = server->options->connections;

    (void)from;
    (void)length;
    return most == 0 || atomic_load(&server->open) < most ? MHD_YES : MHD_NO;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result type_count(void *cls, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    (void)kind;
    (void)value;
    *(unsigned *)cls += strcasecmp(name, "Content-Type") == 0;
    return MHD_YES;
}

static void visit_begin(struct server *server, struct MHD_Connection *connection,
                        struct exchange *x, const char *method)
{
    struct envelope envelope = {.method = method,
                                .uri = x->uri,
                                .content_type = header(connection, "Content-Type"),
                                .expect = header(connection, "Expect"),
                                .authorization = header(connection, "Authorization"),
                                .cookie = header(connection, "Cookie"),
                                .body = x->body.at,
                                .body_length = x->body.length};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, type_count, &envelope.content_types);
    struct line *line =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;

    request_read(&x->visit.request, &envelope, !server->options->lenient);
    x->visit.connection = line->number;
    x->visit.on_connection = ++line->requests;
    pbx_arrive(server->pbx, &x->visit);
}

/* The answer is cut now, the work follows: the box was still busy when its client gave up. */
static void serve_late(struct server *server, struct MHD_Connection *connection, struct visit *v)
{
    send_reset(connection);
    pbx_cut(server->pbx, v);
    if (nap_ms(v->plan->number))
        pbx_serve_late(server->pbx, v);
}

/* Waits, works and waits. False when no answer is to be sent. */
static bool serve(struct server *server, struct MHD_Connection *connection, struct visit *v)
{
    const struct plan *plan = v->plan;

    if (!nap_ms(plan->latency >= 0 ? plan->latency : server->options->latency)) {
        pbx_cut(server->pbx, v);
        return false;
    }
    if (plan->form == FORM_LATE) {
        serve_late(server, connection, v);
        return false;
    }
    pbx_serve(server->pbx, v);
    if (plan->form == FORM_HANG)
        nap_while_peer(send_socket(connection), HANG_MOST);
    return nap_ms(plan->latency_after) && plan->form != FORM_HANG;
}

static enum MHD_Result visit_run(struct server *server, struct MHD_Connection *connection,
                                 struct visit *v)
{
    bool seated = server->options->serve_at_once > 0;

    while (seated && sem_wait(&server->seats) != 0)
        continue;
    bool answer = serve(server, connection, v);
    if (seated)
        sem_post(&server->seats);
    pbx_leave(server->pbx);
    return answer ? send_answer(connection, v, server->options->close) : MHD_NO;
}

static enum MHD_Result bench_answer(const struct server *server, struct MHD_Connection *connection,
                                    const char *uri)
{
    if (!nap_ms(server->options->latency))
        return MHD_NO;
    return send_constant(connection, strstr(uri, "type=xml") != NULL ? bench_xml : bench_json,
                         server->options->close);
}

/* The library calls it once with the headers, then for each piece of the body, then once more. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *length, void **context)
{
    struct server *server = cls;
    struct exchange *x = *context;

    (void)url;
    (void)version;
    if (!x->begun) {
        x->begun = true;
        return MHD_YES;
    }
    if (*length > 0) {
        if (!server->options->bench && x->body.length + *length <= BODY_ROOM)
            text_add(&x->body, bytes, *length);
        *length = 0;
        return MHD_YES;
    }
    if (server->options->bench)
        return bench_answer(server, connection, x->uri);
    visit_begin(server, connection, x, method);
    return visit_run(server, connection, &x->visit);
}

static void pem_read(const char *path, struct text *to)
{
    if (!file_read(path, to))
        die("cannot read '%s': %s", path, strerror(errno));
}

static struct addrinfo *address_find(const struct options *o)
{
    struct addrinfo wanted = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                              .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    struct text port = {0};

    text_printf(&port, "%d", (int)o->port);
    int trouble = getaddrinfo(o->listen, port.at, &wanted, &found);
    text_free(&port);
    if (trouble != 0)
        die("--listen: '%s' is no address: %s", o->listen, gai_strerror(trouble));
    return found;
}

static struct MHD_Daemon *daemon_start(struct server *server, const struct addrinfo *address)
{
    const struct options *o = server->options;
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL;
    void *priorities = (void *)(uintptr_t)(o->tls_priorities ? o->tls_priorities : "NORMAL");
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, server->cert.at},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key.at},
                                   {MHD_OPTION_HTTPS_PRIORITIES, 0, priorities},
                                   {MHD_OPTION_END, 0, NULL}};

    if (address->ai_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    if (o->tls_cert != NULL)
        flags |= MHD_USE_TLS;
    else
        tls[0].option = MHD_OPTION_END;
    return MHD_start_daemon(flags, 0, on_accept, server, on_request, server,     /* */
                            MHD_OPTION_SOCK_ADDR, address->ai_addr,              /* */
                            MHD_OPTION_URI_LOG_CALLBACK, on_uri, server,         /* */
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,   /* */
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, /* */
                            MHD_OPTION_THREAD_STACK_SIZE, (size_t)256 * 1024,    /* */
                            MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

struct server *server_open(const struct options *o, struct pbx *pbx)
{
    struct server *server = xcalloc(1, sizeof *server);

    server->options = o;
    server->pbx = pbx;
    sem_init(&server->seats, 0, (unsigned)o->serve_at_once);
    if (o->tls_cert != NULL) {
        if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
            die("libmicrohttpd was built without TLS");
        pem_read(o->tls_cert, &server->cert);
        pem_read(o->tls_key, &server->key);
    }
    struct addrinfo *address = address_find(o);
    server->daemon = daemon_start(server, address);
    if (server->daemon == NULL)
        die("cannot listen on %s port %d: %s", o->listen, (int)o->port, strerror(errno));
    bool v6 = address->ai_family == AF_INET6;
    text_printf(&server->url, "%s://%s%s%s:%u", o->tls_cert == NULL ? "http" : "https",
                v6 ? "[" : "", o->listen, v6 ? "]" : "", server_port(server));
    freeaddrinfo(address);
    return server;
}

struct server *server_close(struct server *server)
{
    if (server == NULL)
        return NULL;
    nap_stop();
    MHD_stop_daemon(server->daemon);
    sem_destroy(&server->seats);
    text_free(&server->url);
    text_free(&server->cert);
    text_free(&server->key);
    free(server);
    return NULL;
}

const char *server_url(const struct server *server)
{
    return server->url.at;
}

unsigned server_port(const struct server *server)
{
    return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}
