/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The examples of docs/SCHEMA.md, put where it says that they go, load and do what it says: a
 * field into the shipped schema's fields, its words into the messages, a rule into the rules, a
 * whole schema on its own. */
#include "schema_world.h"

#include "fsio.h"
#include "json.h"

static char *page;

static int page_read(void **state)
{
    size_t len = 0;
    struct fault f = {0};
    if (world_make(state) != 0)
        return -1;
    return fsio_slurp("docs/SCHEMA.md", 1 << 20, &page, &len, &f) ? 0 : -1;
}

static int page_free(void **state)
{
    free(page);
    return world_remove(state);
}

static struct json_object *parse(const char *text, size_t len)
{
    struct fault f = {0};
    struct json_object *o = json_parse_strict(text, len, &f);
    if (!o)
        fail_msg("%s", f.text);
    return o;
}

/* The example that has this text in it. */
static struct json_object *example(const char *with)
{
    static const char open[] = "```json\n";
    const char *at = strstr(page, with);
    const char *start = page;

    assert_non_null(at);
    for (const char *next = page; (next = strstr(next, open)) && next < at; next++)
        start = next + strlen(open);
    return parse(start, (size_t)(strstr(start, "```") - start));
}

static struct json_object *get(struct json_object *o, const char *key)
{
    struct json_object *value = NULL;
    assert_true(json_object_object_get_ex(o, key, &value));
    return value;
}

/* Puts the field in the place of the one with its name, or at the end. */
static void field_put(struct json_object *top, struct json_object *field)
{
    struct json_object *fields = get(top, "fields");
    const char *name = json_object_get_string(get(field, "name"));
    size_t i = 0;

    while (i < json_object_array_length(fields) &&
           strcmp(json_object_get_string(get(json_object_array_get_idx(fields, i), "name")),
                  name) != 0)
        i++;
    json_object_array_put_idx(fields, i, field);
}

static void messages_put(struct json_object *top, struct json_object *messages)
{
    struct json_object *all = get(get(top, "extspoold"), "messages");

    json_object_object_foreach(messages, field, words)
    {
        json_object_object_add(all, field, json_object_get(words));
    }
    json_object_put(messages);
}

/* Puts one example, or two of them, into the shipped schema and takes their references. */
static void load(struct json_object *add, struct json_object *messages)
{
    size_t len = 0;
    const char *text = schema_text(shipped, &len);
    struct json_object *top = parse(text, len);
    struct fault f = {0};

    if (json_object_object_get_ex(add, "primaryKey", NULL)) {
        json_object_put(top);
        top = add;
    } else if (json_object_object_get_ex(add, "name", NULL)) {
        field_put(top, add);
    } else {
        json_object_array_add(get(get(top, "extspoold"), "rules"), add);
    }
    if (messages)
        messages_put(top, messages);
    text = json_object_to_json_string(top);
    schema_free(shipped);
    if (!schema_parse(text, strlen(text), "example", &shipped, &f))
        fail_msg("%s", f.text);
    json_object_put(top);
    begin();
}

static int shipped_again(void **state)
{
    (void)state;
    schema_free(shipped);
    return world_make(state);
}

/* The message of the only finding, or "". */
static const char *said(void)
{
    check();
    assert_true(findings.count <= 1);
    return findings.count ? findings.at[0].message : "";
}

static void nat(void **state)
{
    (void)state;
    load(example("\"nat\""), NULL);
    assert_string_equal(said(), "");
    assert_string_equal(sent("nat"), "no");
    set("nat=YES");
    assert_string_equal(said(), "");
    assert_string_equal(sent("nat"), "yes");
    set("nat=1");
    assert_string_equal(said(), "must be one of: yes, no");
}

static void numbering_plan(void **state)
{
    (void)state;
    load(example("[23][0-9]{2}"), example("must be three digits"));
    assert_string_equal(said(), "");
    set("number=402");
    assert_string_equal(said(), "must be three digits, the first of them 2 or 3");
}

static void password_policy(void **state)
{
    (void)state;
    load(example("\"minLength\": 12"), NULL);
    assert_string_equal(said(), "");
    set("registerpassword=Abcdefghijklmn1");
    assert_string_equal(said(),
                        "must have 12 characters or more, and one that is no letter or digit");
}

static void caller_id(void **state)
{
    (void)state;
    load(example("\"callerid\""), NULL);
    assert_string_equal(said(), "");
    set("busyforward=yes");
    set("btransferto=mobile number");
    assert_string_equal(said(), "is empty; the mobile phone will show the PBX's own number");
    assert_string_equal(findings_text(), "callerid condition warning");
}

static void whole(void **state)
{
    (void)state;
    load(example("\"ja\""), NULL);
    set("number=12");
    set("registerpassword=a12");
    set("maxregistrations=5");
    set("dnd=JA");
    assert_string_equal(said(), "must not contain the value of 'number'");
    assert_string_equal(sent("dnd"), "on");
    findings_reset(&findings);
    set("number=x");
    assert_string_equal(said(), "must be 1 to 7 digits");
    assert_true(schema_secret(shipped, 1));
}

static void each_example_is_tested(void **state)
{
    (void)state;
    size_t count = 0;
    for (const char *at = page; (at = strstr(at, "```json")); at++)
        count++;
    assert_int_equal(count, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nat, shipped_again),
        cmocka_unit_test_teardown(numbering_plan, shipped_again),
        cmocka_unit_test_teardown(password_policy, shipped_again),
        cmocka_unit_test_teardown(caller_id, shipped_again),
        cmocka_unit_test_teardown(whole, shipped_again),
        cmocka_unit_test(each_example_is_tested),
    };
    return cmocka_run_group_tests_name("schema_docs", tests, page_read, page_free);
}
