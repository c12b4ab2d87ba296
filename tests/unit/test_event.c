/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The catalogue explains each event, in the table's order, with fields that entries have. */
#include "event.h"

#include "folder.h"

#include "fault.h"
#include "fsio.h"

static char *catalog;

static int catalog_read(void **state)
{
    size_t len = 0;
    struct fault f = {0};
    (void)state;
    return fsio_slurp("systemd/extspoold.catalog", 1 << 20, &catalog, &len, &f) ? 0 : -1;
}

static int catalog_free(void **state)
{
    (void)state;
    free(catalog);
    return 0;
}

static void catalogue_has_each_event_once(void **state)
{
    (void)state;
    const char *at = catalog;
    for (unsigned i = 0; i < EVENTS; i++) {
        at = strstr(at, "\n-- ");
        assert_non_null(at);
        at += strlen("\n-- ");
        assert_memory_equal(at, event_id((enum event)i), 32);
        assert_memory_equal(at + 32, "\nSubject: ", 10);
    }
    assert_null(strstr(at, "\n-- "));
}

/* An entry's text stands after an empty line and is more than a subject. */
static void each_explanation_has_a_text(void **state)
{
    (void)state;
    for (const char *at = strstr(catalog, "\n-- "); at; at = strstr(at + 1, "\n-- ")) {
        const char *body = strstr(at, "\n\n");
        const char *next = strstr(at + 1, "\n-- ");
        assert_non_null(body);
        assert_true((next ? next : catalog + strlen(catalog)) - body > 20);
    }
}

static void fields_in_texts_exist(void **state)
{
    (void)state;
    static const char *const known[] = {"@EXTSPOOL_IMPORT@", "@EXTSPOOL_FILE@", "@EXTSPOOL_ROW@",
                                        "@EXTSPOOL_CODE@"};
    size_t count = 0;
    for (const char *at = strchr(catalog, '@'); at; at = strchr(at, '@')) {
        size_t len = 0;
        for (size_t i = 0; i < COUNT_OF(known); i++)
            if (strncmp(at, known[i], strlen(known[i])) == 0)
                len = strlen(known[i]);
        assert_true(len > 0);
        at += len;
        count++;
    }
    assert_true(count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(catalogue_has_each_event_once),
        cmocka_unit_test(each_explanation_has_a_text),
        cmocka_unit_test(fields_in_texts_exist),
    };
    return cmocka_run_group_tests(tests, catalog_read, catalog_free);
}
