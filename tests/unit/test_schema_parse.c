/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Schemas that an administrator may write: refused ones with what they are told, and what the
 * words of a rule do. */
#include "schema_world.h"

/* Stands for a text in double quotes: 'a' in these tests is "a" in JSON. */
static char *unquote(const char *text)
{
    char *json = xstrdup(text);
    for (char *c = json; *c; c++) {
        if (*c == '\'')
            *c = '"';
    }
    return json;
}

static bool parse(const char *text, struct schema **ret, struct fault *f)
{
    ON_LEAVE(free_text) char *json = unquote(text);
    return schema_parse(json, strlen(json), "x.json", ret, f);
}

/* ---- refused ---- */

#define KEY  "'primaryKey':'n'"
#define N    "{'name':'n','constraints':{'required':true}}"
#define TOP  "{" KEY ",'fields':[" N "]"
#define WITH "{" KEY ",'fields':[" N ","
#define RULE                                                                                       \
    WITH "{'name':'b','type':'boolean'},{'name':'e','constraints':{'enum':['x','y']}}],"           \
         "'extspoold':{'rules':[{"

static const struct {
    const char *text;
    const char *fault;
} refused[] = {
    /* the file as a whole */
    {"", "line 1, column 1: an object or an array is wanted here"},
    {"{'fields':[],}", "line 1, column 14: a key in double quotes is wanted here"},
    {"{'fields':[],'fields':[]}", "line 1, column 14: the key 'fields' stands twice in one object"},
    {"[]", "must be an object {…}"},
    {"{" KEY "}", "'fields' is missing or empty"},
    {"{" KEY ",'fields':[]}", "'fields' is missing or empty"},
    {"{" KEY ",'fields':{}}", "'fields' must be a list […]"},
    {"{'fields':[" N "]}", "'primaryKey' must name one field"},
    {"{'primaryKey':['n','m'],'fields':[" N "]}", "'primaryKey' must name one field"},
    {"{'primaryKey':'m','fields':[" N "]}", "'primaryKey': there is no field 'm'"},
    {"{" KEY ",'fields':[{'name':'n'}]}", "'primaryKey': 'n' must be of type string and required"},
    {"{" KEY ",'fields':[{'name':'n','type':'integer','constraints':{'required':true}}]}",
     "'primaryKey': 'n' must be of type string and required"},
    {TOP ",'foreignKeys':[]}", "'foreignKeys' is not known here"},
    {TOP ",'uniqueKeys':[['n']]}", "'uniqueKeys' is not known here"},
    {TOP ",'fieldsMatch':'exact'}", "'fieldsMatch' is not known here"},
    {TOP ",'missingValues':['','NA']}", "'missingValues' can only be [\"\"]"},
    {TOP ",'missingValues':[]}", "'missingValues' can only be [\"\"]"},
    {TOP ",'missingValues':'NA'}", "'missingValues' must be a list […]"},
    /* fields */
    {WITH "'m']}", "field 2 must be an object with a name"},
    {WITH "{}]}", "field 2 must be an object with a name"},
    {WITH "{'name':''}]}",
     "field '': a name must be a letter and at most 62 letters, digits, _ - or ."},
    {WITH "{'name':'a b'}]}",
     "field 'a b': a name must be a letter and at most 62 letters, digits, _ - or ."},
    {WITH "{'name':'1a'}]}",
     "field '1a': a name must be a letter and at most 62 letters, digits, _ - or ."},
    {WITH "{'name':'n'}]}", "field 'n': the same heading as field 'n'"},
    {WITH "{'name':'ab'},{'name':'A_B'}]}", "field 'A_B': the same heading as field 'ab'"},
    {WITH "{'name':'m','type':'date'}]}",
     "field 'm': type 'date' is not supported; string, integer, number and boolean are"},
    {WITH "{'name':'m','type':7}]}", "field 'm': 'type' must be a text"},
    {WITH "{'name':'m','required':true}]}", "field 'm': 'required' is not known here"},
    {WITH "{'name':'m','pattern':'x'}]}", "field 'm': 'pattern' is not known here"},
    {WITH "{'name':'m','format':'email'}]}", "field 'm': 'format' is not known here"},
    {WITH "{'name':'m','constraint':{}}]}", "field 'm': 'constraint' is not known here"},
    {WITH "{'name':'m','example':7}]}", "field 'm': 'example' must be a text"},
    {WITH "{'name':'m','trueValues':['x']}]}",
     "field 'm': trueValues and falseValues need type boolean"},
    {WITH "{'name':'m','type':'boolean','trueValues':[]}]}",
     "field 'm': 'trueValues': must be a list that is not empty"},
    {WITH "{'name':'m','type':'boolean','trueValues':[true]}]}",
     "field 'm': 'trueValues': must be texts or numbers"},
    {WITH "{'name':'m','type':'boolean','trueValues':['x','y'],'falseValues':['Y']}]}",
     "field 'm': 'y' is both true and false"},
    /* constraints */
    {WITH "{'name':'m','constraints':[]}]}", "field 'm': 'constraints' must be an object {…}"},
    {WITH "{'name':'m','constraints':{'unique':true}}]}",
     "field 'm': constraint 'unique': there is no such constraint"},
    {WITH "{'name':'m','constraints':{'minlength':1}}]}",
     "field 'm': constraint 'minlength': there is no such constraint"},
    {WITH "{'name':'m','constraints':{'excludes':'n'}}]}",
     "field 'm': constraint 'excludes': there is no such constraint"},
    {WITH "{'name':'m','constraints':{'required':'true'}}]}",
     "field 'm': constraint 'required': must be true or false"},
    {WITH "{'name':'m','constraints':{'pattern':7}}]}",
     "field 'm': constraint 'pattern': must be a text"},
    {WITH "{'name':'m','constraints':{'pattern':'a(b'}}]}",
     "field 'm': constraint 'pattern': bad pattern at character 4: missing closing parenthesis"},
    {WITH "{'name':'m','constraints':{'enum':[]}}]}",
     "field 'm': constraint 'enum': must be a list that is not empty"},
    {WITH "{'name':'m','constraints':{'enum':'x'}}]}",
     "field 'm': constraint 'enum': must be a list that is not empty"},
    {WITH "{'name':'m','constraints':{'enum':['x',null]}}]}",
     "field 'm': constraint 'enum': must be texts or numbers"},
    {WITH "{'name':'m','constraints':{'maxLength':-1}}]}",
     "field 'm': constraint 'maxLength': must be a whole number, 0 or more"},
    {WITH "{'name':'m','constraints':{'minLength':1.5}}]}",
     "field 'm': constraint 'minLength': must be a whole number, 0 or more"},
    {WITH "{'name':'m','type':'integer','constraints':{'minimum':'1'}}]}",
     "field 'm': constraint 'minimum': must be a number"},
    {WITH "{'name':'m','constraints':{'minimum':1}}]}",
     "field 'm': constraint 'minimum': does not go with this type of field"},
    {WITH "{'name':'m','type':'integer','constraints':{'maxLength':1}}]}",
     "field 'm': constraint 'maxLength': does not go with this type of field"},
    {WITH "{'name':'m','type':'boolean','constraints':{'enum':['x']}}]}",
     "field 'm': constraint 'enum': does not go with this type of field"},
    /* the extension key */
    {TOP ",'extspoold':[]}", "'extspoold' must be an object {…}"},
    {TOP ",'extspoold':{'note':'x'}}", "'extspoold': 'note' is not known here"},
    {TOP ",'extspoold':{'secrets':['m']}}", "'extspoold': 'secrets': there is no field 'm'"},
    {TOP ",'extspoold':{'secrets':'n'}}", "'extspoold': 'secrets' must be a list […]"},
    {TOP ",'extspoold':{'rules':{}}}", "'extspoold': 'rules' must be a list […]"},
    {TOP ",'extspoold':{'secrets':[7]}}",
     "'extspoold': 'secrets': must be a list of fields' names"},
    {TOP ",'extspoold':{'messages':[]}}", "'extspoold': 'messages' must be an object {…}"},
    {TOP ",'extspoold':{'messages':{'m':{}}}}", "'extspoold': 'messages': there is no field 'm'"},
    {TOP ",'extspoold':{'messages':{'n':'x'}}}", "field 'n': 'n' must be an object {…}"},
    {TOP ",'extspoold':{'messages':{'n':{'pattern':'x'}}}}",
     "field 'n': a message for 'pattern', which the field does not have"},
    {TOP ",'extspoold':{'messages':{'n':{'required':''}}}}",
     "field 'n': message for 'required': a message must have 1 to 255 bytes"},
    {TOP ",'extspoold':{'messages':{'n':{'required':7}}}}",
     "field 'n': message for 'required': a message must be a text"},
    {TOP ",'extspoold':{'messages':{'n':{'required':'a\\nb'}}}}",
     "field 'n': message for 'required': a message must be one line of plain text"},
    /* rules */
    {TOP ",'extspoold':{'rules':['x']}}", "'extspoold': rule 1: must be an object {…}"},
    {TOP ",'extspoold':{'rules':[{}]}}", "'extspoold': rule 1: 'fields' is missing or empty"},
    {RULE "'fields':['n']}]}}", "'extspoold': rule 1: 'constraints' is missing or empty"},
    {RULE "'fields':['n'],'constraints':{}}]}}",
     "'extspoold': rule 1: 'constraints' is missing or empty"},
    {RULE "'fields':'n'}]}}", "'extspoold': rule 1: 'fields' must be a list […]"},
    {RULE "'fields':['n'],'if':['b']}]}}", "'extspoold': rule 1: 'if' must be an object {…}"},
    {RULE "'fields':['n'],'severity':1}]}}", "'extspoold': rule 1: 'severity' must be a text"},
    {RULE "'fields':['m']}]}}", "'extspoold': rule 1: 'fields': there is no field 'm'"},
    {RULE "'fields':[null]}]}}", "'extspoold': rule 1: 'fields': must be a list of fields' names"},
    {RULE "'fields':['n'],'severty':'warning'}]}}",
     "'extspoold': rule 1: 'severty' is not known here"},
    {RULE "'fields':['n'],'severity':'note'}]}}",
     "'extspoold': rule 1: 'severity' must be error or warning"},
    {RULE "'fields':['n'],'if':{'m':'x'}}]}}", "'extspoold': rule 1: 'if': there is no field 'm'"},
    {RULE "'fields':['n'],'if':{'b':'maybe'}}]}}",
     "'extspoold': rule 1: 'if': 'b' can never be 'maybe'"},
    {RULE "'fields':['n'],'if':{'e':['x','z']}}]}}",
     "'extspoold': rule 1: 'if': 'e' can never be 'z'"},
    {RULE "'fields':['n'],'if':{'e':''}}]}}", "'extspoold': rule 1: 'if': 'e' can never be ''"},
    {RULE "'fields':['n'],'if':{'n':''}}]}}", "'extspoold': rule 1: 'if': 'n' can never be ''"},
    {RULE "'fields':['n'],'if':{'b':true}}]}}",
     "'extspoold': rule 1: 'if': values of 'b': must be texts or numbers"},
    {RULE "'fields':['n'],'if':{'b':[]}}]}}",
     "'extspoold': rule 1: 'if': values of 'b': must be a list that is not empty"},
    {RULE "'fields':['n','b'],'constraints':{'minLength':1}}]}}",
     "'extspoold': rule 1: constraint 'minLength': does not go with this type of field"},
    {RULE "'fields':['n'],'constraints':{'excludes':'m'}}]}}",
     "'extspoold': rule 1: constraint 'excludes': there is no field 'm'"},
    {RULE "'fields':['n'],'constraints':{'excludes':7}}]}}",
     "'extspoold': rule 1: constraint 'excludes': must be the name of a field"},
    {RULE "'fields':['n'],'message':7}]}}", "'extspoold': rule 1: a message must be a text"},
    {RULE "'fields':['n'],'constraints':{'minLength':1}},{'fields':['n'],'x':1}]}}",
     "'extspoold': rule 2: 'x' is not known here"},
};

