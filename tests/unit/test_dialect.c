/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "buf.h"
#include "code.h"
#include "dialect.h"

#define TEXT(text) text, sizeof(text) - 1

static void check_delimiter(const char *head, size_t len, char delimiter)
{
    struct dialect d;
    char choices[CHOICES_ROOM] = "";
    struct fault f = {0};
    int code = -1;
    if (!dialect_guess(head, len, NULL, &d, choices, &code, &f))
        fail_msg("'%.*s': %s", (int)len, head, f.text);
    if (d.delimiter != delimiter)
        fail_msg("'%.*s': %s", (int)len, head, dialect_delimiter_text(d.delimiter));
    assert_string_equal(d.encoding, "utf-8");
    assert_int_equal(code, -1);
}

static void test_delimiters(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        size_t len;
        char delimiter;
    } cases[] = {
        {TEXT("number,username\n2002,Ann\n"), ','},
        {TEXT("number;username\n2002;Ann\n"), ';'},
        {TEXT("number\tusername\r\n2002\tAnn\r\n"), '\t'},
        {TEXT("number|username\r2002|Ann\r"), '|'},
        {TEXT("number;username"), ';'},
        {TEXT("number"), ','},
        {TEXT("number\n2002\n2003\n"), ','},
        {TEXT("\n\r\nnumber;username\n2002;Ann"), ';'},
        {TEXT("\t\tname\tmail;x\n1\t2\t3\t4\n"), '\t'},
        /* other delimiters in headings and cells, quoted or not */
        {TEXT("\"a,b,c,d\";e\n1;2\n"), ';'},
        {TEXT("number;name, first\n2002;Ann\n2003;Bob\n"), ';'},
        {TEXT("number;name, first, last\n2002;Ann\n"), ';'},
        {TEXT("number;name, first, last\n2002;Ann"), ';'},
        {TEXT("\"a,b,c,d\";e"), ';'},
        {TEXT("number,name\n2002,Ann;x;y\n2003,Bob;x;y\n"), ','},
        {TEXT("number,name,a|b\n2002,Ann,x\n2003,Bob,y\n"), ','},
        {TEXT("number,note; one; two; three\n2002,x\n2003,y\n"), ','},
        {TEXT("number;amount\n1;2,5\n3;4,5\n5;6,5\n"), ';'},
        /* most rows are broken: the header still tells */
        {TEXT("number,name,mail\n2002,Smith, Ann,a@x\n2003,Lee, Bob,b@x\n"), ','},
        {TEXT("number,name,mail;x\n1,a,b,c\n2,a,b,c\n3,a,b,c\n4,a,b,c;d\n5,a,b,c\n6,a,b,c\n"
              "7,a,b,c\n8,a,b,c\n"),
         ','},
        /* headings of two lines, as spreadsheets write them */
        {TEXT("\"Employee\nnumber, new\";\"Name\";Mail\n2002;Ann;a@x\n"), ';'},
        /* titles above the header */
        {TEXT("Employees: Sales, HR, IT, Legal\n\nnumber;name;mail\n1;a;b\n2;c;d\n"), ';'},
        {TEXT("Report\nOctober, 2026\n\nnumber\tname\tmail\n1\ta\tb\n"), '\t'},
        /* a quote that is never closed */
        {TEXT("number;name\n1;\"a, b, c\n2;d\n3;e\n"), ';'},
        /* the first line says it */
        {TEXT("sep=;\nnumber;a,b\n1;a,b\n"), ';'},
        {TEXT("\xEF\xBB\xBFSEP=|\r\nnumber,name\r\n"), '|'},
        {TEXT("\"sep=;\"\rnumber,name\r"), ';'},
        {TEXT("sep=;x\nnumber,name\n1,Ann\n"), ','},
        /* among equals the comma */
        {TEXT("a,b;c\n"), ','},
        {TEXT("a;b|c\n"), ';'},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_delimiter(cases[i].head, cases[i].len, cases[i].delimiter);
}

/* The last line of a head may be cut: it must not count against the true delimiter. */
static void test_a_cut_line_does_not_count(void **state)
{
    (void)state;
    ON_LEAVE(buf_free) struct buf b = {0};
    buf_text(&b, "a,b|c\n1|2");
    while (b.len < DIALECT_HEAD)
        buf_char(&b, 'x');
    check_delimiter(b.at, b.len, ',');

    buf_reset(&b);
    buf_text(&b, "a;b;c"); /* a header longer than the head is still the header */
    while (b.len < DIALECT_HEAD)
        buf_char(&b, 'x');
    check_delimiter(b.at, b.len, ';');
}

