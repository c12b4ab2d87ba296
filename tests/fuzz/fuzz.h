/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzz targets share. A target is one file target_NAME.c with LLVMFuzzerTestOneInput,
 * which asserts what must hold for any input; libFuzzer runs it on inputs that it makes up, and
 * replay.c on those that are kept in seeds/NAME. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base.h"
#include "fault.h"
#include "rows.h"
#include "schema.h"
#include "utf8.h"
#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of an input. */
struct input {
    const char *at;
    size_t len;
};

/* The next byte, 0 at the end. */
static inline unsigned input_byte(struct input *in)
{
    if (in->len == 0)
        return 0;
    in->len--;
    return (unsigned char)*in->at++;
}

/* What stands before the next of these bytes, or before the end; the byte is stepped over. */
static inline struct cell input_until(struct input *in, char end)
{
    const char *found = in->len ? memchr(in->at, end, in->len) : NULL;
    struct cell piece = {in->at, found ? (size_t)(found - in->at) : in->len};
    size_t step = piece.len + (found != NULL);
    in->at += step;
    in->len -= step;
    return piece;
}

/* A file in memory with these bytes, `times` over; the caller closes it. */
static inline int file_of(const char *text, size_t len, size_t times)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    assert(fd >= 0);
    for (size_t i = 0; len > 0 && i < times; i++) {
        ssize_t n = write(fd, text, len);
        assert(n == (ssize_t)len);
    }
    return fd;
}

/* The shipped schema; tests run in the source tree's root. */
static inline const struct schema *shipped_schema(void)
{
    static struct schema *schema;
    struct fault f = {0};
    if (!schema && !schema_read("schemas/extension.json", &schema, &f)) {
        fprintf(stderr, "%s\n", f.text);
        abort();
    }
    return schema;
}

/* A text for people: well-formed, of one line. */
static inline void assert_told(const char *text)
{
    assert(utf8_valid(text, strlen(text)) == strlen(text));
    assert(!strpbrk(text, "\r\n"));
}

/* The wanted value of every member that is sent, and no other member, is in an extension that
 * begins with one more pair. */
static inline void assert_same_values(const struct record *record, const struct wire_extension *e)
{
    size_t sent = 0;
    for (size_t i = 0; i < record->count; i++) {
        const struct record_value *wanted = &record->values[i];
        if (!wanted->at)
            continue;
        sent++;
        assert(sent < e->count);
        const char *got = e->pairs[sent].value;
        assert(strcmp(e->pairs[sent].name, wanted->name) == 0);
        assert(strlen(got) == wanted->len);
        assert(memcmp(got, wanted->at, wanted->len) == 0);
    }
    assert(e->count == sent + 1);
}

/* The body that is built of a record says what the record says: it is read as an extension of an
 * answer. */
static inline void assert_body_tells(enum wire_format format, const struct record *record)
{
    static const char *const around[][3] = {
        [WIRE_JSON] = {"{", "{\"status\":\"Success\",\"extinfos\":[{\"extnumber\":\"1\",", "]}"},
        [WIRE_XML] = {"<xml>", "<xml><status>Success</status><xml><extnumber>1</extnumber>",
                      "</xml>"},
    };
    struct buf body = {0};
    struct buf answer = {0};
    wire_record(format, record, &body);
    if (strcmp(buf_get(&body), "{}") == 0) {
        buf_reset(&body);
        buf_text(&body, "{\"none\":{}}"); /* which is no pair */
    }
    const char *first = strstr(buf_get(&body), around[format][0]);
    assert(first);
    buf_text(&answer, around[format][1]);
    buf_text(&answer, first + strlen(around[format][0]));
    buf_text(&answer, around[format][2]);

    struct wire_answer read;
    wire_read(format, answer.at, answer.len, &read);
    assert(read.status == WIRE_SUCCESS);
    assert(read.count == 1);
    assert_same_values(record, &read.extensions[0]);
    wire_answer_free(&read);
    buf_free(&body);
    buf_free(&answer);
}

/* Who reads an answer piece by piece reads the same: what is well when it is read whole is so then,
 * and each number is found. Escapes and signs are not looked through there. */
static inline void assert_roster_agrees(enum wire_format format, const char *text, size_t len,
                                        const struct wire_answer *whole)
{
    static const size_t pieces[] = {1, 7, 4096};
    bool plain =
        format == WIRE_XML || !len || (!memchr(text, '\\', len) && !memchr(text, '-', len));
    for (size_t p = 0; p < COUNT_OF(pieces); p++) {
        struct wire_roster *roster = wire_roster_new(format);
        struct wire_answer told;
        for (size_t at = 0; at < len; at += pieces[p])
            wire_roster_add(roster, text + at, len - at < pieces[p] ? len - at : pieces[p]);
        struct numbers *numbers = wire_roster_end(roster, &told);
        assert((numbers != NULL) == (told.status == WIRE_SUCCESS));
        if (whole->status == WIRE_SUCCESS && plain)
            assert(numbers);
        for (size_t i = 0; numbers && plain && i < whole->count; i++) {
            const struct wire_extension *e = &whole->extensions[i];
            const char *number = wire_value(e, wire_number_name(e));
            if (number[0] && strlen(number) < 64)
                assert(numbers_has(numbers, number, strlen(number)));
        }
        numbers_free(numbers);
    }
}

#endif
