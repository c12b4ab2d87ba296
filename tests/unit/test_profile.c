/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles that an administrator may write: refused ones with what they are told, and which headers
 * are recognised. */
#include "folder.h"
#include "profile_world.h"
#include "profiles.h"

/* ---- refused ---- */

#define NAME   "{'name':'x',"
#define COLS   NAME "'columns':{'A':['AA'],'B':[]},"
#define FIELD  COLS "'fields':{'number':"
#define FIELDS COLS "'fields':{'number':{'column':'A'}}"

static const struct {
    const char *text;
    const char *fault;
} refused[] = {
    {"", "line 1, column 1: an object or an array is wanted here"},
    {NAME "'fields':{},'fields':{}}",
     "line 1, column 25: the key 'fields' stands twice in one object"},
    {"[]", "must be an object {…}"},
    {NAME "'fields':{},'colums':{}}", "'colums' is not known here"},
    {"{'fields':{}}", "'name' must be 1 to 63 small letters, digits, - and _"},
    {"{'name':'','fields':{}}", "'name' must be 1 to 63 small letters, digits, - and _"},
    {"{'name':'X','fields':{}}", "'name' must be 1 to 63 small letters, digits, - and _"},
    {"{'name':1,'fields':{}}", "'name' must be a text"},
    {NAME "'title':1,'fields':{}}", "'title' must be a text"},
    {NAME "'source':[],'fields':{}}", "'source' must be a text"},
    {NAME "'verified':true,'fields':{}}",
     "'verified' must be false, or a text of what was looked at when"},
    {NAME "'generic':'no','fields':{}}", "'generic' must be true or false"},
    {NAME "'columns':[]}", "'columns' must be an object {…}"},
    {NAME "'columns':{}}", "'fields' is missing"},
    {NAME "'fields':[]}", "'fields' must be an object {…}"},
    /* dialect */
    {NAME "'dialect':[]}", "'dialect' must be an object {…}"},
    {NAME "'dialect':{'header':1}}", "'dialect': 'header' is not known here"},
    {NAME "'dialect':{'delimiter':1}}", "'dialect': 'delimiter' must be a text"},
    {NAME "'dialect':{'encoding':1}}", "'dialect': 'encoding' must be a text"},
    {NAME "'dialect':{'delimiter':':'}}",
     "'dialect': 'delimiter' must be one of these: , ; | and a tab"},
    {NAME "'dialect':{'delimiter':';;'}}",
     "'dialect': 'delimiter' must be one of these: , ; | and a tab"},
    {NAME "'dialect':{'delimiter':''}}",
     "'dialect': 'delimiter' must be one of these: , ; | and a tab"},
    {NAME "'dialect':{'quoteChar':'x'}}", "'dialect': 'quoteChar' must be one of these: \"'"},
    {NAME "'dialect':{'encoding':'no such'}}",
     "'dialect': 'encoding' must be a name that is known, such as windows-1252"},
    {NAME "'dialect':{'encoding':'windows-1525'}}",
     "'dialect': 'encoding' must be a name that is known, such as windows-1252"},
    {NAME "'dialect':{'headerRow':0}}", "'dialect': 'headerRow' must be a number from 1 to 1000"},
    {NAME "'dialect':{'headerRows':3}}", "'dialect': 'headerRows' must be a number from 1 to 2"},
    {NAME "'dialect':{'shortRows':true}}", "'dialect': 'shortRows' must be a text"},
    {NAME "'dialect':{'shortRows':'fill'}}", "'dialect': 'shortRows' must be pad or refuse"},
    /* columns */
    {NAME "'columns':{'A':'B'}}", "'columns': 'A' must be a list of other spellings, […]"},
    {NAME "'columns':{'A':[1]}}", "'columns': 'A': an other spelling must be a text"},
    {NAME "'columns':{'#':[]}}",
     "'columns': '#' is no heading: it needs 1 to 63 letters and digits"},
    {NAME "'columns':{'A':[],'a.':[]}}", "'columns': 'a.' is the same heading as one of 'A'"},
    {NAME "'columns':{'A':['B'],'C':['b']}}", "'columns': 'b' is the same heading as one of 'A'"},
    {NAME "'columns':{'A':['a']}}", "'columns': 'a' is the same heading as one of 'A'"},
    {COLS "'unconfirmed':'A','fields':{}}", "'unconfirmed' must be a list […]"},
    {COLS "'unconfirmed':['C'],'fields':{}}", "'unconfirmed': 'C' is not among 'columns'"},
    /* fields */
    {COLS "'fields':{'nmber':{'column':'A'}}}", "'fields': the schema has no field 'nmber'"},
    {FIELD "'A'}}", "field 'number': must be an object {…}"},
    {FIELD "{}}}", "field 'number': needs one of column, template, constant, pool, generate"},
    {FIELD "{'column':'A','constant':'1'}}}", "field 'number': has both 'column' and 'constant'"},
    {FIELD "{'column':'A','columns':'B'}}}", "field 'number': 'columns' is not known here"},
    {FIELD "{'column':'AA'}}}", "field 'number': 'column': 'AA' is no key of 'columns'"},
    {FIELD "{'column':[]}}}", "field 'number': 'column': is empty"},
    {FIELD "{'column':[1]}}}", "field 'number': 'column': must be a heading"},
    {FIELD "{'template':1}}}", "field 'number': 'template': must be a text"},
    {FIELD "{'template':'x'}}}",
     "field 'number': 'template': has no heading in {…}; is it a constant?"},
    {FIELD "{'template':'{A'}}}",
     "field 'number': 'template': has a bracket without its other one"},
    {FIELD "{'template':'A}'}}}",
     "field 'number': 'template': has a bracket without its other one"},
    {FIELD "{'template':'{A}{C}'}}}", "field 'number': 'template': 'C' is no key of 'columns'"},
    {FIELD "{'constant':1}}}", "field 'number': 'constant': must be a text"},
    {FIELD "{'pool':'2000-2999'}}}",
     "field 'number': 'key' is missing: the heading of what never changes about a person"},
    {FIELD "{'pool':'2999-2000','key':'A'}}}",
     "field 'number': 'pool': must be two numbers of as many digits, as in 2000-2999"},
    {FIELD "{'pool':'1-10','key':'A'}}}",
     "field 'number': 'pool': must be two numbers of as many digits, as in 2000-2999"},
    {FIELD "{'pool':'2000-2999','key':'C'}}}", "field 'number': 'key': 'C' is no key of 'columns'"},
    {FIELD "{'column':'A','key':'A'}}}", "field 'number': 'key' goes with 'pool' alone"},
    {FIELD "{'column':'A','length':8}}}", "field 'number': 'length' goes with 'generate' alone"},
    {FIELD "{'constant':'1','transform':[]}}}",
     "field 'number': 'transform' goes with 'column' and 'template' alone"},
    {FIELD "{'column':'A','transform':['up']}}}",
     "field 'number': 'transform': transform 1: there is no transform 'up' without a setting"},
    {FIELD "{'generate':'pin'}}}",
     "field 'number': 'generate': goes with fields alone that the schema keeps secret"},
    {COLS "'fields':{'username':{'pool':'1-2','key':'A'}}}",
     "field 'username': 'pool': goes with 'number' alone"},
    {COLS "'fields':{'vmsecret':{'generate':'word'}}}",
     "field 'vmsecret': 'generate': must be password or pin"},
    {COLS "'fields':{'vmsecret':{'generate':'pin','length':3}}}",
     "field 'vmsecret': 'length' must be a number from 4 to 31"},
    {COLS "'fields':{'vmsecret':{'generate':'password','length':32}}}",
     "field 'vmsecret': 'length' must be a number from 8 to 31"},
    /* filters */
    {FIELDS ",'filters':{}}", "'filters' must be a list […]"},
    {FIELDS ",'filters':[1]}", "filter 1: must be an object {…}"},
    {FIELDS ",'filters':[{'in':['x']}]}", "filter 1: 'column' is missing"},
    {FIELDS ",'filters':[{'column':'C','in':['x']}]}", "filter 1: 'C' is no key of 'columns'"},
    {FIELDS ",'filters':[{'column':'B'}]}", "filter 1: needs either 'in' or 'notIn'"},
    {FIELDS ",'filters':[{'column':'B','in':['x'],'notIn':['y']}]}",
     "filter 1: needs either 'in' or 'notIn'"},
    {FIELDS ",'filters':[{'column':'B','in':[]}]}",
     "filter 1: 'in' or 'notIn' must be a list of texts"},
    {FIELDS ",'filters':[{'column':'B','in':[1]}]}",
     "filter 1: 'in' or 'notIn' must be a list of texts"},
    {FIELDS ",'filters':[{'column':'B','in':['x'],'not':1}]}", "filter 1: 'not' is not known here"},
    /* recognise */
    {FIELDS ",'recognise':'A'}", "'recognise' must be a list […]"},
    {FIELDS ",'recognise':[]}", "'recognise' is empty"},
    {FIELDS ",'recognise':['AA']}", "'recognise': 'AA' is no key of 'columns'"},
    {NAME "'fields':{'number':{'constant':'1'},'registerpassword':{'generate':'password'}}}",
     "'recognise' is missing, and no column feeds a field that is required"},
};

