/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The yardstick of reading: libcsv over a whole file in pieces of 64 KiB, with callbacks that do
 * nothing but count. Prints the rows. */
#include <csv.h>
#include <stdio.h>
#include <unistd.h>
#include <fcntl.h>

#define PIECE 65536

static void on_cell(void *cell, size_t len, void *with)
{
    (void)cell;
    (void)len;
    (void)with;
}

static void on_row(int end, void *with)
{
    (void)end;
    ++*(unsigned long *)with;
}

int main(int argc, char **argv)
{
    static char piece[PIECE];
    struct csv_parser parser;
    unsigned long rows = 0;
    ssize_t got = 0;
    int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 || csv_init(&parser, 0) != 0) {
        fputs("usage: bare_csv FILE\n", stderr);
        return 2;
    }
    while ((got = read(fd, piece, PIECE)) > 0)
        if (csv_parse(&parser, piece, (size_t)got, on_cell, on_row, &rows) != (size_t)got)
            return 1;
    csv_fini(&parser, on_cell, on_row, &rows);
    csv_free(&parser);
    printf("%lu\n", rows);
    return got == 0 ? 0 : 1;
}