/* The same file name and two dots precede each. */
static void refuses_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct schema *s = NULL;
        struct fault f = {0};
        char wanted[512];
        snprintf(wanted, sizeof wanted, "x.json: %s", refused[i].fault);
        assert_false(parse(refused[i].text, &s, &f));
        assert_string_equal(f.text, wanted);
        assert_int_equal(f.kind, FAULT_CONFIG);
        assert_null(s);
    }
}

static void refuses_unreadable_file(void **state)
{
    (void)state;
    struct schema *s = NULL;
    struct fault f = {0};
    assert_false(schema_read("schemas/none.json", &s, &f));
    assert_int_equal(f.kind, FAULT_CONFIG);
    assert_non_null(strstr(f.text, "schemas/none.json"));
}

/* ---- what the words do ---- */

/* A field m with this description, and an optional extension key; checks one cell of it. */
static const char *found_with(const char *field, const char *extension, const char *cell)
{
    static char text[1600];
    char json[2048];
    struct fault f = {0};
    struct schema *s = NULL;
    struct cell two[] = {{"1", 1}, {cell, cell ? strlen(cell) : 0}};

    snprintf(json, sizeof json, WITH "{'name':'m'%s%s}],'extspoold':{%s}}", *field ? "," : "",
             field, extension);
    if (!parse(json, &s, &f))
        fail_msg("%s", f.text);
    findings_reset(&findings);
    schema_check(s, two, NULL, false, &record, &findings);
    snprintf(text, sizeof text, "%s%s%s", findings_text(), findings.count ? ": " : "",
             findings.count ? findings.at[0].message : "");
    schema_free(s);
    return text;
}

