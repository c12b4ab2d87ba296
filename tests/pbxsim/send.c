/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "send.h"
#include "nap.h"
#include "raw.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* A body that is sent piece by piece. */
struct feed {
    struct text body;
    uint64_t announced; /* Content-Length */
    int64_t slow;       /* ms between two bytes; 0: as fast as it goes */
    bool padded;        /* what is announced beyond `body` is sent as padding; else it is cut */
    int fd;
};

int send_socket(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/* To dissolve a TCP connection by connect() makes Linux send a reset at once, whatever the
 * library does to the socket afterwards: its shutdown() would let a FIN go first. */
void send_reset(struct MHD_Connection *connection)
{
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

    connect(send_socket(connection), &nowhere, sizeof nowhere);
}

/* The library keeps small pieces back until a packet is full; setting TCP_NODELAY pushes them. */
static void push(int fd)
{
    int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static ssize_t feed_read(void *cls, uint64_t position, char *to, size_t room)
{
    struct feed *feed = cls;
    size_t left = position < feed->body.length ? feed->body.length - (size_t)position : 0;
    size_t count = left < room ? left : room;

    if (feed->slow > 0 && position > 0) {
        push(feed->fd);
        if (!nap_ms(feed->slow))
            return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (left > 0) {
        count = feed->slow > 0 ? 1 : count;
        memcpy(to, feed->body.at + position, count);
        return (ssize_t)count;
    }
    if (!feed->padded)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    count = feed->slow > 0 ? 1 : room;
    memset(to, 'x', count);
    return (ssize_t)count;
}

static void feed_free(void *cls)
{
    struct feed *feed = cls;

    text_free(&feed->body);
    free(feed);
}

static struct MHD_Response *feed_response(struct MHD_Connection *connection, const struct visit *v)
{
    const struct text *body = &v->outcome.body;
    struct feed *feed = xcalloc(1, sizeof *feed);

    feed->announced = body->length;
    feed->slow = v->plan->slow;
    feed->fd = send_socket(connection);
    text_add(&feed->body, body->at, body->length);
    if (v->plan->form == FORM_HALF)
        feed->body.length /= 2;
    if (v->plan->form == FORM_BIG) {
        feed->announced = (uint64_t)v->plan->number;
        feed->padded = true;
    }
    return MHD_create_response_from_callback(feed->announced, 16384, feed_read, feed, feed_free);
}

static struct MHD_Response *response_new(struct MHD_Connection *connection, const struct visit *v)
{
    const struct text *body = &v->outcome.body;
    enum form form = v->plan->form;

    if (form == FORM_HALF || form == FORM_BIG || (v->plan->slow > 0 && body->length > 0))
        return feed_response(connection, v);
    return MHD_create_response_from_buffer(body->length, body->at, MHD_RESPMEM_MUST_COPY);
}

static void headers_add(struct MHD_Response *response, const struct visit *v, bool close)
{
    const struct plan *plan = v->plan;
    char seconds[24];

    if (!v->request.xml) /* the vendor's answer in XML carries no Content-Type */
        MHD_add_response_header(response, "Content-Type", "application/json");
    if (plan->retry_after >= 0) {
        snprintf(seconds, sizeof seconds, "%" PRId64, plan->retry_after);
        MHD_add_response_header(response, "Retry-After", seconds);
    }
    if (plan->form == FORM_REDIRECT)
        MHD_add_response_header(response, "Location", plan->words);
    if (plan->close || (close && !plan->keep))
        MHD_add_response_header(response, "Connection", "close");
}

static enum MHD_Result queue(struct MHD_Connection *connection, struct MHD_Response *response,
                             unsigned status)
{
    enum MHD_Result result = MHD_queue_response(connection, status, response);

    MHD_destroy_response(response);
    return result;
}

enum MHD_Result send_answer(struct MHD_Connection *connection, const struct visit *v, bool close)
{
    if (v->plan->form == FORM_RESET)
        send_reset(connection);
    if (v->plan->form == FORM_RAW || v->plan->form == FORM_FIRST)
        raw_send(send_socket(connection), v->plan);
    if (v->outcome.http == 0)
        return MHD_NO; /* the library closes the connection */
    struct MHD_Response *response = response_new(connection, v);
    headers_add(response, v, close);
    return queue(connection, response, (unsigned)v->outcome.http);
}

enum MHD_Result send_constant(struct MHD_Connection *connection, const char *body, bool close)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(body), (void *)(uintptr_t)body, MHD_RESPMEM_PERSISTENT);

    if (close)
        MHD_add_response_header(response, "Connection", "close");
    return queue(connection, response, MHD_HTTP_OK);
}
