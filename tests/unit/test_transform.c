/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each transform, and what it is told to be wrong with one. */
#include "profile_world.h"

static struct translit *letters;
static struct buf bufs[2];

static bool list_read(const char *text, struct transforms *ret, struct fault *f)
{
    ON_LEAVE(free_text) char *json = unquote(text);
    ON_LEAVE(json_leave) struct json_object *list = json_parse_strict(json, strlen(json), f);
    assert_non_null(list);
    return transforms_read(list, ret, f);
}

static const struct {
    const char *list;
    const char *from;
    const char *to; /* NULL: it is refused */
    const char *names;
    int code;
} applied[] = {
    {"[]", "x", "x", "", 0},
    {"['trim']",
     " \xc2\xa0"
     "Ann Lee\t",
     "Ann Lee", "trim", 0},
    {"['trim']", "Ann Lee", "Ann Lee", "", 0},
    {"['digits']", "+49 (0)30 / 12-34", "490301234", "digits", 0},
    {"['digits']", "none", "", "digits", 0},
    {"['lower']", "J\xc3\x9cRGEN@X.DE", "j\xc3\xbcrgen@x.de", "lower", 0},
    {"['upper']",
     "\xc5\x82\xc3\xb3"
     "d\xc5\xba \xd1\x8f",
     "\xc5\x81\xc3\x93"
     "D\xc5\xb9 \xd0\xaf",
     "upper", 0},
    {"['ascii']",
     "M\xc3\xbcller Stra\xc3\x9f"
     "e \xc5\x81\xc3\xb3"
     "d\xc5\xba",
     "Muller Strasse Lodz", "ascii", 0},
    {"['ascii']",
     "O\xe2\x80\x99"
     "Brien",
     "O'Brien", "ascii", 0},
    {"['ascii']", "who?", "who?", "", 0},
    {"['ascii']", "\xe4\xb8\xad", NULL, "", CODE_ENCODING_ERROR},
    {"['ascii']", "a\xff", NULL, "", CODE_ENCODING_ERROR},
    {"[{'remove':' -\xc3\xa4'}]", "a -b\xc3\xa4\xc3\xbc", "ab\xc3\xbc", "remove", 0},
    {"[{'replace':{'\xc3\xa4':'ae','\xc3\xbc':'ue'}},'ascii']", "M\xc3\xbcller-\xc3\x85s",
     "Mueller-As", "replace, ascii", 0},
    {"[{'replace':{'a':'1','ab':'2'}}]", "aab", "12", "replace", 0}, /* the longer one first */
    {"[{'map':{'yes':'on','':'off'}}]", " YES ", "on", "map", 0},
    {"[{'map':{'yes':'on','':'off'}}]", "", "off", "map", 0},
    {"[{'map':{'yes':'on'}}]", "maybe", NULL, "", CODE_ENUM},
    {"[{'map':{'yes':'on'},'else':'off'}]", "maybe", "off", "map", 0},
    {"[{'map':{'on':'on'}}]", "on", "on", "", 0},
    {"[{'truncate':3}]", "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc", "\xc3\xbc\xc3\xbc\xc3\xbc", "truncate",
     0},
    {"[{'truncate':3}]", "ab", "ab", "", 0},
    {"['trim','lower',{'truncate':2},'upper']", " AbC", "AB", "trim, lower, truncate, upper", 0},
};

static void what_they_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(applied); i++) {
        struct transforms t = {0};
        struct buf names = {0};
        struct fault f = {0};
        struct cell value = {applied[i].from, strlen(applied[i].from)};
        if (!list_read(applied[i].list, &t, &f))
            fail_msg("%s: %s", applied[i].list, f.text);
        assert_int_equal(transforms_apply(&t, letters, &value, bufs, &names), applied[i].code);
        if (applied[i].to) {
            assert_int_equal(value.len, strlen(applied[i].to));
            assert_string_equal(value.at, applied[i].to);
            assert_string_equal(buf_get(&names), applied[i].names);
        }
        buf_free(&names);
        transforms_free(&t);
    }
}

static const struct {
    const char *list;
    const char *fault;
} refused[] = {
    {"{'trim':1}", "must be a list […]"},
    {"['trim','trimm']", "transform 2: there is no transform 'trimm' without a setting"},
    {"['map']", "transform 1: there is no transform 'map' without a setting"},
    {"[{'trim':true}]", "transform 1: there is no transform 'trim' with a setting"},
    {"[1]", "transform 1: must be a name or an object {…}"},
    {"[{}]", "transform 1: an object without a transform's name"},
    {"[{'else':'x'}]", "transform 1: an object without a transform's name"},
    {"[{'remove':'a','truncate':1}]",
     "transform 1: 'truncate' stands beside 'remove'; each goes by itself"},
    {"[{'truncate':1,'else':'x'}]", "transform 1: 'else' goes with map alone"},
    {"[{'map':{'a':'b'},'else':1}]", "transform 1: 'else' must be a text"},
    {"[{'remove':''}]", "transform 1: 'remove': must be a text of the characters to remove"},
    {"[{'remove':1}]", "transform 1: 'remove': must be a text of the characters to remove"},
    {"[{'replace':{}}]", "transform 1: 'replace': must be an object from texts to texts"},
    {"[{'replace':{'a':1}}]", "transform 1: 'replace': what 'a' becomes must be a text"},
    {"[{'replace':{'':'x'}}]", "transform 1: 'replace': an empty text stands everywhere"},
    {"[{'map':{'Yes':'on','yes ':'off'}}]", "transform 1: 'map': 'Yes' and 'yes ' are the same"},
    {"[{'truncate':0}]", "transform 1: 'truncate': must be a number of characters, 1 or more"},
    {"[{'truncate':'3'}]", "transform 1: 'truncate': must be a number of characters, 1 or more"},
};

static void what_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct transforms t = {0};
        struct fault f = {0};
        assert_false(list_read(refused[i].list, &t, &f));
        assert_int_equal(f.kind, FAULT_CONFIG);
        assert_string_equal(f.text, refused[i].fault);
        transforms_free(&t);
    }
}

static void examples_lead_there(void **state)
{
    (void)state;
    struct transforms t = {0};
    struct fault f = {0};
    assert_true(list_read("['trim',{'map':{'ja':'on','nein':'off'}}]", &t, &f));
    assert_string_equal(transforms_name(&t, 1), "map");
    assert_string_equal(transforms_origin(&t, "off"), "nein");
    assert_string_equal(transforms_origin(&t, "x"), "ja");
    transforms_free(&t);
    assert_string_equal(transforms_origin(&t, "x"), "x");
}

static int letters_make(void **state)
{
    letters = translit_new();
    return world_make(state);
}

static int letters_remove(void **state)
{
    translit_free(letters);
    translit_free(NULL);
    buf_free(&bufs[0]);
    buf_free(&bufs[1]);
    return world_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_they_do),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(examples_lead_there),
    };
    return cmocka_run_group_tests_name("transform", tests, letters_make, letters_remove);
}
