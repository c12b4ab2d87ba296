/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows that a profile maps: where values come from, what is made of them, what is left out. */
#include "columns.h"
#include "profile_world.h"

static struct profile *profile;
static struct columns *columns;
static struct cell row_cells[LINE_MOST];

static struct columns *header(const char *json, const char *line)
{
    struct cell heads[LINE_MOST];
    size_t count = line_cut(line, heads);
    findings_reset(&findings);
    profile = profile_of(json);
    columns = columns_new(shipped, profile, heads, count, &findings);
    return columns;
}

static void done(void)
{
    columns = columns_free(columns);
    profile = profile_free(profile);
}

/* Cells are terminated where they are read; here each is a text of its own. */
static char row_texts[LINE_MOST][128];

static struct row row_of(const char *line)
{
    size_t count = line_cut(line, row_cells);
    for (size_t i = 0; i < count; i++) {
        snprintf(row_texts[i], sizeof row_texts[i], "%.*s", (int)row_cells[i].len, row_cells[i].at);
        row_cells[i].at = row_texts[i];
    }
    return (struct row){.kind = ROW_KIND_RECORD, .cells = row_cells, .count = count};
}

static enum row_state check_row(const char *line, const struct columns_given *given)
{
    struct row row = row_of(line);
    findings_reset(&findings);
    return columns_check(columns, &row, given, &record, &findings);
}

#define COLUMNS                                                                                    \
    "{'name':'x','columns':{'Id':['Person'],'First':[],'Last':[],'Ext':['Extension'],'Ext 2':[],"  \
    "'Mail':[],'DND':[],'Status':[],'Other':[]},"
#define PASSWORD "'registerpassword':{'generate':'password'}"
#define NUMBER   "'number':{'column':['Ext','Ext 2']}"
#define NAMES    "'username':{'template':'{First} ({Other}) {Last}'}"

/* ---- headers ---- */

static const struct {
    const char *profile;
    const char *line;
    const char *found;
    const char *message; /* of the first finding */
} headers[] = {
    {COLUMNS "'fields':{" NUMBER "," PASSWORD "}}", "Ext|Id|Other|callerid", "", ""},
    {COLUMNS "'fields':{" NUMBER "," PASSWORD "}}", "Ext 2|import_error", "", ""},
    {COLUMNS "'fields':{" NUMBER "," PASSWORD "}}", "Extention|Id",
     "Extention unknown-column warning, Ext missing-column error",
     "this column is not known and is left out: Extention → Ext?"},
    {COLUMNS "'fields':{" NUMBER "," PASSWORD "}}", "Ext|Emial|Statsu|number",
     "Emial unknown-column warning, Statsu unknown-column warning, number unknown-column warning",
     "this column is not known and is left out: Emial → email?"},
    {COLUMNS "'fields':{" NUMBER "}}", "Ext|register pasword",
     "register pasword unknown-column warning, registerpassword missing-column error",
     "this column is not known and is left out: register pasword → registerpassword?"},
    {COLUMNS "'fields':{" NUMBER "," PASSWORD "}}", "Ext|Extension",
     "Extension duplicate-column warning", "columns 1 and 2 both are 'Ext'; this one is left out"},
    {COLUMNS "'fields':{" NUMBER "," PASSWORD "}}", "Ext|Other|other|email|E-Mail",
     "E-Mail duplicate-column error", "columns 4 and 5 both are 'email'; keep one of them"},
    {COLUMNS "'fields':{'number':{'pool':'20-29','key':'Id'}," PASSWORD "}}", "Ext",
     "Id missing-column error", "the required column 'Id' is missing"},
    {COLUMNS "'fields':{'number':{'template':'{Ext}'}," PASSWORD
             "},'filters':[{'column':'Status','in':['x'],'required':true},"
             "{'column':'DND','in':['x']}],'recognise':['Id']}",
     "Last", "Ext missing-column error, Status missing-column error",
     "the required column 'Ext' is missing"},
};

static void headers_mapped(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        header(headers[i].profile, headers[i].line);
        assert_string_equal(findings_text(), headers[i].found);
        assert_string_equal(findings.count ? findings.at[0].message : "", headers[i].message);
        done();
    }
}

/* ---- where values come from ---- */

static void assert_sent(const char *name, const char *value)
{
    const char *is = sent(name);
    if (!value)
        assert_null(is);
    else
        assert_string_equal(is ? is : "(not sent)", value);
}

