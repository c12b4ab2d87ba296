/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME fsio: files that appear whole or not at all, and renames that survive a power cut. */
#include "fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BUFFER 65536

struct fsio_file {
    int folder;
    int fd;
    char *temp;
    bool failed;
    struct fault fault; /* the first one, while failed */
    size_t len;
    size_t used; /* of the buffer, at most */
    char buffer[FILE_BUFFER];
};

/* The folder that path lies in, as far as path tells; "" otherwise. The caller frees. */
static char *parent_of(const char *path)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    while (len > 0 && path[len - 1] != '/')
        len--;
    while (len > 1 && path[len - 1] == '/')
        len--;
    return xstrndup(path, len);
}

static bool make_folder(const char *path, mode_t mode, struct fault *f)
{
    ON_LEAVE(free_text) char *parent = parent_of(path);
    ON_LEAVE(close_fd) int parent_fd = -1;
    if (parent[0] && !fsio_folder(parent, 0755, &parent_fd, f))
        return false;
    if (mkdir(path, mode) != 0 && errno != EEXIST)
        return fault_set(f, FAULT_IO, errno, "make folder '%s'", path);
    if (parent_fd >= 0)
        fsync(parent_fd); /* best effort: a folder lost in a power cut is made again */
    return true;
}

bool fsio_folder(const char *path, mode_t mode, int *ret_fd, struct fault *f)
{
    int fd = open(path, O_DIRECTORY | O_CLOEXEC | O_RDONLY);
    if (fd < 0 && errno == ENOENT) {
        if (!make_folder(path, mode, f))
            return false;
        fd = open(path, O_DIRECTORY | O_CLOEXEC | O_RDONLY);
    }
    if (fd < 0)
        return fault_set(f, FAULT_IO, errno, "open folder '%s'", path);
    *ret_fd = fd;
    return true;
}

bool fsio_write(int fd, const void *bytes, size_t len, struct fault *f)
{
    const char *at = bytes;
    while (len) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set(f, FAULT_IO, errno, "write");
        at += n;
        len -= (size_t)n;
    }
    return true;
}

int fsio_temporary(void)
{
    FILE *file = tmpfile();
    int fd = file ? fcntl(fileno(file), F_DUPFD_CLOEXEC, 0) : -1;
    if (file)
        fclose(file);
    return fd;
}

bool fsio_sync(int fd, const char *name, struct fault *f)
{
    if (fsync(fd) != 0)
        return fault_set(f, FAULT_IO, errno, "fsync '%s'", name);
    return true;
}

bool fsio_create(int folder, const char *temp, mode_t mode, struct fsio_file **ret, struct fault *f)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(folder, temp, flags, mode);
    if (fd < 0 && errno == EEXIST) {
        if (!fsio_unlink(folder, temp, f))
            return false;
        fd = openat(folder, temp, flags, mode);
    }
    if (fd < 0)
        return fault_set(f, FAULT_IO, errno, "create '%s'", temp);
    if (fchmod(fd, mode) != 0) { /* the umask does not decide who reads a report */
        int error = errno;
        close(fd);
        return fault_set(f, FAULT_IO, error, "set the mode of '%s'", temp);
    }

    struct fsio_file *file = xmalloc(sizeof *file);
    file->folder = folder;
    file->fd = fd;
    file->temp = xstrdup(temp);
    file->failed = false;
    file->len = 0;
    file->used = 0;
    *ret = file;
    return true;
}

static void file_flush(struct fsio_file *file)
{
    if (!file->failed && file->len && !fsio_write(file->fd, file->buffer, file->len, &file->fault))
        file->failed = true;
    file->len = 0;
}

void fsio_add(struct fsio_file *file, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len && !file->failed) {
        size_t n = FILE_BUFFER - file->len < len ? FILE_BUFFER - file->len : len;
        memcpy(file->buffer + file->len, at, n);
        file->len += n;
        if (file->used < file->len)
            file->used = file->len;
        at += n;
        len -= n;
        if (file->len == FILE_BUFFER)
            file_flush(file);
    }
}

void fsio_text(struct fsio_file *file, const char *text)
{
    fsio_add(file, text, strlen(text));
}

int fsio_fd(const struct fsio_file *file)
{
    return file->fd;
}

static void file_free(struct fsio_file *file)
{
    close_fd(&file->fd);
    free(file->temp);
    wipe(file->buffer, file->used);
    free(file);
}

bool fsio_place(struct fsio_file *file, const char *name, struct fault *f)
{
    file_flush(file);
    if (!file->failed && !fsio_sync(file->fd, name, &file->fault))
        file->failed = true;
    if (file->failed) {
        if (f)
            *f = file->fault;
        fsio_abandon(file);
        return fault_in(f, "'%s'", name);
    }

    if (renameat(file->folder, file->temp, file->folder, name) != 0) {
        fault_set(f, FAULT_IO, errno, "rename to '%s'", name);
        fsio_abandon(file);
        return false;
    }
    file_free(file);
    return true;
}

bool fsio_finish(struct fsio_file *file, const char *name, struct fault *f)
{
    int folder = file->folder;
    return fsio_place(file, name, f) && fsio_sync(folder, name, f);
}

struct fsio_file *fsio_abandon(struct fsio_file *file)
{
    if (!file)
        return NULL;
    unlinkat(file->folder, file->temp, 0);
    file_free(file);
    return NULL;
}

/* renameat2 with RENAME_NOREPLACE; where the file system cannot do that (NFS among them) a look
 * before the rename must do: names carry ids that only this daemon gives out. */
static int rename_new(int from, const char *name, int to, const char *new_name)
{
    if (renameat2(from, name, to, new_name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (faccessat(to, new_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    return renameat(from, name, to, new_name);
}

bool fsio_rename(int from, const char *name, int to, const char *new_name, struct fault *f)
{
    return rename_new(from, name, to, new_name) == 0 ||
           fault_set(f, FAULT_IO, errno, "move '%s' to '%s'", name, new_name);
}

bool fsio_move(int from, const char *name, int to, const char *new_name, struct fault *f)
{
    return fsio_rename(from, name, to, new_name, f) && fsio_sync(to, new_name, f) &&
           fsio_sync(from, name, f);
}

bool fsio_unlink(int folder, const char *name, struct fault *f)
{
    return unlinkat(folder, name, 0) == 0 || errno == ENOENT ||
           fault_set(f, FAULT_IO, errno, "remove '%s'", name);
}

bool fsio_remove(int folder, const char *name, struct fault *f)
{
    /* synced also when it was removed before a crash came */
    return fsio_unlink(folder, name, f) && fsio_sync(folder, name, f);
}

bool fsio_slurp(const char *path, size_t most, char **ret, size_t *ret_len, struct fault *f)
{
    ON_LEAVE(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault_set(f, FAULT_IO, errno, "open '%s'", path);

    char *at = xmalloc(most + 2);
    size_t len = 0;
    while (len <= most) {
        ssize_t n = read(fd, at + len, most + 1 - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            int error = errno;
            free(at);
            return fault_set(f, FAULT_IO, error, "read '%s'", path);
        }
        if (n == 0)
            break;
        len += (size_t)n;
    }
    if (len > most) {
        free(at);
        return fault_set(f, FAULT_IO, EFBIG, "read '%s'", path);
    }
    at[len] = '\0';
    *ret = at;
    *ret_len = len;
    return true;
}