static void what_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct profile *p = NULL;
        struct fault f = {0};
        char wanted[600];
        snprintf(wanted, sizeof wanted, "x.json: %s", refused[i].fault);
        if (profile_try(refused[i].text, PROFILE_OWN, &p, &f))
            fail_msg("taken: %s", refused[i].text);
        assert_int_equal(f.kind, FAULT_CONFIG);
        assert_string_equal(f.text, wanted);
    }
}

/* What another schema lacks is no fault of a profile that was shipped. */
static void foreign_fields_are_left_out(void **state)
{
    (void)state;
    struct profile *p = NULL;
    struct fault f = {0};
    assert_true(profile_try(COLS "'fields':{'room':{'column':'B'},'number':{'column':'A'},"
                                 "'email':{'generate':'pin'},'mobile':{'pool':'1-2','key':'A'}}}",
                            PROFILE_FOREIGN, &p, &f));
    assert_int_equal(p->field_count, 1);
    assert_false(p->columns[1].used);
    profile_free(p);
    assert_false(profile_try(FIELD "{'column':'C'}}}", PROFILE_FOREIGN, &p, &f));
}

static void everything_is_read(void **state)
{
    (void)state;
    static const char text[] =
        "{'name':'a-b_1','title':'T','source':'S','verified':'2026-01-01: x','generic':true,"
        "'unconfirmed':['AA','email'],"
        "'dialect':{'delimiter':'\\t','encoding':'windows-1252','quoteChar':'\\u0027',"
        "'headerRow':3,'headerRows':2,'shortRows':'pad'},"
        "'columns':{'A':['AA'],'B':[]},"
        "'fields':{'number':{'column':['B','A']},'username':{'template':'{A}, {B}'},"
        "'registerpassword':{'generate':'password'},'vmsecret':{'generate':'pin','length':4}}}";
    struct profile *p = profile_of(text);
    const struct dialect_wish *wish = profile_dialect(p);
    size_t len = 0;
    assert_string_equal(profile_name(p), "a-b_1");
    assert_string_equal(profile_title(p), "T");
    assert_string_equal(profile_verified(p), "2026-01-01: x");
    assert_true(profile_generic(p));
    assert_true(profile_pads(p));
    assert_int_equal(wish->delimiter, '\t');
    assert_string_equal(wish->encoding, "windows-1252");
    assert_int_equal(wish->quote, '\'');
    assert_int_equal(wish->header_line, 3);
    assert_int_equal(wish->header_rows, 2);
    assert_int_equal(profile_marks(p), 1); /* the password is made up */
    assert_string_equal(profile_mark(p, 0), "B / A");
    assert_int_equal(profile_field(p, 0)->column_count, 2);
    assert_int_equal(profile_field(p, 1)->piece_count, 3);
    assert_int_equal(profile_field(p, 3)->length, 20);
    const char *kept = profile_text(p, &len);
    assert_int_equal(len, sizeof text - 1);
    assert_int_equal(strlen(kept), len);
    assert_null(profile_free(p));
    assert_null(profile_free(NULL));
}