static void test_the_line_on_top_is_no_text(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        size_t len;
        size_t offset;
    } cases[] = {
        {TEXT("sep=;\na;b\n"), 6},
        {TEXT("\xEF\xBB\xBFsep=;\r\na;b\r\n"), 10},
        {TEXT("sep=;\ra;b\r"), 6},
        {TEXT("sep=;"), 5},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dialect d;
        char choices[CHOICES_ROOM] = "";
        int code = -1;
        assert_true(dialect_guess(cases[i].head, cases[i].len, NULL, &d, choices, &code, NULL));
        assert_true(d.separator);
        assert_int_equal(d.text_offset, cases[i].offset);
        assert_int_equal(d.text_line, 2);
        assert_string_equal(choices, "delimiter=;: the line sep= on top says so\n");
    }
}

static void check_quote(const char *text, char quote)
{
    struct dialect d;
    char choices[CHOICES_ROOM] = "";
    int code = -1;
    assert_true(dialect_guess(text, strlen(text), NULL, &d, choices, &code, NULL));
    if (d.quote != quote)
        fail_msg("'%s': %c", text, d.quote);
    assert_int_equal(strstr(choices, "quote=") != NULL, quote == '\'');
}

/* Single quotes are quotes only where nothing else can be meant. */
static void test_quotes(void **state)
{
    (void)state;
    check_quote("number,name\n'1','Ann'\n'2','Lee, Bob'\n", '\'');
    check_quote("'number','name'\n'1','O''Neil'\n", '\'');
    check_quote("number,name\n1,O'Neil\n2,D'Arcy\n", '"');
    check_quote("number,name\n1,'Ann'\n2,\"Bob\"\n", '"');
    check_quote("number,name\n'0012,Ann\n'0013,Bob\n", '"');
    check_quote("number,name\n1,'Tis\n2,Chris'\n3,'x'\n4,y\n5,z\n", '"');
    check_quote("number,name\n1,'a'\n2,b\n3,c\n4,d\n5,'e'\n", '"');
}

static void test_wishes(void **state)
{
    (void)state;
    static const char text[] = "number,name\n'1','Ann'\n'2','Bob'\n";
    static const char separated[] = "sep=,\nnumber,name\n1,Ann\n";
    const struct dialect_wish wish = {.delimiter = ';', .quote = '"'};
    struct dialect d;
    char choices[CHOICES_ROOM] = "";
    int code = -1;
    assert_true(dialect_guess(TEXT(text), &wish, &d, choices, &code, NULL));
    assert_int_equal(d.delimiter, ';');
    assert_int_equal(d.quote, '"');
    assert_string_equal(choices,
                        "delimiter=;: the profile says so\nquote=\": the profile says so\n");
    /* a file that says it itself knows better */
    assert_true(dialect_guess(TEXT(separated), &wish, &d, choices, &code, NULL));
    assert_int_equal(d.delimiter, ',');
}

static void test_byte_order_mark(void **state)
{
    (void)state;
    struct dialect d;
    char choices[CHOICES_ROOM] = "";
    int code = -1;
    assert_true(dialect_guess(TEXT("\xEF\xBB\xBFnumber;name\n"), NULL, &d, choices, &code, NULL));
    assert_true(d.bom);
    assert_int_equal(d.delimiter, ';');
    assert_true(dialect_guess(TEXT("number;name\n"), NULL, &d, choices, &code, NULL));
    assert_false(d.bom);
    assert_true(dialect_guess(TEXT("\xEF\xBBnumber;name\n"), NULL, &d, choices, &code, NULL));
    assert_false(d.bom);
}

/* Cells in other encodings, or with a control byte: a matter of the rows that have them. */
static void test_bad_bytes_do_not_cost_the_file(void **state)
{
    (void)state;
    static const char nul[] = "number,username,registerpassword\n2002,An\0n,Passw0rd\n2003,Bob,x\n";
    check_delimiter(TEXT(nul), ',');
    check_delimiter(TEXT("number,username\n2002,Zo\xEB\n"), ',');
    check_delimiter(TEXT("number,username\n2002,\xD0\xCF\x11 and more, so that it is text\n"), ',');
}

