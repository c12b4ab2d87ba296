/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a target on the files of folders, without libFuzzer: replay_NAME FOLDER…. Each file is said
 * before it is run, so that the last line names the one that ends the program. */
#include <dirent.h>

#include "fsio.h"
#include "fuzz.h"

#define INPUT_MOST (16 * 1024 * 1024)

static void file_run(const char *folder, const char *name)
{
    char path[4096];
    char *text = NULL;
    size_t len = 0;
    struct fault f = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    puts(path);
    fflush(stdout);
    if (!fsio_slurp(path, INPUT_MOST, &text, &len, &f)) {
        fprintf(stderr, "%s\n", f.text);
        exit(1);
    }
    void *exact = xmalloc(len); /* so that a sanitizer sees a read beyond the last byte */
    memcpy(exact, text, len);
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    free(text);
}

int main(int argc, char **argv)
{
    size_t count = 0;
    for (int i = 1; i < argc; i++) {
        struct dirent **entries;
        int found = scandir(argv[i], &entries, NULL, alphasort);
        if (found < 0) {
            perror(argv[i]);
            return 1;
        }
        for (int k = 0; k < found; k++) {
            if (entries[k]->d_type == DT_REG) {
                file_run(argv[i], entries[k]->d_name);
                count++;
            }
            free(entries[k]);
        }
        free(entries);
    }
    printf("%zu inputs\n", count);
    return count == 0;
}
