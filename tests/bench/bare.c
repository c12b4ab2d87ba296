/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The yardstick: the least that a client over libcurl's multi interface can do. It posts one body
 * again and again, with a fixed number of calls in flight, and prints how many it posted in a
 * second. No rows are read, nothing is kept. */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FLIGHT_MOST 256
#define BODY_MOST   65536
#define ANSWER_MOST 512

struct call {
    CURL *easy;
    char answer[ANSWER_MOST];
    size_t len;
};

struct client {
    CURLM *multi;
    CURLU *url;
    struct curl_slist *headers;
    char body[BODY_MOST];
    size_t body_len;
    long left; /* calls that have not begun */
    size_t flying;
    struct call calls[FLIGHT_MOST];
};

static void die(const char *what)
{
    fprintf(stderr, "bare: %s\n", what);
    exit(2);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t on_body(char *at, size_t size, size_t count, void *with)
{
    struct call *c = with;
    size_t len = size * count;
    if (len >= ANSWER_MOST - c->len)
        return 0;
    memcpy(c->answer + c->len, at, len);
    c->len += len;
    c->answer[c->len] = '\0';
    return len;
}

static void call_open(struct client *cl, struct call *c)
{
    c->easy = curl_easy_init();
    if (!c->easy)
        die("curl_easy_init");
    curl_easy_setopt(c->easy, CURLOPT_CURLU, cl->url);
    curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, cl->headers);
    curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE, (long)cl->body_len);
    curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, cl->body);
    curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
    curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
}

static void call_begin(struct client *cl, struct call *c)
{
    c->len = 0;
    cl->left--;
    cl->flying++;
    curl_multi_add_handle(cl->multi, c->easy);
}

static void call_end(struct client *cl, const CURLMsg *message)
{
    char *private = NULL;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
    struct call *c = (struct call *)(void *)private;
    if (message->data.result != CURLE_OK)
        die(curl_easy_strerror(message->data.result));
    if (!strstr(c->answer, "\"Success\""))
        die("the server did not answer Success");
    curl_multi_remove_handle(cl->multi, c->easy);
    cl->flying--;
    if (cl->left)
        call_begin(cl, c);
}

static void run(struct client *cl)
{
    while (cl->flying) {
        int running = 0;
        int queued = 0;
        bool ended = false;
        curl_multi_perform(cl->multi, &running);
        for (CURLMsg *m; (m = curl_multi_info_read(cl->multi, &queued)); ended = true)
            call_end(cl, m);
        if (!ended)
            curl_multi_poll(cl->multi, NULL, 0, 1000, NULL);
    }
}

static void read_body(struct client *cl, const char *path)
{
    FILE *from = fopen(path, "r");
    if (!from)
        die("the body cannot be read");
    cl->body_len = fread(cl->body, 1, BODY_MOST, from);
    fclose(from);
}

int main(int argc, char **argv)
{
    static struct client cl;
    size_t flight = argc == 5 ? strtoul(argv[3], NULL, 10) : 0;
    if (flight < 1 || flight > FLIGHT_MOST) {
        fputs("usage: bare URL CALLS IN-FLIGHT BODY-FILE\n", stderr);
        return 2;
    }
    read_body(&cl, argv[4]);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    cl.multi = curl_multi_init();
    cl.url = curl_url();
    cl.headers = curl_slist_append(NULL, "Content-Type: application/json; charset=utf-8");
    if (!cl.multi || !cl.headers || curl_url_set(cl.url, CURLUPART_URL, argv[1], 0) != CURLUE_OK)
        die("cannot be set up");

    long calls = strtol(argv[2], NULL, 10);
    cl.left = calls;
    double began = now();
    for (size_t i = 0; i < flight && cl.left; i++) {
        call_open(&cl, &cl.calls[i]);
        call_begin(&cl, &cl.calls[i]);
    }
    run(&cl);
    printf("%.0f\n", (double)calls / (now() - began));
    return 0;
}