static void first_column_with_a_value(void **state)
{
    (void)state;
    header(COLUMNS "'fields':{" NUMBER "," PASSWORD "}}", "Ext 2|Ext");
    assert_int_equal(check_row("2001|2002", NULL), ROW_PLANNED);
    assert_sent("number", "2002");
    assert_int_equal(check_row("2001| ", NULL), ROW_PLANNED);
    assert_sent("number", "2001");
    assert_int_equal(check_row("x-|", NULL), ROW_INVALID);
    assert_string_equal(findings_text(), "Ext 2 pattern error");
    assert_int_equal(check_row(" |", NULL), ROW_INVALID);
    assert_string_equal(findings_text(), "Ext required-value error");
    done();
}

/* What people see of a row is what came, wherever it stands. */
static void shown(void **state)
{
    static const struct {
        const char *heading;
        enum columns_sight sight;
        const char *text;
    } asked[] = {
        {"First + Other + Last", SIGHT_VALUE, "Ann (x) Lee"}, /* a template's own */
        {"Ext", SIGHT_VALUE, " 2001"},
        {"Status", SIGHT_HIDDEN, ""}, /* feeds a secret */
        {"Mail", SIGHT_NONE, ""},     /* feeds nothing */
        {"Shoes", SIGHT_NONE, ""},
        {"", SIGHT_NONE, ""},
    };
    struct buf text = {0};

    (void)state;
    header(COLUMNS "'fields':{" NUMBER "," NAMES ",'registerpassword':{'column':'Status'}}}",
           "Ext|First|Last|Other|Status|Mail|Shoes");
    struct row row = row_of(" 2001|Ann|Lee|x|hush9|mail|42");
    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        buf_reset(&text);
        assert_int_equal(columns_under(columns, &row, asked[i].heading, &text), asked[i].sight);
        assert_string_equal(buf_get(&text), asked[i].text);
    }
    buf_reset(&text);
    columns_source(columns, &row, (size_t)schema_find(shipped, "username", 8), &text);
    assert_string_equal(buf_get(&text), "Ann (x) Lee");
    assert_true(columns_betrays(columns, &row, "so hush9.", 9));
    assert_false(columns_betrays(columns, &row, "so hush.", 8));
    assert_true(columns_aligned(columns, &row));
    row = row_of("2001|Ann|Lee|x|hu sh|mail|42");
    assert_false(columns_aligned(columns, &row));
    row = row_of("2001|Ann|Lee|x||mail|42");
    assert_true(columns_aligned(columns, &row));
    row = row_of("2001|Ann|Lee|x");
    assert_false(columns_aligned(columns, &row));
    row = row_of("2001||||hush9|mail|42");
    buf_reset(&text);
    columns_source(columns, &row, (size_t)schema_find(shipped, "username", 8), &text);
    assert_string_equal(buf_get(&text), ""); /* nothing is left of a template without values */
    buf_free(&text);
    done();
}

/* What may be a password in the wrong place is not shown, and what a clerk has to correct is. */
static void suspected(void **state)
{
    static const struct {
        const char *text;
        bool hidden;
    } words[] = {
        {"Secret99", true},
        {" Secret99 ", true},
        {"Sec,ret99", true}, /* the field would refuse these three */
        {"Sec;ret99", true},
        {"Secret99-Secret99-Secret99-Secret99", true},
        {"Ab1!", true},
        {"Secret!word", true},
        {"l1O0l1geheim", true},
        {"P@ss.w0rd", true},
        {"@home1.de", true},
        {"Ann Lee99", false}, /* names */
        {"Ann-Marie", false},
        {"O'Brien", false},
        {"Lee,Ann", false},
        {"Hall1", false},
        {"20012002", false}, /* numbers, and slips in them */
        {"2O01l002", false},
        {"x200123", false},
        {"+49(30)20o1", false},
        {"2.30E+03", false}, /* what spreadsheets do */
        {"2,30E+03", false},
        {"#NAME?", false},
        {"12-Mar", false},
        {"ann.lee2@example.com", false},
        {"ann.lee2@@example.com", false},
        {"", false},
    };

    (void)state;
    header(COLUMNS "'fields':{" NUMBER ",'registerpassword':{'column':'Status'}}}", "Ext|Status");
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (columns_suspects(columns, words[i].text, strlen(words[i].text)) != words[i].hidden)
            fail_msg("'%s'", words[i].text);
    done();
}

