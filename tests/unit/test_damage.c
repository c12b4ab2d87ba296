/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What spreadsheets do to values, form by form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "damage.h"

static struct cell of(const char *text)
{
    return (struct cell){text, strlen(text)};
}

static void mended(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *to; /* NULL: left as it is */
    } values[] = {
        {"=\"0012\"", "0012"},
        {"=\"\"", ""},
        {"=\"a\"\"b\"", "a\"b"},
        {"=\"a\"b\"", NULL},
        {"=\"a\"\"", NULL}, /* a doubled quote, and no end */
        {"=\"", NULL},
        {"=1+1", NULL},
        {"\xc2\xa0"
         "2001\xc2\xa0",
         "2001"},
        {"Ann\xc2\xa0Lee", "Ann Lee"},
        {"Ann\xe2\x80\xaf"
         "Lee\xe2\x80\x87",
         "Ann Lee"},
        {"20\xe2\x80\x8b"
         "01\xef\xbb\xbf",
         "2001"},
        {"\xe2\x81\xa0", ""},
        {" 2001 ", NULL},
        {"O\xe2\x80\x99"
         "Brien",
         NULL},
        {"J\xc3\xbcrgen", NULL},
        {"\xc2", NULL},
        {"", NULL},
    };
    struct buf text = {0};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct cell value = of(values[i].from);
        const char *done = damage_mend(&value, &text);
        assert_int_equal(done != NULL, values[i].to != NULL);
        const char *wanted = values[i].to ? values[i].to : values[i].from;
        assert_int_equal(value.len, strlen(wanted));
        assert_memory_equal(value.at, wanted, value.len);
    }
    buf_free(&text);
}

static void errors(void **state)
{
    (void)state;
    static const char *const bad[] = {"#N/A",   " #ref! ", "#NV",    "#WERT!", "#BEZUG!", "#DIV/0!",
                                      "#ZAHL!", "#NAME?",  "#NULL!", "#####",  "Err:502"};
    static const char *const well[] = {"", "#", "###", "# 12", "#1", "*72#", "#N/A!", "Err", "N/A"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_non_null(damage_error(of(bad[i])));
    for (size_t i = 0; i < COUNT_OF(well); i++)
        assert_null(damage_error(of(well[i])));
}

static void looks(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum damage damage;
    } values[] = {
        {"1.80889E+10", DAMAGE_SCIENTIFIC},
        {"1,80889e+10", DAMAGE_SCIENTIFIC},
        {"-2E-05", DAMAGE_SCIENTIFIC},
        {" 4.9E+11 ", DAMAGE_SCIENTIFIC},
        {"12E5", DAMAGE_NONE}, /* nobody's spreadsheet writes it so */
        {"1E+1", DAMAGE_NONE},
        {"E+10", DAMAGE_NONE},
        {"1.5E+1x", DAMAGE_NONE},
        {"02.03.2024", DAMAGE_DATE},
        {"2024-03-02", DAMAGE_DATE},
        {"3/31/2024", DAMAGE_DATE},
        {"2.3.2024 00:00:00", DAMAGE_DATE},
        {"02.03.24", DAMAGE_SHORT_DATE},
        {"32.03.2024", DAMAGE_NONE},
        {"13.13.2024", DAMAGE_NONE},
        {"02.03-2024", DAMAGE_NONE},
        {"02.03.3456", DAMAGE_NONE},
        {"01.23.45.67", DAMAGE_NONE},
        {"2-3", DAMAGE_NONE},
        {"2-Mar", DAMAGE_DATE},
        {"Mrz 24", DAMAGE_DATE},
        {"02. Mai", DAMAGE_DATE},
        {"M\xc3\xa4r-24", DAMAGE_DATE},
        {"Mar", DAMAGE_NONE},
        {"Jan 123", DAMAGE_NONE},
        {"2001", DAMAGE_NONE},
        {"", DAMAGE_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        assert_int_equal(damage_looks(of(values[i].text)), values[i].damage);
        assert_int_equal(damage_advice(values[i].damage)[0] != '\0', values[i].damage != 0);
    }
}

static void quotes(void **state)
{
    (void)state;
    struct cell inner = damage_unquoted(of("\xe2\x80\x9c"
                                           "2001\xe2\x80\x9d"));
    assert_int_equal(inner.len, 4);
    assert_memory_equal(inner.at, "2001", 4);
    assert_non_null(damage_unquoted(of("\xe2\x80\x9e"
                                       "x\xe2\x80\x9c"))
                        .at);
    assert_null(damage_unquoted(of("\xe2\x80\x9c\xe2\x80\x9d")).at);
    assert_null(damage_unquoted(of("\xe2\x80\x9c"
                                   "x"))
                    .at);
    assert_null(damage_unquoted(of("\"x\"")).at);
    assert_null(damage_unquoted(of("O\xe2\x80\x99"
                                   "Brien"))
                    .at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mended),
        cmocka_unit_test(errors),
        cmocka_unit_test(looks),
        cmocka_unit_test(quotes),
    };
    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