static void check_refused(const char *head, size_t len, int code, const char *says)
{
    struct dialect d = {.delimiter = '!'};
    char choices[CHOICES_ROOM] = "";
    struct fault f = {0};
    int got = -1;
    if (dialect_guess(head, len, NULL, &d, choices, &got, &f))
        fail_msg("taken for CSV, where it is: %s", says);
    assert_int_equal(f.kind, FAULT_INPUT);
    assert_int_equal(got, code);
    assert_int_equal(d.delimiter, '!');
    if (!strstr(f.text, says))
        fail_msg("'%s' does not say '%s'", f.text, says);
}

static void test_no_csv(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        size_t len;
        const char *says;
    } cases[] = {
        {TEXT("PK\3\4\x14\0\6\0\x08\0\0\0!\0"), "an Excel workbook (.xlsx)"},
        {TEXT("PK\3\4[Content_Types].xml and many plain bytes, none of which is a control byte"),
         "in Excel choose Save As, CSV UTF-8"},
        {TEXT("PK\5\6\0\0\0\0\0\0"), "ZIP"},
        {TEXT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0"), "(.xls)"},
        {TEXT("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n"), "PDF"},
        {TEXT("{\\rtf1\\ansi number,name}"), ".rtf"},
        {TEXT("\x1F\x8B\x08\0\0\0\0\0"), "gzip"},
        {TEXT("<html><table><tr><td>number</td></tr></table>"), "web page"},
        {TEXT("\xEF\xBB\xBF \r\n\t<!DOCTYPE html>\n<HTML>"), "web page"},
        {TEXT("<TABLE border=1><tr>"), "web page"},
        {TEXT("<?xml version=\"1.0\"?>\n<Workbook>"), "XML"},
        {TEXT("\x7F"
              "ELF\2\1\1\0\0\0\0\0\0"),
         "binary"},
        {TEXT("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"), "binary"},
        {TEXT("a,b\n\1\2\3\4\n"), "binary"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_refused(cases[i].head, cases[i].len, CODE_NOT_CSV, cases[i].says);
}

static void test_empty(void **state)
{
    (void)state;
    check_refused(TEXT(""), CODE_EMPTY_FILE, "empty");
    check_refused(TEXT("\xEF\xBB\xBF"), CODE_EMPTY_FILE, "empty");
    check_refused(TEXT("\xEF\xBB\xBF\r\n"), CODE_EMPTY_FILE, "empty");
    check_refused(TEXT(" \t\r\n\n\v\f "), CODE_EMPTY_FILE, "empty");
}

/* Every beginning of a text is either empty or text, and of nothing else is more read than len. */
static void test_any_length(void **state)
{
    (void)state;
    static const char text[] =
        "\xEF\xBB\xBFnumber;\"user\nname\";<html\r\n2002;\"Ann \"\"x\"\"\";y\r\n";
    for (size_t len = 0; len < sizeof text; len++) {
        ON_LEAVE(free_text) char *head = xmalloc(len ? len : 1); /* exact, for the sanitizers */
        memcpy(head, text, len);
        struct dialect d;
        char choices[CHOICES_ROOM] = "";
        int code = CODE_NONE;
        bool ok = dialect_guess(head, len, NULL, &d, choices, &code, NULL);
        assert_int_equal(ok, len > 3 || len == 1 || len == 2);
        if (ok)
            assert_int_equal(d.delimiter, len > 9 ? ';' : ',');
        else
            assert_int_equal(code, CODE_EMPTY_FILE);
    }
}

static void test_delimiter_text(void **state)
{
    (void)state;
    assert_string_equal(dialect_delimiter_text(','), ",");
    assert_string_equal(dialect_delimiter_text(';'), ";");
    assert_string_equal(dialect_delimiter_text('|'), "|");
    assert_string_equal(dialect_delimiter_text('\t'), "tab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delimiters),
        cmocka_unit_test(test_a_cut_line_does_not_count),
        cmocka_unit_test(test_the_line_on_top_is_no_text),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_wishes),
        cmocka_unit_test(test_byte_order_mark),
        cmocka_unit_test(test_bad_bytes_do_not_cost_the_file),
        cmocka_unit_test(test_no_csv),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_any_length),
        cmocka_unit_test(test_delimiter_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
