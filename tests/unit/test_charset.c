/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How encodings are told, and that no byte is lost between an original and its copy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "buf.h"
#include "charset.h"
#include "copy.h"
#include "utf8.h"

#define TEXT(text) text, sizeof(text) - 1

/* ---- charset ------------------------------------------------------------------------------- */

/* Converts in pieces of this length. */
static void convert(struct charset *c, const char *text, size_t len, size_t piece, struct buf *to)
{
    assert_non_null(c);
    for (size_t at = 0; at < len; at += piece)
        charset_put(c, text + at, len - at < piece ? len - at : piece, to);
    charset_end(c, to);
    charset_free(c);
}

static void check_both_ways(const char *encoding, const char *bytes, size_t len, const char *text,
                            size_t text_len)
{
    for (size_t piece = 1; piece <= len + 1; piece++) {
        ON_LEAVE(buf_free) struct buf decoded = {0};
        ON_LEAVE(buf_free) struct buf encoded = {0};
        convert(charset_decoder(encoding), bytes, len, piece, &decoded);
        assert_int_equal(decoded.len, text_len);
        assert_memory_equal(decoded.at, text, text_len);
        convert(charset_encoder(encoding), decoded.at, decoded.len, piece, &encoded);
        assert_int_equal(encoded.len, len);
        assert_memory_equal(encoded.at, bytes, len);
    }
}

static void test_both_ways(void **state)
{
    (void)state;
    check_both_ways("windows-1252", TEXT("M\xFCller, \x80"), TEXT("M\u00fcller, \u20ac"));
    check_both_ways("utf-16le", TEXT("\xFC\0,\0\x3D\xD8\x00\xDE"), TEXT("\u00fc,\U0001F600"));
    check_both_ways("utf-16be", TEXT("\0\xFC\0,"), TEXT("\u00fc,"));
    check_both_ways("utf-32le", TEXT("\xFC\0\0\0"), TEXT("\u00fc"));
    check_both_ways("iso-8859-15", TEXT("\xA4"), TEXT("\u20ac"));
}

/* What means nothing stays what it was, and is no UTF-8, whatever its bytes. */
static void test_bytes_that_mean_nothing(void **state)
{
    (void)state;
    check_both_ways("windows-1252", TEXT("a\x81\x8D,b"), TEXT("a\xFF\u0181\xFF\u018D,b"));
    check_both_ways("utf-16le", TEXT("a\0\x0A\xD8,\0"), TEXT("a\xFF\u010A\xFF\u01D8,"));
    check_both_ways("utf-16be", TEXT("\0a\xDC\x22\0b"),
                    TEXT("a\xFF\u01DC\xFF\u0122"
                         "b"));
    check_both_ways("utf-16le", TEXT("a\0b"), TEXT("a\xFF\u0162"));
    check_both_ways("utf-32be", TEXT("\0\0\0a\0\x11\0\0"),
                    TEXT("a\xFF\u0100\xFF\u0111\xFF\u0100\xFF\u0100"));
}

static void test_what_cannot_be_written(void **state)
{
    (void)state;
    ON_LEAVE(buf_free) struct buf encoded = {0};
    static const char text[] = "a\u4e2d"
                               "b\xC3";
    convert(charset_encoder("windows-1252"), TEXT(text), 1, &encoded);
    assert_string_equal(buf_get(&encoded), "a?b?");
    assert_false(charset_known("no-such-thing"));
    assert_null(charset_decoder("no-such-thing"));
    assert_true(charset_known("Windows-1252"));
}

/* ---- encoding ------------------------------------------------------------------------------ */

static void check_head(const char *head, size_t len, const char *name, size_t bom_bytes)
{
    struct encoding e;
    assert_int_equal(encoding_head(head, len, &e), name != NULL);
    if (!name)
        return;
    assert_string_equal(e.name, name);
    assert_int_equal(e.bom, bom_bytes > 0);
    assert_int_equal(e.bom_bytes, bom_bytes);
}