/* An address elsewhere, and a word that is none in its place. */
static void moved(void **state)
{
    static const struct {
        const char *line;
        bool aligned;
    } lines[] = {
        {"2001|Ann|Meadow-Oak|ann@example.com", true},
        {"2001|ann@example.com|Meadow-Oak|ann@example.com", true},
        {"2001|ann@example.com|Meadow-Oak|", true},
        {"2001|ann@example.com|Meadow-Oak|n/a", true},
        {"2001|ann@example.com|Meadow-Oak|ann at example.com", true},
        {"2001|ann@example.com|Ann|Meadow-Oak", false},
    };

    (void)state;
    header(COLUMNS "'fields':{" NUMBER ",'username':{'column':'First'},"
                   "'registerpassword':{'column':'Status'},'email':{'column':'Mail'}}}",
           "Ext|First|Status|Mail");
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct row row = row_of(lines[i].line);
        if (columns_aligned(columns, &row) != lines[i].aligned)
            fail_msg("%s", lines[i].line);
    }
    done();
}

static void templates(void **state)
{
    (void)state;
    header(COLUMNS "'fields':{" NUMBER "," NAMES "," PASSWORD "}}", "Ext|First|Last");
    assert_int_equal(check_row("2001| Nora |O'Brien", NULL), ROW_PLANNED);
    assert_sent("username", "Nora () O'Brien");
    assert_string_equal(findings_text(), "First + Last pattern warning");
    done();
    header(COLUMNS "'fields':{" NUMBER ",'username':{'template':' {First} {Last} '}," PASSWORD "}}",
           "Ext|First|Last");
    check_row("2001| Anna\t Maria| M\xc3\xbcller ", NULL);
    assert_sent("username", "Anna Maria M\xc3\xbcller");
    assert_string_equal(findings_text(), "");
    check_row("2001||M\xc3\xbcller", NULL);
    assert_sent("username", "M\xc3\xbcller");
    check_row("2001|Nora|", NULL);
    assert_sent("username", "Nora");
    check_row("2001||", NULL);
    assert_sent("username", "");
    done();
    header(COLUMNS "'fields':{" NUMBER "," NAMES "," PASSWORD "}}", "Ext");
    assert_string_equal(findings_text(), ""); /* the name is not required */
    check_row("2001", NULL);
    assert_sent("username", NULL);
    done();
}

static void constants_and_own_names(void **state)
{
    (void)state;
    header(COLUMNS "'fields':{" NUMBER ",'hasvoicemail':{'constant':'yes'}," PASSWORD "}}",
           "Ext|callerid|dnd");
    assert_int_equal(check_row("2001|77|off", NULL), ROW_PLANNED);
    assert_sent("hasvoicemail", "on"); /* in the schema's spelling */
    assert_sent("callerid", "77");
    assert_sent("dnd", "off"); /* known to the profile, which does not use it */
    done();
}

static void pools(void **state)
{
    (void)state;
    const struct columns_given given = {.number = "2042"};
    header(COLUMNS "'fields':{'number':{'pool':'2000-2999','key':'Id'}," PASSWORD "}}",
           "Person|Other");
    assert_string_equal(columns_pool(columns)->from, "2000");
    assert_string_equal(columns_pool(columns)->to, "2999");
    assert_int_equal(check_row("17|x", NULL), ROW_PLANNED);
    assert_sent("number", "2000");
    assert_int_equal(check_row("17|x", &given), ROW_PLANNED);
    assert_sent("number", "2042");
    assert_int_equal(check_row(" |x", &given), ROW_INVALID);
    assert_string_equal(findings_text(), "Person required-value error");

    struct row row = row_of(" 17\xc2\xa0|x");
    struct cell key = columns_pool_key(columns, &row);
    assert_int_equal(key.len, 2);
    assert_memory_equal(key.at, "17", 2);
    row = row_of("=\"17\"|x");
    key = columns_pool_key(columns, &row);
    assert_int_equal(key.len, 2);
    assert_memory_equal(key.at, "17", 2);
    row = row_of("#N/A|x");
    assert_int_equal(columns_pool_key(columns, &row).len, 0);
    row = row_of("17");
    assert_int_equal(columns_pool_key(columns, &row).len, 0);
    row = row_of(" |x");
    assert_int_equal(columns_pool_key(columns, &row).len, 0);
    row.kind = ROW_KIND_MALFORMED;
    assert_int_equal(columns_pool_key(columns, &row).len, 0);
    done();
    header(COLUMNS "'fields':{" NUMBER "," PASSWORD "}}", "Ext");
    assert_null(columns_pool(columns));
    done();
}

static bool generated(const char *name)
{
    for (size_t i = 0; i < record.count; i++)
        if (strcmp(record.values[i].name, name) == 0)
            return record.values[i].generated;
    return false;
}