/* ---- recognised ---- */

static size_t known_in(const struct profile *p, const char *line)
{
    struct cell heads[LINE_MOST];
    return profile_known(p, heads, line_cut(line, heads));
}

static void headers_are_recognised(void **state)
{
    (void)state;
    struct profile *p = profile_of(
        NAME "'columns':{'First Name':['Given name'],'Employee #':[],'Ext':[]},'recognise':"
             "['First Name','Employee #'],'fields':{'number':{'column':'Ext'}}}");
    assert_int_equal(known_in(p, "EMPLOYEE|first_name"), 2);
    assert_int_equal(known_in(p, "\xef\xbb\xbf"
                                 "Given Name|x|Employee #|ext.|E-Mail"),
                     4);
    assert_int_equal(known_in(p, "Given Name|Ext|Email"), 0);
    assert_int_equal(known_in(p, "|"), 0);
    profile_free(p);
    p = profile_of(NAME "'fields':{}}"); /* as the vendor's: the schema's own names */
    assert_int_equal(profile_marks(p), 2);
    assert_int_equal(known_in(p, "Number|Register Password|x"), 2);
    assert_int_equal(known_in(p, "Number|x"), 0);
    profile_free(p);
}

/* ---- of several ---- */

static void profile_put(const char *name, const char *text)
{
    ON_LEAVE(free_text) char *json = unquote(text);
    put(name, json);
}

static struct config *config_make(void)
{
    struct config *c = NULL;
    struct fault f = {0};
    char text[128];
    setenv("EXTSPOOLD_SCHEMAS", path_of("schemas"), 1);
    mkdir(path_of("schemas"), 0700);
    mkdir(path_of("schemas/profiles"), 0700);
    mkdir(path_of("own"), 0700);
    snprintf(text, sizeof text, "[import]\nprofiles=%s\n", path_of("own"));
    assert_true(config_read(put("conf", text), &c, &f));
    return c;
}