static const struct {
    const char *field;
    const char *extension;
    const char *cell;
    const char *found; /* of the first finding with its message */
} words[] = {
    {"", "", "x", ""},
    {"'title':'T','description':'D','rdfType':'http://x','unit':'s'", "", "x", ""},
    /* messages made by the program */
    {"'constraints':{'required':true}", "", "", "m required-value error: a value is needed here"},
    {"'constraints':{'required':false}", "", "", ""},
    {"'constraints':{'pattern':'[ab]+'}", "", "abc",
     "m pattern error: must match the pattern [ab]+"},
    {"'constraints':{'enum':['Red','green']}", "", "blue",
     "m enum error: must be one of: Red, green"},
    {"'constraints':{'minLength':1}", "", "", ""},
    {"'constraints':{'minLength':3}", "", "\xc3\xa9\xc3\xa9",
     "m length error: must have at least 3 characters"},
    {"'constraints':{'maxLength':1}", "", "\xc3\xa9\xc3\xa9",
     "m length error: must have at most 1 character"},
    {"'type':'integer','constraints':{'minimum':-2}", "", "-3",
     "m range error: must be at least -2"},
    {"'type':'integer','constraints':{'minimum':-2}", "", "-2", ""},
    {"'type':'number','constraints':{'maximum':2.5}", "", "2.51",
     "m range error: must be at most 2.5"},
    {"'type':'number','constraints':{'maximum':3.3,'minimum':3.3}", "", "3.3", ""},
    {"'type':'number'", "", "1e3", "m type-error error: must be a number such as 12 or 2.5"},
    {"'type':'number'", "", "1.", "m type-error error: must be a number such as 12 or 2.5"},
    {"'type':'number'", "", ".5", "m type-error error: must be a number such as 12 or 2.5"},
    {"'type':'integer'", "", "x", "m type-error error: must be a whole number, digits only"},
    {"'type':'boolean'", "", "x", "m type-error error: must be one of: true, 1, false, 0"},
    {"'type':'integer','constraints':{'enum':[5,'7']}", "", "6",
     "m enum error: must be one of: 5, 7"},
    {"'type':'integer','constraints':{'enum':[5,'7']}", "", "7", ""},
    /* messages of the schema */
    {"'constraints':{'pattern':'a','maxLength':1}",
     "'messages':{'m':{'pattern':'only a','maxLength':'too much'}}", "b",
     "m pattern error: only a"},
    {"'constraints':{'pattern':'a*','maxLength':1}",
     "'messages':{'m':{'pattern':'only a','maxLength':'too much'}}", "aa",
     "m length error: too much"},
    {"'type':'integer'", "'messages':{'m':{'type':'digits!'}}", "b", "m type-error error: digits!"},
    /* patterns match the whole value, whatever they say */
    {"'constraints':{'pattern':'a|ab'}", "", "ab", ""},
    {"'constraints':{'pattern':'^a$'}", "", "a\n", "m pattern error: must match the pattern ^a$"},
    {"'constraints':{'pattern':'(?m)^a$'}", "", "a\na",
     "m pattern error: must match the pattern (?m)^a$"},
    {"'constraints':{'pattern':'.'}", "", "\xf0\x9f\x98\x80", ""},
    {"'constraints':{'pattern':'[[:alpha:]]'}", "", "7",
     "m pattern error: must match the pattern [[:alpha:]]"},
    /* a pattern that would take for ever, with machine code and without */
    {"'constraints':{'pattern':'(a|aa)+'}", "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac",
     "m pattern error: could not be checked: the pattern takes too long on this value"},
    {"'constraints':{'pattern':'(*NO_JIT)(a|aa)+'}", "",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac",
     "m pattern error: could not be checked: the pattern takes too long on this value"},
    {"'constraints':{'pattern':'(*NO_JIT)[0-9]+'}", "", "12", ""},
    {"'constraints':{'pattern':'(*NO_JIT)[0-9]+'}", "", "12x",
     "m pattern error: must match the pattern (*NO_JIT)[0-9]+"},
    /* rules */
    {"", "'rules':[{'fields':['m'],'constraints':{'minLength':2}}]", "x",
     "m length error: must have at least 2 characters"},
    {"", "'rules':[{'fields':['m'],'constraints':{'minLength':2}}]", "", ""},
    {"", "'rules':[{'fields':['m'],'constraints':{'minLength':2},'severity':'warning'}]", "x",
     "m length warning: must have at least 2 characters"},
    {"", "'rules':[{'fields':['m'],'constraints':{'minLength':2},'message':'short'}]", "x",
     "m length error: short"},
    {"", "'rules':[{'fields':['m'],'if':{'n':'1'},'constraints':{'minLength':2}}]", "x",
     "m condition error: must have at least 2 characters"},
    {"", "'rules':[{'fields':['m'],'if':{'n':'2'},'constraints':{'minLength':2}}]", "x", ""},
    {"", "'rules':[{'fields':['m'],'if':{'n':['2',1]},'constraints':{'pattern':'y'}}]", "x",
     "m condition error: must match the pattern y"},
    {"", "'rules':[{'fields':['m'],'if':{'n':'1','m':'x'},'constraints':{'pattern':'y'}}]", "x",
     "m condition error: must match the pattern y"},
    {"", "'rules':[{'fields':['m'],'if':{'n':'1','m':'z'},'constraints':{'pattern':'y'}}]", "x",
     ""},
    {"", "'rules':[{'fields':['m'],'constraints':{'excludes':'n'}}]", "a1b",
     "m condition error: must not contain the value of 'n'"},
    {"", "'rules':[{'fields':['m'],'constraints':{'excludes':'n'}}]", "ab", ""},
    {"", "'rules':[{'fields':['m'],'constraints':{'required':true}}]", " ",
     "m required-value error: a value is needed here"},
    {"", "'rules':[{'fields':['m'],'constraints':{'required':true}}]", NULL,
     "m required-value error: a value is needed here"},
    {"", "'rules':[{'fields':['m'],'if':{'n':'1'},'constraints':{'required':true}}]", NULL,
     "m condition error: a value is needed here"},
    {"'type':'integer'", "'rules':[{'fields':['m'],'constraints':{'maximum':5}}]", "6",
     "m range error: must be at most 5"},
    {"'type':'integer'", "'rules':[{'fields':['m'],'constraints':{'maximum':5}}]", "x",
     "m type-error error: must be a whole number, digits only"},
    {"'type':'boolean','trueValues':['on','1'],'falseValues':['off','0']",
     "'rules':[{'fields':['n'],'if':{'m':1},'constraints':{'minLength':2}}]", "ON",
     "n condition error: must have at least 2 characters"},
    {"'constraints':{'enum':['Red','Green']}",
     "'rules':[{'fields':['n'],'if':{'m':'GREEN'},'constraints':{'minLength':2}}]", "green",
     "n condition error: must have at least 2 characters"},
};

