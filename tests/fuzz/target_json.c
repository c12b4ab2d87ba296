/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json: what is read strictly is written and read as the same; an answer is judged; any text is
 * sent as itself. Input: a JSON text. The PBX's answers and operators' requests come this way. */
#include "fuzz.h"
#include "json.h"

static void strict_check(const char *text, size_t len)
{
    struct fault f = {0};
    ON_LEAVE(json_leave) struct json_object *tree = json_parse_strict(text, len, &f);
    if (!tree) {
        assert(f.kind == FAULT_INPUT);
        assert_told(f.text);
        return;
    }
    const char *written = json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN);
    ON_LEAVE(json_leave)
    struct json_object *again = json_parse_strict(written, strlen(written), &f);
    assert(again && json_object_equal(tree, again));
}

static void answer_check(const char *text, size_t len)
{
    struct wire_answer a;
    wire_read(WIRE_JSON, text, len, &a);
    assert(a.status == WIRE_FAILED || a.error_number == 0);
    assert(a.error_number >= 0);
    assert(strlen(a.token) <= 64);
    assert(a.status == WIRE_GARBAGE || len >= strlen("{\"status\":\"\"}"));
    for (size_t i = 0; i < a.count; i++)
        for (size_t k = 0; k < a.extensions[i].count; k++)
            assert(wire_value(&a.extensions[i], a.extensions[i].pairs[k].name));
    assert_roster_agrees(WIRE_JSON, text, len, &a);
    wire_answer_free(&a);
}

/* Of valid text; a NUL is in no record. */
static void text_check(const char *text, size_t len)
{
    if (utf8_valid(text, len) < len || (len && memchr(text, '\0', len)))
        return;
    struct record record = {0};
    record_room(&record, 1);
    record.values[0] = (struct record_value){.name = "username", .at = text, .len = len};
    assert_body_tells(WIRE_JSON, &record);
    record_free(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size ? (const char *)data : "";
    strict_check(text, size);
    answer_check(text, size);
    text_check(text, size);
    return 0;
}