static void secrets(void **state)
{
    (void)state;
    static const uint8_t key[DIGEST_BYTES] = {1, 2, 3};
    const struct columns_given given = {.key = key, .row = 7};
    char before[256];
    header(COLUMNS "'fields':{" NUMBER "," PASSWORD ",'vmsecret':{'generate':'pin','length':8}}}",
           "Ext");
    assert_true(columns_generates(columns));
    assert_int_equal(check_row("2001", &given), ROW_PLANNED);
    assert_int_equal(strlen(sent("registerpassword")), 20);
    assert_int_equal(strlen(sent("vmsecret")), 8);
    assert_true(generated("registerpassword"));
    assert_true(generated("vmsecret"));
    assert_false(generated("number"));
    snprintf(before, sizeof before, "%s", sent("registerpassword"));
    check_row("2002", &given);
    check_row("2001", &given);
    assert_string_equal(sent("registerpassword"), before);
    check_row("2001", NULL);
    assert_string_not_equal(sent("registerpassword"), before);
    done();
    header("{'name':'x','fields':{}}", "number|registerpassword");
    assert_false(columns_generates(columns));
    check_row("2001|abcDEF123", &given);
    assert_false(generated("registerpassword"));
    done();
}

/* ---- what is made of them ---- */

static void changes_are_told(void **state)
{
    (void)state;
    header(COLUMNS "'fields':{" NUMBER "," PASSWORD
                   ",'email':{'column':'Mail','transform':['trim','lower',{'truncate':9}]},"
                   "'dnd':{'column':'DND','transform':[{'map':{'y':'on'}}]},"
                   "'username':{'column':'Other','transform':['ascii']}}}",
           "Ext|Mail|DND|Other");
    assert_int_equal(check_row("2001|a@x.de|y|Ann", NULL), ROW_PLANNED);
    assert_string_equal(findings_text(), "DND value-changed warning");
    assert_int_equal(check_row("2001| A@X.de|y|M\xc3\xbcller", NULL), ROW_PLANNED);
    assert_string_equal(findings_text(), "Other value-changed warning, Mail value-changed warning, "
                                         "DND value-changed warning");
    assert_string_equal(findings.at[1].message, "was changed by the profile: trim, lower");
    assert_sent("email", "a@x.de");
    assert_sent("username", "Muller");
    assert_int_equal(check_row("2001||n|\xe4\xb8\xad", NULL), ROW_INVALID);
    assert_string_equal(findings_text(), "Other encoding-error error, DND enum error");
    assert_sent("dnd", NULL);
    assert_sent("username", NULL);
    done();
}

static void short_rows_are_padded(void **state)
{
    (void)state;
    header(COLUMNS "'dialect':{'shortRows':'pad'},'fields':{" NUMBER "," PASSWORD "}}",
           "Ext|callerid|Status");
    assert_int_equal(check_row("2001", NULL), ROW_PLANNED);
    assert_sent("callerid", "");
    assert_int_equal(check_row("2001|7", NULL), ROW_PLANNED);
    assert_sent("callerid", "7");
    assert_int_equal(check_row("2001|7||x", NULL), ROW_INVALID);
    assert_string_equal(findings_text(), " extra-cell error");
    done();
}

static void filters(void **state)
{
    (void)state;
    header(COLUMNS "'fields':{" NUMBER "," PASSWORD "},'filters':["
                   "{'column':'Status','in':['Terminated','ausgeschieden']},"
                   "{'column':'Other','notIn':['SIP','']},{'column':'Id','in':['1']}]}",
           "Ext|Status|Other");
    assert_int_equal(check_row("2001|Active|sip", NULL), ROW_PLANNED);
    assert_int_equal(check_row("2001||", NULL), ROW_PLANNED);
    assert_int_equal(check_row("| terminated |SIP", NULL), ROW_SKIPPED);
    assert_string_equal(findings_text(), "Status filtered warning");
    assert_int_equal(record.count, 0);
    assert_int_equal(check_row("2001|Active|IAX", NULL), ROW_SKIPPED);
    assert_string_equal(findings_text(), "Other filtered warning");
    assert_int_equal(check_row("2001|\xff|SIP", NULL), ROW_INVALID);
    assert_string_equal(findings_text(), "Status encoding-error error");
    assert_int_equal(check_row("2001|Active|\xff", NULL), ROW_INVALID);
    done();
}

/* ---- damage ---- */