static const char *chosen(const struct profiles *all, const char *line, const char *named,
                          bool *ret_fits)
{
    struct cell heads[LINE_MOST];
    size_t count = line_cut(line, heads);
    struct profiles_ask ask = {all, named ? profiles_find(all, named) : NULL};
    const struct profile *p = profiles_choose(&ask, heads, count, ret_fits);
    size_t known = profiles_known(&ask, heads, count);
    assert_int_equal(known > 0, profile_known(p, heads, count) > 0);
    return profile_name(p);
}

#define P(name, more)                                                                              \
    "{'name':'" name "'," more                                                                     \
    "'columns':{'A':[],'B':[],'C':[]},'fields':{'number':{'column':'A'},"                          \
    "'registerpassword':{'generate':'password'}}"

static void best_is_chosen(void **state)
{
    (void)state;
    struct config *c = config_make();
    struct profiles *all = NULL;
    struct fault f = {0};
    bool fits = false;
    profile_put("schemas/profiles/a-generic.json",
                P("a-generic", "'generic':true,") ",'recognise':['A']}");
    profile_put("schemas/profiles/b.json", P("b", "") ",'recognise':['A']}");
    profile_put("schemas/profiles/c.json", P("c", "") ",'recognise':['A','B']}");
    profile_put("schemas/profiles/d.json", "{'name':'d','columns':{'A':[],'D':[]},'fields':{},"
                                           "'recognise':['D','A']}");
    profile_put("schemas/profiles/.hidden.json", "nonsense");
    profile_put("schemas/profiles/README", "nonsense");
    assert_true(profiles_read(c, shipped, &all, &f));
    assert_int_equal(profiles_count(all), 5);
    assert_string_equal(profile_name(profiles_at(all, 4)), "vendor");
    assert_null(profiles_find(all, "nobody"));

    assert_string_equal(chosen(all, "A", NULL, &fits), "b"); /* not the generic one */
    assert_true(fits);
    assert_string_equal(chosen(all, "A|D", NULL, &fits), "d"); /* knows more */
    assert_string_equal(chosen(all, "A|D|B|C", NULL, &fits), "b");
    assert_string_equal(chosen(all, "A|B", "c", &fits), "c");
    assert_string_equal(chosen(all, "x|y", "c", &fits), "c"); /* said is said */
    assert_true(fits);
    assert_string_equal(chosen(all, "number|registerpassword", NULL, &fits), "vendor");
    assert_true(fits);
    assert_string_equal(chosen(all, "x|y", NULL, &fits), "vendor");
    assert_false(fits);
    assert_string_equal(chosen(all, "B|C", NULL, &fits), "c"); /* half of its marks */
    assert_false(fits);
    assert_null(profiles_free(all));
    config_free(c);
}

static void own_wins(void **state)
{
    (void)state;
    struct config *c = config_make();
    struct profiles *all = NULL;
    struct fault f = {0};
    profile_put("schemas/profiles/b.json", P("b", "'title':'shipped',") "}");
    profile_put("own/b.json", P("b", "'title':'own',") "}");
    profile_put("own/vendor.json", "{'name':'vendor','title':'ours','fields':{}}");
    assert_true(profiles_read(c, shipped, &all, &f));
    assert_int_equal(profiles_count(all), 2);
    assert_string_equal(profile_title(profiles_find(all, "b")), "own");
    assert_string_equal(profile_title(profiles_find(all, "vendor")), "ours");
    profiles_free(all);
    config_free(c);
}

static void refused_with(const struct config *c, const char *wanted)
{
    struct profiles *all = NULL;
    struct fault f = {0};
    assert_false(profiles_read(c, shipped, &all, &f));
    assert_int_equal(f.kind, FAULT_CONFIG);
    assert_non_null(strstr(f.text, wanted));
}

static void broken_ones_are_named(void **state)
{
    (void)state;
    struct config *c = config_make();
    profile_put("own/b.json", P("c", "") "}");
    refused_with(c, "/own/b.json: 'name' must be 'b', as the file's is");
    profile_put("own/b.json", "{'name':'b'}");
    refused_with(c, "/own/b.json: 'fields' is missing");
    unlink(path_of("own/b.json"));
    rmdir(path_of("own"));
    refused_with(c, "read folder");
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(foreign_fields_are_left_out),
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(headers_are_recognised),
        TEST(best_is_chosen),
        TEST(own_wins),
        TEST(broken_ones_are_named),
    };
    return cmocka_run_group_tests_name("profile", tests, world_make, world_remove);
}
