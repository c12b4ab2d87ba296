/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME control: the operators' socket, the daemon's side. The client's is in control_client.c. */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buf.h"
#include "job.h"
#include "json.h"
#include "unix_socket.h"

#define CLIENTS_MOST 16
#define REQUEST_MOST 4096

struct client {
    int fd; /* -1: free */
    struct buf request;
    struct buf answer;
    size_t sent;
};

struct control {
    int listener;
    struct client clients[CLIENTS_MOST];
};

bool control_open(const char *directory, struct control **ret, struct fault *f)
{
    ON_LEAVE(close_fd) int folder = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return fault_set(f, FAULT_IO, errno, "open folder '%s'", directory);
    struct sockaddr_un address;
    ON_LEAVE(free_text) char *path = NULL;
    if (asprintf(&path, "%s/control.sock", directory) < 0)
        abort();
    if (!unix_socket_address(folder, "control.sock", &address))
        return fault_set(f, FAULT_IO, errno, "listen at '%s'", path);
    if (unlinkat(folder, "control.sock", 0) != 0 && errno != ENOENT)
        return fault_set(f, FAULT_IO, errno, "remove '%s'", path);
    ON_LEAVE(close_fd) int fd = -1;
    if (!unix_socket_listen(&address, CLIENTS_MOST, path, &fd, f))
        return false;

    struct control *c = xcalloc(1, sizeof *c);
    c->listener = fd;
    fd = -1;
    for (size_t i = 0; i < CLIENTS_MOST; i++) {
        c->clients[i].fd = -1;
        c->clients[i].request.most = REQUEST_MOST;
    }
    *ret = c;
    return true;
}

static void client_close(struct client *client)
{
    close_fd(&client->fd);
    buf_free(&client->request);
    buf_free(&client->answer);
    client->sent = 0;
}

struct control *control_close(struct control *c)
{
    if (!c)
        return NULL;
    for (size_t i = 0; i < CLIENTS_MOST; i++)
        client_close(&c->clients[i]);
    close_fd(&c->listener);
    free(c);
    return NULL;
}

size_t control_fds(const struct control *c, struct http_fd *to, size_t room)
{
    size_t count = 0;
    assert(room > CLIENTS_MOST);
    to[count++] = (struct http_fd){.fd = c->listener};
    for (size_t i = 0; i < CLIENTS_MOST; i++)
        if (c->clients[i].fd >= 0)
            to[count++] =
                (struct http_fd){.fd = c->clients[i].fd, .write = c->clients[i].answer.len > 0};
    return count;
}

static void accept_clients(struct control *c)
{
    for (size_t i = 0; i < CLIENTS_MOST; i++) {
        if (c->clients[i].fd >= 0)
            continue;
        c->clients[i].fd = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (c->clients[i].fd < 0)
            return;
    }
}

/* Reads what is there; true when a whole line has come. */
static bool client_read(struct client *client)
{
    char piece[1024];
    ssize_t n = read(client->fd, piece, sizeof piece);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0 || !buf_add(&client->request, piece, (size_t)n)) {
        client_close(client);
        return false;
    }
    return memchr(client->request.at, '\n', client->request.len) != NULL;
}

static void client_answer(struct client *client, struct job *j)
{
    ON_LEAVE(json_leave)
    struct json_object *request = json_parse_strict(client->request.at, client->request.len, NULL);
    ON_LEAVE(json_leave) struct json_object *answer = control_do(j, request);
    buf_text(&client->answer, json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PLAIN));
    buf_char(&client->answer, '\n');
}

static void client_write(struct client *client)
{
    ssize_t n = send(client->fd, client->answer.at + client->sent,
                     client->answer.len - client->sent, MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        client->sent += (size_t)n;
    if (n <= 0 || client->sent == client->answer.len)
        client_close(client);
}

void control_turn(struct control *c, struct job *j, bool knocked)
{
    if (knocked)
        accept_clients(c);
    for (size_t i = 0; i < CLIENTS_MOST; i++) {
        struct client *client = &c->clients[i];
        if (client->fd >= 0 && !client->answer.len && client_read(client))
            client_answer(client, j);
        if (client->fd >= 0 && client->answer.len)
            client_write(client);
    }
}

/* ---- one request ---- */

static struct json_object *answer_of(bool good, struct json_object *result, const struct fault *f)
{
    struct json_object *answer = json_object_new_object();
    json_object_object_add(answer, "ok", json_object_new_boolean(good));
    if (good)
        json_object_object_add(answer, "result", result);
    else
        json_object_object_add(answer, "error", json_object_new_string(f->text));
    return answer;
}

struct json_object *control_do(struct job *j, struct json_object *request)
{
    static const struct {
        const char *verb;
        bool (*act)(struct job *, uint64_t, struct fault *);
        struct json_object *(*ask)(struct job *, uint64_t, struct fault *);
    } verbs[] = {
        {"hold", job_hold, NULL},   {"release", job_release, NULL},
        {"retry", job_retry, NULL}, {"cancel", job_cancel, NULL},
        {"show", NULL, job_show},   {"verify", NULL, job_verify},
        {"prune", NULL, job_prune}, {"prunable", NULL, job_prunable},
        {"log", NULL, job_history}, {"forget", NULL, job_forget},
    };
    struct fault f = {0};
    const char *verb = json_object_get_string(json_object_object_get(request, "verb"));
    struct json_object *id = json_object_object_get(request, "id");
    if (!verb)
        verb = "";
    if (strcmp(verb, "status") == 0) {
        struct json_object *status = job_status(j, &f);
        return answer_of(status != NULL, status, &f);
    }
    if (job_still(j)) {
        fault_set(&f, FAULT_IO, 0, "the daemon waits: %s", job_still(j));
        return answer_of(false, NULL, &f);
    }
    for (size_t i = 0; i < COUNT_OF(verbs); i++) {
        if (strcmp(verb, verbs[i].verb) != 0)
            continue;
        uint64_t number = json_object_get_uint64(id);
        if (verbs[i].act)
            return answer_of(verbs[i].act(j, number, &f), NULL, &f);
        struct json_object *result = verbs[i].ask(j, number, &f);
        return answer_of(result != NULL, result, &f);
    }
    fault_set(&f, FAULT_INPUT, 0, "no such verb");
    return answer_of(false, NULL, &f);
}