static void words_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        assert_string_equal(found_with(words[i].field, words[i].extension, words[i].cell),
                            words[i].found);
}

/* An enum's long message is cut, a whole character at a time. */
static void long_messages_are_cut(void **state)
{
    (void)state;
    struct buf field = {0};
    buf_text(&field, "'constraints':{'enum':['");
    for (size_t i = 0; i < 150; i++)
        buf_text(&field, "\xc3\xa9");
    buf_text(&field, "']}");
    found_with(buf_get(&field), "", "x");
    buf_free(&field);
    const char *message = findings.at[0].message;
    assert_int_equal(strlen(message), 254); /* 16 bytes of English, 119 characters of two bytes */
    assert_string_equal(message + 252, "\xc3\xa9");
}

static void primary_key_may_be_a_list(void **state)
{
    (void)state;
    struct schema *s = NULL;
    assert_true(
        parse("{'fields':[{'name':'m'}," N "],'primaryKey':['n'],'name':'extension'}", &s, NULL));
    assert_int_equal(schema_key(s), 1);
    schema_free(s);
}

static void text_is_kept(void **state)
{
    (void)state;
    struct schema *s = NULL;
    size_t len = 0;
    ON_LEAVE(free_text) char *json = unquote(TOP "} \n");
    assert_true(schema_parse(json, strlen(json), "x", &s, NULL));
    assert_string_equal(schema_text(s, &len), json);
    assert_int_equal(len, strlen(json));
    assert_string_equal(schema_example(s, 0), "");
    schema_free(s);
    assert_null(schema_free(NULL));
}

/* A cell need not end with a NUL: nothing beyond its length is read. */
static void cells_end_where_they_end(void **state)
{
    (void)state;
    static const char *const types[] = {"'type':'integer'", "'type':'number'", "'type':'boolean'",
                                        "'constraints':{'pattern':'[0-9]+','enum':['12']}"};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        char json[256];
        struct schema *s = NULL;
        char *at = xmalloc(1);
        *at = '1';
        snprintf(json, sizeof json, WITH "{'name':'m',%s}]}", types[i]);
        assert_true(parse(json, &s, NULL));
        findings_reset(&findings);
        bool well =
            schema_check(s, (struct cell[]){{at, 1}, {at, 1}}, NULL, false, &record, &findings);
        assert_int_equal(well, i < 3);
        schema_free(s);
        free(at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_by_name),
        cmocka_unit_test(refuses_unreadable_file),
        cmocka_unit_test(words_do),
        cmocka_unit_test(long_messages_are_cut),
        cmocka_unit_test(text_is_kept),
        cmocka_unit_test(primary_key_may_be_a_list),
        cmocka_unit_test(cells_end_where_they_end),
    };
    return cmocka_run_group_tests_name("schema_parse", tests, world_make, world_remove);
}
