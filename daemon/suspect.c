/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME suspect: the file that the process is reading.
 *
 * A line of the same length each time, written over the one before and never synced: what a
 * process wrote outlives it, whatever it died of. A power cut loses it, and that is right, since
 * no file is to blame for one. For the same reason a write that fails is passed over: it costs
 * nothing but the count of one death. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fsio.h"
#include "suspect.h"

#define LINE 21 /* 20 digits are enough for every id, and a line end */

struct suspect {
    int fd;
    uint64_t id;
};

static uint64_t read_id(int fd)
{
    char line[LINE + 1] = "";
    if (pread(fd, line, LINE, 0) != LINE)
        return 0;
    return strtoull(line, NULL, 10);
}

static void write_id(struct suspect *s, uint64_t id)
{
    char line[LINE + 1];
    snprintf(line, sizeof line, "%020llu\n", (unsigned long long)id);
    if (pwrite(s->fd, line, LINE, 0) == LINE)
        s->id = id;
}

bool suspect_open(const char *directory, struct suspect **ret, uint64_t *ret_id, struct fault *f)
{
    ON_LEAVE(close_fd) int folder = -1;
    if (!fsio_folder(directory, 0700, &folder, f))
        return false;
    int fd = openat(folder, "suspect", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fault_set(f, FAULT_IO, errno, "open the file 'suspect' beside the ledger");
    struct suspect *s = xcalloc(1, sizeof *s);
    s->fd = fd;
    *ret_id = read_id(fd);
    write_id(s, 0);
    *ret = s;
    return true;
}

struct suspect *suspect_close(struct suspect *s)
{
    if (!s)
        return NULL;
    suspect_name(s, 0);
    close_fd(&s->fd);
    free(s);
    return NULL;
}

void suspect_name(struct suspect *s, uint64_t id)
{
    if (s->id != id)
        write_id(s, id);
}
