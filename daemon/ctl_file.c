/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME ctl_file: the files that extspool reads, and the records that it prints. */
#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "choices.h"
#include "fsio.h"

#define PIECE_BYTES 65536

static char *printable(const char *name)
{
    struct buf text = {0};
    buf_name(&text, name, strlen(name));
    return text.at ? text.at : xstrdup("");
}

/* A pipe, say, becomes a file. */
static bool copy(int from, int64_t most, int *ret_fd, struct fault *f)
{
    char piece[PIECE_BYTES];
    ON_LEAVE(close_fd) int to = fsio_temporary();
    if (to < 0)
        return fault_set(f, FAULT_IO, errno, "make a temporary file");
    for (int64_t bytes = 0; !most || bytes <= most;) {
        ssize_t n = read(from, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set(f, FAULT_IO, errno, "read");
        if (n == 0)
            break;
        if (!fsio_write(to, piece, (size_t)n, f))
            return fault_in(f, "copy into a temporary file");
        bytes += n;
    }
    *ret_fd = to;
    to = -1;
    return true;
}

bool ctl_file_open(const char *path, int64_t most, struct ctl_file *ret, struct fault *f)
{
    bool standard = strcmp(path, "-") == 0;
    const char *slash = strrchr(path, '/');
    ON_LEAVE(free_text) char *name = printable(path);
    ON_LEAVE(close_fd)
    int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return fault_set(f, FAULT_INPUT, errno, "%s", name);
    if (!S_ISREG(st.st_mode)) {
        int plain = -1;
        if (!copy(fd, most, &plain, f))
            return fault_in(f, "%s", name);
        close_fd(&fd);
        fd = plain;
    }
    *ret = (struct ctl_file){.fd = fd, .name = name};
    ret->basename = xstrdup(slash ? slash + 1 : path);
    fd = -1;
    name = NULL;
    return true;
}

void ctl_file_close(struct ctl_file *file)
{
    if (!file->name)
        return;
    close_fd(&file->fd);
    free(file->name);
    free(file->basename);
}

bool ctl_rules_read(const struct config *c, struct ctl_rules *ret, struct fault *f)
{
    ON_LEAVE(free_text) char *path = config_schema_path(c);
    return schema_read(path, &ret->schema, f) && profiles_read(c, ret->schema, &ret->profiles, f);
}

void ctl_rules_free(struct ctl_rules *rules)
{
    rules->profiles = profiles_free(rules->profiles);
    rules->schema = schema_free(rules->schema);
}

static bool needs_quotes(const struct cell *cell, char delimiter)
{
    for (size_t i = 0; i < cell->len; i++)
        if (cell->at[i] == delimiter || memchr("\"\r\n", cell->at[i], 3))
            return true;
    return false;
}

static void cell_print(const struct cell *cell, char delimiter)
{
    if (!needs_quotes(cell, delimiter)) {
        fwrite(cell->at, 1, cell->len, stdout);
        return;
    }
    putchar('"');
    for (size_t i = 0; i < cell->len; i++) {
        if (cell->at[i] == '"')
            putchar('"');
        putchar(cell->at[i]);
    }
    putchar('"');
}

void ctl_record_print(const struct cell *cells, size_t count, char delimiter)
{
    if (count == 1 && cells[0].len == 0)
        fputs("\"\"", stdout); /* an empty line would be no record */
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            putchar(delimiter);
        cell_print(&cells[i], delimiter);
    }
    putchar('\n');
}

void ctl_choices_print(const char *name, const char *choices)
{
    struct choice choice;
    while (choices_next(&choices, &choice))
        fprintf(stderr, "%s: %.*s %.*s: %.*s\n", name, (int)choice.what.len, choice.what.at,
                (int)choice.value.len, choice.value.at, (int)choice.reason.len, choice.reason.at);
}
