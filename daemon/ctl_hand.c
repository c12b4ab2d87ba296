/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_hand: the copy is written under a hidden name, which the daemon does not look at, and
 * appears by one rename that replaces nothing. */
#include "ctl_hand.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"
#include "fsio.h"
#include "spool_name.h"

#define PIECE_BYTES 65536
#define NAMES_MOST  1000
#define FILE_MODE   0640

static bool copy(int from, struct fsio_file *to, struct fault *f)
{
    char piece[PIECE_BYTES];
    ssize_t n;
    for (off_t at = 0; (n = pread(from, piece, sizeof piece, at)) != 0;) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set(f, FAULT_IO, errno, "read");
        fsio_add(to, piece, (size_t)n);
        at += n;
    }
    wipe(piece, sizeof piece);
    return true;
}

/* The folder's group reads the file, and what root brings belongs to the folder's owner. Who is
 * not of that group brings a file as any other program would. */
static void give(int fd, int folder)
{
    struct stat st;
    uid_t owner = (uid_t)-1;
    if (fstat(folder, &st) != 0)
        return;
    if (geteuid() == 0)
        owner = st.st_uid;
    if (fchown(fd, owner, st.st_gid) == 0)
        return;
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
}

/* A whole, durable file under a hidden name. */
static bool place(int incoming, const char *hidden, int from, struct fault *f)
{
    char temp[64];
    struct fsio_file *file = NULL;
    snprintf(temp, sizeof temp, "%s.tmp", hidden);
    if (!fsio_create(incoming, temp, FILE_MODE, &file, f))
        return false;
    give(fsio_fd(file), incoming);
    if (!copy(from, file, f)) {
        fsio_abandon(file);
        return false;
    }
    return fsio_finish(file, hidden, f);
}

/* NAME.csv, NAME-2.csv … */
static char *name_of_try(const char *name, int number)
{
    const char *dot = strrchr(name, '.');
    size_t stem = dot ? (size_t)(dot - name) : strlen(name);
    char *made = NULL;
    if (number == 1)
        return xstrdup(name);
    if (asprintf(&made, "%.*s-%d%s", (int)stem, name, number, name + stem) < 0)
        abort();
    return made;
}

/* The name it got, owned by the caller; NULL with a fault. */
static char *appear(int incoming, const char *hidden, const char *name, struct fault *f)
{
    for (int number = 1; number <= NAMES_MOST; number++) {
        struct fault why = {0};
        char *made = name_of_try(name, number);
        if (fsio_move(incoming, hidden, incoming, made, &why))
            return made;
        free(made);
        if (why.error != EEXIST) {
            *f = why;
            return NULL;
        }
    }
    fault_set(f, FAULT_IO, EEXIST, "find a free name");
    return NULL;
}

static bool mark(int incoming, const char *hidden, const char *name, struct fault *f)
{
    ON_LEAVE(free_text) char *marker = spool_name_marker(name);
    struct fsio_file *file = NULL;
    if (!fsio_create(incoming, hidden, FILE_MODE, &file, f))
        return false;
    give(fsio_fd(file), incoming);
    return fsio_finish(file, marker, f);
}

bool ctl_hand(const struct config *c, int incoming, const char *path, char **ret_name,
              struct fault *f)
{
    ON_LEAVE(ctl_file_close) struct ctl_file file = {0};
    if (!ctl_file_open(path, 0, &file, f))
        return false;
    const char *name = file.basename;
    if (spool_name_ignored(name) || !spool_name_matches(name, c->spool.pattern))
        return fault_set(f, FAULT_INPUT, 0,
                         "%s: a file of this name is not imported; [spool] pattern is %s",
                         file.name, c->spool.pattern);

    char hidden[48];
    snprintf(hidden, sizeof hidden, ".extspool-%ld", (long)getpid());
    char *made = place(incoming, hidden, file.fd, f) ? appear(incoming, hidden, name, f) : NULL;
    if (!made) {
        unlinkat(incoming, hidden, 0);
        return fault_in(f, "%s", file.name);
    }
    if (c->spool.ready == READY_DONE_FILE && !mark(incoming, hidden, made, f)) {
        unlinkat(incoming, made, 0);
        free(made);
        return fault_in(f, "%s", file.name);
    }
    *ret_name = made;
    return true;
}
