/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME child: running a program without a shell and without waiting for it.
 *
 * It leads a process group, so that a time-out reaches what it has started as well: a script that
 * is killed alone would leave its curl behind. Its end is seen by waitid(WNOWAIT) first: as long as
 * it is not reaped nobody else can get its number, and so the group that is killed is its own. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

/* Cuts the command, which is changed, into words; how many there are, 0 when that is too many. */
static size_t words_cut(char *command, char *words[CHILD_WORDS + 1])
{
    size_t count = 0;
    char *rest = command;
    while (count < CHILD_WORDS && (words[count] = strtok_r(rest, " \t", &rest)))
        count++;
    words[count] = NULL;
    return count < CHILD_WORDS || !strtok_r(rest, " \t", &rest) ? count : 0;
}

/* fd, or /dev/null, becomes the child's `to`. */
static int file_give(posix_spawn_file_actions_t *files, int fd, int to)
{
    if (fd < 0)
        return posix_spawn_file_actions_addopen(files, to, "/dev/null", O_RDWR, 0);
    return posix_spawn_file_actions_adddup2(files, fd, to);
}

static int spawn(struct child *c, const struct child_run *run, char **words)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    int error = file_give(&files, run->in, STDIN_FILENO);
    error = error ? error : file_give(&files, run->out, STDOUT_FILENO);
    error = error ? error : file_give(&files, run->err, STDERR_FILENO);
    error = error ? error : posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    if (!error)
        error = posix_spawnp(&c->pid, words[0], &files, &attributes, words,
                             run->environment ? run->environment : environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return error;
}

bool child_start(struct child *c, const struct child_run *run, int64_t until, struct fault *f)
{
    ON_LEAVE(free_text) char *command = xstrdup(run->command);
    char *words[CHILD_WORDS + 1];
    size_t count = words_cut(command, words);
    int error = count ? spawn(c, run, words) : EINVAL;
    c->until = until;
    if (!error)
        return true;
    *c = (struct child){0};
    return fault_set(f, FAULT_IO, error, "run %s '%s'", run->what, words[0] ? words[0] : "");
}

bool child_runs(const struct child *c)
{
    return c->pid != 0;
}

/* Kills the group, and the leader by itself, which may have gone into another one; its status. */
static int reap(struct child *c)
{
    int status = 0;
    kill(-c->pid, SIGKILL);
    kill(c->pid, SIGKILL);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    *c = (struct child){0};
    return status;
}

bool child_look(struct child *c, const char *what, int64_t mono, bool *ret_end, struct fault *f)
{
    siginfo_t seen = {0};
    waitid(P_PID, (id_t)c->pid, &seen, WEXITED | WNOHANG | WNOWAIT);
    if (!seen.si_pid && mono < c->until)
        return true;
    *ret_end = true;
    int status = reap(c);
    if (!seen.si_pid)
        return fault_set(f, FAULT_IO, 0, "%s takes too long", what);
    if (WIFSIGNALED(status))
        return fault_set(f, FAULT_IO, 0, "%s died of signal %d", what, WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return fault_set(f, FAULT_IO, 0, "%s ends with %d", what, WEXITSTATUS(status));
    return true;
}

void child_end(struct child *c)
{
    if (child_runs(c))
        reap(c);
}
