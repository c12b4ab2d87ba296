/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The least that a reader of CSV over libcsv could cost: a file goes through csv_parse in pieces of
 * 64 KiB, to callbacks that do nothing. The yardstick for `extspool check`.
 *
 *   bare_csv FILE     prints the cells and the rows that it has seen */
#include <csv.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define PIECE (64 * 1024)

struct seen {
    unsigned long cells, rows;
};

static void on_cell(void *text, size_t len, void *seen)
{
    (void)text;
    (void)len;
    ((struct seen *)seen)->cells++;
}

static void on_row(int end, void *seen)
{
    (void)end;
    ((struct seen *)seen)->rows++;
}

int main(int argc, char **argv)
{
    static char piece[PIECE];
    struct seen seen = {0};
    struct csv_parser parser;
    ssize_t n = 0;
    int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    if (fd < 0 || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        fputs("usage: bare_csv FILE\n", stderr);
        return 2;
    }
    while ((n = read(fd, piece, sizeof piece)) > 0)
        if (csv_parse(&parser, piece, (size_t)n, on_cell, on_row, &seen) < (size_t)n)
            break;
    if (n != 0 || csv_fini(&parser, on_cell, on_row, &seen) != 0) {
        fputs("bare_csv: the file cannot be read as CSV\n", stderr);
        return 1;
    }
    csv_free(&parser);
    close(fd);
    printf("%lu cells, %lu rows\n", seen.cells, seen.rows);
    return 0;
}