static void test_heads(void **state)
{
    (void)state;
    check_head(TEXT("\xEF\xBB\xBFnumber"), "utf-8", 3);
    check_head(TEXT("\xFF\xFEn\0u\0"), "utf-16le", 2);
    check_head(TEXT("\xFE\xFF\0n\0u"), "utf-16be", 2);
    check_head(TEXT("\xFE\xFF\x53\x57\x53\x57"), "utf-16be", 2);
    check_head(TEXT("\xFF\xFE\0\0n\0\0\0"), "utf-32le", 4);
    check_head(TEXT("\0\0\xFE\xFF\0\0\0n"), "utf-32be", 4);
    check_head(TEXT("n\0u\0m\0,\0a\0\n\0001\0,\0002\0"), "utf-16le", 0);
    check_head(TEXT("\0n\0u\0m\0,\0a\0\n\0001\0,\0002"), "utf-16be", 0);
    check_head(TEXT("n\0\0\0u\0\0\0m\0\0\0,\0\0\0"), "utf-32le", 0);
    check_head(TEXT("\0\0\0n\0\0\0u\0\0\0m\0\0\0,"), "utf-32be", 0);
    check_head(TEXT("PK\3\4\xFF"), "utf-8", 0);
    check_head(TEXT("number,M\xFCller"), NULL, 0);
    check_head(TEXT("number,a\0b,c and much more text without any zeros in it"), NULL, 0);
    check_head(TEXT(""), NULL, 0);
}

static void test_named(void **state)
{
    (void)state;
    struct encoding e;
    encoding_named("ISO-8859-2", TEXT("number"), &e);
    assert_string_equal(e.name, "iso-8859-2");
    encoding_named("UTF-16", TEXT("\0n\0u\0m\0,"), &e);
    assert_string_equal(e.name, "utf-16be");
    encoding_named("utf-16", TEXT("\x53\x57"), &e);
    assert_string_equal(e.name, "utf-16le");
    encoding_named("UTF8", TEXT("number"), &e);
    assert_string_equal(e.name, "utf-8");
}

static void check_scan(const char *text, size_t len, const char *name, const char *why)
{
    for (size_t piece = 1; piece <= len; piece++) {
        struct encoding_scan s = {0};
        struct encoding e;
        for (size_t at = 0; at < len; at += piece)
            encoding_scan(&s, text + at, len - at < piece ? len - at : piece);
        encoding_scanned(&s, &e);
        assert_string_equal(e.name, name);
        assert_string_equal(e.why, why);
    }
}

static void test_scans(void **state)
{
    (void)state;
    check_scan(TEXT("a,b\n"), "utf-8", "it is plain ASCII");
    check_scan(TEXT("M\u00fcller,\u20ac,\U0001F600\n"), "utf-8", "all of it is well-formed UTF-8");
    check_scan(TEXT("a,b\n1,M\xFCller\n"), "windows-1252", "byte 0xFC in line 2 is no UTF-8");
    check_scan(TEXT("a,b\n1,Zo\u00eb\n2,M\xFCller\n"), "utf-8",
               "it has 1 characters of UTF-8; in 1 places it is malformed");
    check_scan(TEXT("\xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xC9\x92 \xE9\n"), "windows-1252",
               "byte 0xE9 in line 1 is no UTF-8");
    check_scan(TEXT("a\nb\xF0\x9F\x98"), "windows-1252", "byte 0xF0 in line 2 is no UTF-8");
    check_scan(TEXT("a\n\xE2\x82"), "windows-1252", "byte 0xE2 in line 2 is no UTF-8");
    check_scan(TEXT("1001,a name of many letters\n1002,another one,M\xFC\xFC"
                    "ller and more\n"),
               "windows-1252", "byte 0xFC in line 2 is no UTF-8");
    check_scan(TEXT("1001,a name,Zo\u00eb and more\n\xFC\xFC, \xFC, and more text than a word"),
               "utf-8", "it has 1 characters of UTF-8; in 2 places it is malformed");
    check_scan(TEXT("\xED\xA0\x80"), "windows-1252", "byte 0xED in line 1 is no UTF-8");
}