static const struct {
    const char *line; /* number|username|mobile|Phone */
    const char *found;
    enum row_state state;
    const char *field, *value;
} damages[] = {
    {"=\"2001\"|Ann||", "number spreadsheet-damage warning", ROW_PLANNED, "number", "2001"},
    {"2001\xc2\xa0|Ann\xc2\xa0Lee||",
     "number spreadsheet-damage warning, username spreadsheet-damage warning", ROW_PLANNED,
     "username", "Ann Lee"},
    {"\xe2\x80\x9c"
     "2001\xe2\x80\x9d|Ann||",
     "number spreadsheet-damage warning", ROW_PLANNED, "number", "2001"},
    {"2001|\xe2\x80\x9c"
     "Ann\xe2\x80\x9d||",
     "", ROW_PLANNED, "username",
     "\xe2\x80\x9c"
     "Ann\xe2\x80\x9d"}, /* a name may stand in quotes */
    {"2001|O\xe2\x80\x99"
     "Brien||",
     "", ROW_PLANNED, "username",
     "O\xe2\x80\x99"
     "Brien"},
    {"#N/A|Ann||", "number spreadsheet-damage error", ROW_INVALID, "number", NULL},
    {"2001|#WERT!||", "username spreadsheet-damage error", ROW_INVALID, "username", NULL},
    {"2001|Ann|1.80889E+10|", "mobile spreadsheet-damage error", ROW_INVALID, "mobile", NULL},
    {"2001|Ann||4.9E+11", "Phone spreadsheet-damage error", ROW_INVALID, "callerid", NULL},
    {"2001|Ann||02.03.2024", "Phone spreadsheet-damage error", ROW_INVALID, "callerid", NULL},
    {"2001|Ann||02.03.24", "", ROW_PLANNED, "callerid", "020324"},
    {"2001|1.5E+11||", "username pattern warning, username spreadsheet-damage warning", ROW_PLANNED,
     "username", "1.5E+11"},
    {"02.03.24|Ann||", "number spreadsheet-damage error", ROW_INVALID, "number", NULL},
    {"20x1|1.5E+11||", "number pattern error, username pattern warning", ROW_INVALID, "number",
     "20x1"},
    {"2-Mar|##########||", "username spreadsheet-damage error, number spreadsheet-damage error",
     ROW_INVALID, "username", NULL},
};

static void damage_is_named(void **state)
{
    (void)state;
    header("{'name':'x','columns':{'Phone':[]},'fields':{'callerid':{'column':'Phone',"
           "'transform':['digits']},'registerpassword':{'generate':'password'}}}",
           "number|username|mobile|Phone");
    for (size_t i = 0; i < COUNT_OF(damages); i++) {
        enum row_state state_is = check_row(damages[i].line, NULL);
        char found[1024];
        snprintf(found, sizeof found, "%s", findings_text());
        char *changed = strstr(found, "Phone value-changed warning");
        if (changed)
            *changed = '\0';
        assert_string_equal(found, damages[i].found);
        assert_int_equal(state_is, damages[i].state);
        assert_sent(damages[i].field, damages[i].value);
    }
    done();
}

static void lost_zeros_are_named(void **state)
{
    (void)state;
    static const char plan[] =
        "{'primaryKey':'number','fields':[{'name':'number','constraints':{'required':true,"
        "'pattern':'0[0-9]{3}'}},{'name':'pin','constraints':{'minLength':4,'maxLength':6}}]}";
    ON_LEAVE(free_text) char *json = unquote(plan);
    struct schema *s = NULL;
    struct fault f = {0};
    struct cell heads[2] = {{"number", 6}, {"pin", 3}};
    assert_true(schema_parse(json, strlen(json), "plan", &s, &f));
    findings_reset(&findings);
    columns = columns_new(s, NULL, heads, 2, &findings);
    assert_int_equal(check_row("0012|0345", NULL), ROW_PLANNED);
    assert_int_equal(check_row("12|345", NULL), ROW_INVALID);
    assert_string_equal(findings_text(),
                        "number spreadsheet-damage error, pin spreadsheet-damage error");
    assert_int_equal(check_row("1234|1234567", NULL), ROW_INVALID);
    assert_string_equal(findings_text(), "number pattern error, pin length error");
    columns = columns_free(columns);
    schema_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_mapped),
        cmocka_unit_test(first_column_with_a_value),
        cmocka_unit_test(shown),
        cmocka_unit_test(suspected),
        cmocka_unit_test(moved),
        cmocka_unit_test(templates),
        cmocka_unit_test(constants_and_own_names),
        cmocka_unit_test(pools),
        cmocka_unit_test(secrets),
        cmocka_unit_test(changes_are_told),
        cmocka_unit_test(short_rows_are_padded),
        cmocka_unit_test(filters),
        cmocka_unit_test(damage_is_named),
        cmocka_unit_test(lost_zeros_are_named),
    };
    return cmocka_run_group_tests_name("columns_profile", tests, world_make, world_remove);
}
