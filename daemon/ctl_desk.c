/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_desk: who answers the operator.
 *
 * The daemon, over its socket. Where none runs, this process takes the ledger's lock and does
 * what the daemon would do, short of sending anything. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control.h"
#include "ctl.h"
#include "job.h"
#include "json.h"
#include "log.h"

struct ctl_desk {
    struct config *config;
    struct job *job; /* NULL as long as a daemon answers */
    bool acted;      /* something was changed, not only asked */
};

struct ctl_desk *ctl_desk_new(struct config *config)
{
    struct ctl_desk *desk = xcalloc(1, sizeof *desk);
    desk->config = config;
    return desk;
}

/* What was changed is filed; what is to be sent is left to the daemon. */
static bool finish(struct job *job, struct fault *f)
{
    do {
        if (!job_turn(job, f))
            return false;
    } while (job_state(job) == JOB_BUSY);
    return true;
}

int ctl_desk_close(struct ctl_desk *desk)
{
    struct fault f = {0};
    int end = CTL_WELL;
    if (desk->acted && !finish(desk->job, &f))
        end = ctl_fault(&f);
    job_close(desk->job);
    free(desk);
    return end;
}

/* Root acts as the owner of the ledger's folder, that is as the daemon's user: what root made
 * there the daemon might not be able to read. */
static bool become_owner(const char *directory, struct fault *f)
{
    struct stat st;
    if (stat(directory, &st) != 0)
        return fault_set(f, FAULT_IO, errno, "no daemon runs, and no ledger is in '%s'", directory);
    if (geteuid() != 0 || st.st_uid == 0)
        return true;
    const struct passwd *owner = getpwuid(st.st_uid);
    int groups = owner ? initgroups(owner->pw_name, st.st_gid) : setgroups(0, NULL);
    if (groups != 0 || setgid(st.st_gid) != 0 || setuid(st.st_uid) != 0)
        return fault_set(f, FAULT_IO, errno, "act as the owner of '%s'", directory);
    return true;
}

static bool job_begin(struct ctl_desk *desk, struct fault *f)
{
    const char *directory = desk->config->state.directory;
    if (desk->config->partial)
        return fault_set(
            f, FAULT_CONFIG, 0,
            "no daemon answers in '%s', and without one the configuration must be sound",
            directory);
    if (!become_owner(directory, f))
        return false;
    umask(0027);
    log_setup(LOG_LEVEL_ERROR, LOG_TARGET_PLAIN);
    return job_open(desk->config, false, &desk->job, f) ||
           fault_in(f, "no daemon answers in '%s'", directory);
}

static struct json_object *request_of(const char *verb, uint64_t id)
{
    struct json_object *request = json_object_new_object();
    json_object_object_add(request, "verb", json_object_new_string(verb));
    if (id)
        json_object_object_add(request, "id", json_object_new_uint64(id));
    return request;
}

/* The answer's result, or the fault that it tells. */
static bool answer_read(struct json_object *answer, struct json_object **ret, struct fault *f)
{
    if (!json_object_get_boolean(ctl_member(answer, "ok")))
        return fault_set(f, FAULT_INPUT, 0, "%s", ctl_text(answer, "error"));
    *ret = json_object_get(ctl_member(answer, "result"));
    return true;
}

bool ctl_ask_daemon(struct ctl_desk *desk, const char *verb, uint64_t id, bool *ret_running,
                    struct json_object **ret, struct fault *f)
{
    ON_LEAVE(json_leave) struct json_object *request = request_of(verb, id);
    ON_LEAVE(json_leave) struct json_object *answer = NULL;
    struct fault why = {0};
    if (control_ask(desk->config->state.directory, request, &answer, &why)) {
        *ret_running = true;
        return answer_read(answer, ret, f);
    }
    if (why.error == ENOENT || why.error == ECONNREFUSED) {
        *ret_running = false;
        return true;
    }
    if (f)
        *f = why;
    return false;
}

bool ctl_ask(struct ctl_desk *desk, const char *verb, uint64_t id, struct json_object **ret,
             struct fault *f)
{
    bool running = false;
    if (!desk->job && !ctl_ask_daemon(desk, verb, id, &running, ret, f))
        return false;
    if (running)
        return true;
    if (!desk->job && !job_begin(desk, f))
        return false;

    ON_LEAVE(json_leave) struct json_object *request = request_of(verb, id);
    ON_LEAVE(json_leave) struct json_object *answer = control_do(desk->job, request);
    if (!answer_read(answer, ret, f))
        return false;
    desk->acted = desk->acted || !*ret; /* what only asks has a result */
    return true;
}

uint64_t ctl_id(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= 18 && !text[digits] ? strtoull(text, NULL, 10) : 0;
}

struct json_object *ctl_member(struct json_object *from, const char *key)
{
    return json_object_object_get(from, key);
}

const char *ctl_text(struct json_object *from, const char *key)
{
    const char *text = json_object_get_string(ctl_member(from, key));
    return text ? text : "";
}

uint64_t ctl_number(struct json_object *from, const char *key)
{
    return json_object_get_uint64(ctl_member(from, key));
}

size_t ctl_length(struct json_object *array)
{
    return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

struct json_object *ctl_item(struct json_object *array, size_t index)
{
    return json_object_array_get_idx(array, index);
}

void ctl_json_print(struct json_object *value)
{
    puts(json_object_to_json_string_ext(value,
                                        JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}
