/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xml: an answer is judged, whatever it is, and any text of a record is sent as itself.
 * Input: an answer of the PBX. */
#include "fuzz.h"

static void answer_check(const char *text, size_t len)
{
    struct wire_answer a;
    wire_read(WIRE_XML, text, len, &a);
    assert(a.status == WIRE_FAILED || a.error_number == 0);
    assert(a.error_number >= 0);
    assert(strlen(a.token) <= 64);
    assert(a.status == WIRE_GARBAGE || len >= strlen("<x><status>x</status></x>"));
    for (size_t i = 0; i < a.count; i++)
        assert(wire_value(&a.extensions[i], "extnumber"));
    assert_roster_agrees(WIRE_XML, text, len, &a);
    wire_answer_free(&a);
}

/* Of text that a cell of a record may have. */
static void text_check(const char *text, size_t len)
{
    struct cell cells[64] = {0};
    struct record record = {0};
    struct findings findings = {0};
    const struct schema *schema = shipped_schema();
    int field = schema_find(schema, "username", strlen("username"));
    assert(field >= 0 && schema_count(schema) <= COUNT_OF(cells));
    char *terminated = xstrndup(text, len);
    cells[field] = (struct cell){terminated, strlen(terminated)};
    schema_check(schema, cells, NULL, false, &record, &findings);
    if (cells[field].len <= 4096) /* longer ones are no answer's */
        assert_body_tells(WIRE_XML, &record);
    free(terminated);
    record_free(&record);
    findings_free(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size ? (const char *)data : "";
    answer_check(text, size);
    text_check(text, size);
    return 0;
}