/* ---- copy ---------------------------------------------------------------------------------- */

static int file_of(const char *bytes, size_t len)
{
    int fd = memfd_create("original", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    return fd;
}

static void check_text(int fd, const char *text, size_t len)
{
    char *got = xmalloc(len + 1);
    assert_int_equal(pread(fd, got, len + 1, 0), (ssize_t)len);
    assert_memory_equal(got, text, len);
    free(got);
}

static void check_copy(const char *bytes, size_t len, const char *named, const char *encoding,
                       const char *text, size_t text_len)
{
    struct copy_text got;
    struct fault f = {0};
    char sha256[DIGEST_HEX];
    ON_LEAVE(close_fd) int from = file_of(bytes, len);
    if (!copy_text(from, named, &got, &f))
        fail_msg("%s", f.text);
    assert_string_equal(got.encoding.name, encoding);
    assert_int_equal(got.bytes, len);
    digest_text(bytes, len, sha256);
    check_text(got.fd, text, text_len);
    close(got.fd);

    /* into a file, and the same once more */
    for (int again = 0; again < 2; again++) {
        ON_LEAVE(close_fd) int to = file_of("", 0);
        struct copy *c = again ? copy_again(from, to, got.encoding.name, got.encoding.bom)
                               : copy_new(from, to, named);
        bool unreadable = false;
        for (bool end = false; !end;)
            assert_true(copy_piece(c, &end, &unreadable, &f));
        assert_int_equal(copy_bytes(c), len);
        char digest[DIGEST_HEX];
        copy_digest(c, digest);
        assert_string_equal(digest, sha256);
        assert_string_equal(copy_encoding(c)->name, encoding);
        copy_free(c);
        check_text(to, text, text_len);
    }
}

static void test_copies(void **state)
{
    (void)state;
    check_copy(TEXT(""), NULL, "utf-8", TEXT(""));
    check_copy(TEXT("a,b\n"), NULL, "utf-8", TEXT("a,b\n"));
    check_copy(TEXT("\xEF\xBB\xBFZo\u00eb\n"), NULL, "utf-8", TEXT("\xEF\xBB\xBFZo\u00eb\n"));
    check_copy(TEXT("a\n\xFC\n"), NULL, "windows-1252", TEXT("a\n\u00fc\n"));
    check_copy(TEXT("a\n\xF6\n"), "iso-8859-2", "iso-8859-2", TEXT("a\n\u00f6\n"));
    check_copy(TEXT("\xFF\xFE\xFC\0\n\0"), "windows-1252", "utf-16le", TEXT("\u00fc\n"));
    check_copy(TEXT("\xFF\xFE"), NULL, "utf-16le", TEXT(""));
    check_copy(TEXT("a\0,\0\xFC\0\n\0"), NULL, "utf-16le", TEXT("a,\u00fc\n"));
}

/* A fault that shows only behind many pieces. */
static void test_a_late_byte(void **state)
{
    (void)state;
    ON_LEAVE(buf_free) struct buf bytes = {0};
    ON_LEAVE(buf_free) struct buf text = {0};
    for (int i = 0; i < 100000; i++)
        buf_text(&bytes, "plain\n");
    buf_add(&text, bytes.at, bytes.len);
    buf_text(&bytes, "\xFC\n");
    buf_text(&text, "\u00fc\n");
    check_copy(bytes.at, bytes.len, NULL, "windows-1252", text.at, text.len);
}

static void test_an_encoding_that_nobody_knows(void **state)
{
    (void)state;
    struct copy_text got;
    struct fault f = {0};
    ON_LEAVE(close_fd) int from = file_of(TEXT("a\xFC"));
    assert_false(copy_text(from, "latin-99", &got, &f));
    assert_int_equal(f.kind, FAULT_INPUT);
    assert_string_equal(f.text, "the encoding 'latin-99' is not known");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_bytes_that_mean_nothing),
        cmocka_unit_test(test_what_cannot_be_written),
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_scans),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_a_late_byte),
        cmocka_unit_test(test_an_encoding_that_nobody_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
