/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports: written from a real ledger and a real copy into a folder, and compared as bytes. */
#include "report_world.h"

static const char mixed[] = "Number,User Name,Register Password,Shoe Size\n"
                            "2001,Ann,s3cretOne,40\n"            /* created */
                            "2002,100% Bob,s3cretTwo,41\n"       /* created, with a warning */
                            "\"20x3\",\"Cy, Jr\",\"s3c ret\",\n" /* invalid, twice */
                            "2004,Di,s3cretFour,\n"              /* failed at the PBX */
                            ",,,\n"                              /* blank */
                            "2006,\"E\nve\",s3cretSix,\n"        /* changed since */
                            "2007,Flo,s3cretSeven,\n"            /* unchanged */
                            "2001,Gus,s3cretEight,\n"            /* the number is taken */
                            "-1,Hal,s3cretNine,\n";              /* exists, made by others */

static const struct outcome mixed_outcomes[] = {
    {1, ROW_CREATED, CODE_NONE, 0, NULL},
    {2, ROW_CREATED, CODE_NONE, 1, NULL},
    {4, ROW_FAILED, CODE_PBX + 10033, 2, NULL},
    {6, ROW_SKIPPED, CODE_CHANGED, 0, "User Name"},
    {7, ROW_UNCHANGED, CODE_NONE, 0, NULL},
    {8, ROW_INVALID, CODE_DUPLICATE_NUMBER, 0, "row 1"},
    {9, ROW_SKIPPED, CODE_ALREADY_EXISTS, 0, NULL},
    {0},
};

static void mixed_results(void **state)
{
    struct world *w = *state;
    struct report_source source = source_of(w);

    world_import(w, 42, mixed, strlen(mixed), mixed_outcomes);
    report_write(&source, 1000);
    report_is(w, "000042-people.results.csv",
              "row,line,number,outcome,code,message,attempts,finished\n"
              "1,2,2001,created,,,0," TIME "\n"
              "2,3,2002,created,,,1," TIME "\n"
              "3,4,20x3,invalid,pattern,\"must be digits, or \"\"-\"\"\",0," TIME "\n"
              "4,5,2004,failed,pbx-10033,the PBX says: the route could not be saved,2," TIME "\n"
              "5,6,,skipped,blank-row,the row is empty,0," TIME "\n"
              "6,7,2006,skipped,changed,differs from what was created; not sent,0," TIME "\n"
              "7,9,2007,unchanged,,,0," TIME "\n"
              "8,10,2001,invalid,duplicate-number,"
              "an earlier row has this number already: row 1,0," TIME "\n"
              "9,11,'-1,skipped,already-exists,"
              "the PBX has an extension with this number,0," TIME "\n");
}

static void mixed_rejects(void **state)
{
    struct world *w = *state;
    struct report_source source = source_of(w);
    struct stat st;

    world_import(w, 42, mixed, strlen(mixed), mixed_outcomes);
    source.rejects_group = geteuid() == 0 ? 4321 : getegid();
    report_write(&source, 1000);
    report_is(w, "000042-people.rejects.csv",
              "Number,User Name,Register Password,Shoe Size,import_error,import_line\n"
              "\"20x3\",\"Cy, Jr\",\"s3c ret\",,\"pattern: Number: must be digits, or \"\"-\"\"; "
              "pattern: Register Password: must not have blanks\",4\n"
              "2004,Di,s3cretFour,,pbx-10033: the PBX says: the route could not be saved,5\n"
              "2001,Gus,s3cretEight,,duplicate-number: an earlier row has this number already: "
              "row 1,10\n");
    assert_int_equal(fstatat(w->reports, "000042-people.rejects.csv", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(st.st_gid, source.rejects_group);
}

static void mixed_json(void **state)
{
    struct world *w = *state;
    struct report_source source = source_of(w);

    world_import(w, 42, mixed, strlen(mixed), mixed_outcomes);
    report_write(&source, 1000);
    report_is(
        w, "000042-people.json",
        "{\"version\":1,\"id\":\"000042\",\"state\":\"done\",\"file\":{\"name\":\"people.csv\","
        "\"bytes\":231,\"sha256\":\"" SHA256 "\",\"encoding\":\"utf-8\",\"delimiter\":\",\","
        "\"profile\":\"\",\"choices\":[]},\"started\":\"2024-05-01T08:30:00.000Z\",\"finished\":"
        "\"" TIME "\","
        "\"counts\":{\"rows\":9,\"created\":2,\"unchanged\":1,\"skipped\":3,\"invalid\":2,"
        "\"failed\":1},\"by_code\":{\"blank-row\":1,\"pattern\":3,\"duplicate-number\":1,"
        "\"already-exists\":1,\"changed\":1,\"unknown-column\":1,\"pbx-10033\":1},\"problems\":[\n"
        "{\"row\":0,\"line\":1,\"column\":\"Shoe Size\",\"severity\":\"warning\","
        "\"code\":\"unknown-column\",\"message\":\"this column is not known and is left out\","
        "\"number\":\"\",\"attempts\":0},\n"
        "{\"row\":2,\"line\":3,\"column\":\"User Name\",\"severity\":\"warning\","
        "\"code\":\"pattern\",\"message\":\"had better have no percent sign\","
        "\"number\":\"2002\",\"attempts\":1},\n"
        "{\"row\":3,\"line\":4,\"column\":\"Number\",\"severity\":\"error\",\"code\":\"pattern\","
        "\"message\":\"must be digits, or \\\"-\\\"\",\"number\":\"20x3\",\"attempts\":0},\n"
        "{\"row\":3,\"line\":4,\"column\":\"Register Password\",\"severity\":\"error\","
        "\"code\":\"pattern\",\"message\":\"must not have blanks\",\"number\":\"20x3\","
        "\"attempts\":0},\n"
        "{\"row\":4,\"line\":5,\"column\":\"\",\"severity\":\"error\",\"code\":\"pbx-10033\","
        "\"message\":\"the PBX says: the route could not be saved\",\"number\":\"2004\","
        "\"attempts\":2},\n"
        "{\"row\":5,\"line\":6,\"column\":\"\",\"severity\":\"warning\",\"code\":\"blank-row\","
        "\"message\":\"the row is empty\",\"number\":\"\",\"attempts\":0},\n"
        "{\"row\":6,\"line\":7,\"column\":\"User Name\",\"severity\":\"warning\","
        "\"code\":\"changed\",\"message\":\"differs from what was created; not sent\","
        "\"number\":\"2006\",\"attempts\":0},\n"
        "{\"row\":8,\"line\":10,\"column\":\"\",\"severity\":\"error\","
        "\"code\":\"duplicate-number\",\"message\":\"an earlier row has this number already: "
        "row 1\",\"number\":\"2001\",\"attempts\":0},\n"
        "{\"row\":9,\"line\":11,\"column\":\"\",\"severity\":\"warning\","
        "\"code\":\"already-exists\",\"message\":\"the PBX has an extension with this number\","
        "\"number\":\"-1\",\"attempts\":0}],\"problems_truncated\":false}\n");
    json_object_put(json_read(w, "000042-people.json"));
}

static void mixed_html(void **state)
{
    struct world *w = *state;
    struct report_source source = source_of(w);
    static const char *const parts[] = {
        "<p class=\"lead\">The file has 9 rows: 2 people were added to the phone system, 1 person "
        "was "
        "there before, unchanged, 3 rows were left out, 3 rows were refused.</p>",
        "<p>Correct the 3 rows in <code><bdi>000042-people.rejects.csv</bdi></code> and drop that "
        "file again. Read first, below, what each of them needs.</p>",
        "Refused by the phone system: <strong>1</strong>",
        "The extension number stands twice in the file (1 row)</h3>",
        "<td role=\"cell\" class=\"whole\" data-label=\"Column\"><bdi>Number</bdi></td>"
        "<td role=\"cell\" data-label=\"Value\">" HIDDEN "</td>"
        "<td role=\"cell\" data-label=\"What was found\">must be digits, or &quot;-&quot;</td>",
        "<tr><td>2<td>2001<td>Ann<td>Added\n",
        "<tr class=r><td>5<td>2004<td>Di<td>Refused by the phone system: The phone "
        "system could not save the route of the extension\n",
        "</main>\n</body>\n</html>\n",
    };

    world_import(w, 42, mixed, strlen(mixed), mixed_outcomes);
    report_write(&source, 1000);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        report_has(w, "000042-people.html", parts[i], true);
}

static void secrets_stay_out(void **state)
{
    struct world *w = *state;
    struct report_source source = source_of(w);

    world_import(w, 42, mixed, strlen(mixed), mixed_outcomes);
    report_write(&source, 1000);
    report_has(w, "000042-people.rejects.csv", "s3c", true);
    report_has(w, "000042-people.json", "s3c", false);
    report_has(w, "000042-people.results.csv", "s3c", false);
    report_has(w, "000042-people.html", "s3c", false);
}

static const char *const endings[] = {".json", ".results.csv", ".rejects.csv", ".html"};

/* However the work is cut, and whatever a crash left, the bytes are the same. */
static void again_the_same(void **state)
{
    struct world *w = *state;
    struct report_source source = source_of(w);
    char *first[COUNT_OF(endings)];
    char name[64];

    world_import(w, 42, mixed, strlen(mixed), mixed_outcomes);
    assert_int_equal(report_write(&source, 1000), 1);
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        snprintf(name, sizeof name, "000042-people%s", endings[i]);
        first[i] = report_read(w, name);
        assert_non_null(first[i]);
    }
    close(openat(w->reports, ".000042.json.tmp", O_CREAT | O_WRONLY, 0600));
    assert_int_equal(report_write(&source, 1), 19); /* nine rows twice, and one for the end */
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        snprintf(name, sizeof name, "000042-people%s", endings[i]);
        report_is(w, name, first[i]);
        free(first[i]);
    }
    assert_int_equal(folder_empty(w->reports), COUNT_OF(endings));
}

static const char held_text[] = "number,username,registerpassword\n"
                                "2001,Ann,s3cretOne\n"
                                "2002,Bob,s3cret Two\n"
                                "2003,5%,s3cretThree\n"
                                "2004,Di,s3cretFour\n";

static void held_then_done(void **state)
{
    static const struct outcome held[] = {
        {1, ROW_CREATED, CODE_NONE, 0, NULL}, {4, ROW_DOUBT, CODE_NONE, 1, NULL}, {0}};
    struct world *w = *state;
    struct report_source source = source_of(w);
    struct json_object *tree;

    world_import(w, 42, held_text, strlen(held_text), held);
    w->import.state = IMPORT_HELD;
    w->import.code = CODE_OPERATOR_HOLD;
    snprintf(w->import.reason, sizeof w->import.reason, "held by an operator");
    report_write(&source, 1000);
    tree = json_read(w, "000042-people.json");
    json_object_put(tree);
    report_has(w, "000042-people.json", "\"state\":\"held\"", true);
    report_has(w, "000042-people.json",
               "\"counts\":{\"rows\":4,\"created\":1,\"unchanged\":0,\"skipped\":2,\"invalid\":1,"
               "\"failed\":0},\"by_code\":{\"pattern\":2,\"not-sent\":2,\"operator-hold\":1},"
               "\"problems\":[\n{\"row\":0,\"line\":0,\"column\":\"\",\"severity\":\"error\","
               "\"code\":\"operator-hold\",\"message\":\"held by an operator\",",
               true);
    report_is(w, "000042-people.results.csv",
              "row,line,number,outcome,code,message,attempts,finished\n"
              "1,2,2001,created,,,0," TIME "\n"
              "2,3,2002,invalid,pattern,must not have blanks,0," TIME "\n"
              "3,4,2003,skipped,not-sent,\"not sent, because the import is held or was "
              "cancelled\",0,\n"
              "4,5,2004,skipped,not-sent,\"not sent, because the import is held or was cancelled: "
              "the PBX is asked about it when the import goes on\",1,\n");
    report_has(w, "000042-people.html",
               "The import is on hold: An administrator has stopped the import.</p>\n"
               "<p>The file has 4 rows: 1 person was added to the phone system, 1 row was refused, "
               "2 rows wait.</p>",
               true);
    report_has(w, "000042-people.rejects.csv", "2002", true);

    /* Sent after all: what the earlier report had and this one has not is gone. */
    assert_true(ledger_rows_turn(w->ledger, 42, ROW_INVALID, ROW_CREATED, 0, FINISHED, NULL));
    assert_true(ledger_rows_turn(w->ledger, 42, ROW_PLANNED, ROW_CREATED, 0, FINISHED, NULL));
    assert_true(ledger_rows_turn(w->ledger, 42, ROW_DOUBT, ROW_CREATED, 0, FINISHED, NULL));
    w->import.state = IMPORT_DONE;
    report_write(&source, 1000);
    report_missing(w, "000042-people.rejects.csv");
    report_has(w, "000042-people.json", "\"created\":4", true);
    report_has(w, "000042-people.json", "operator-hold", false);
}

static void rejected_unread(void **state)
{
    static const char reason[] = "this is an Excel workbook (.xlsx)";
    static const struct outcome none[] = {{0}};
    struct world *w = *state;
    struct report_source source = source_of(w);

    world_import(w, 43, "", 0, none);
    w->import.state = IMPORT_REJECTED;
    w->import.code = CODE_NOT_CSV;
    w->import.delimiter = '\0';
    w->import.encoding[0] = '\0';
    w->import.header_line = 0;
    snprintf(w->import.reason, sizeof w->import.reason, "%s", reason);
    source.schema = NULL;
    source.copy = -1;
    report_write(&source, 1000);
    json_object_put(json_read(w, "000043-people.json"));
    report_has(w, "000043-people.json",
               "\"encoding\":\"\",\"delimiter\":\"\",\"profile\":\"\",\"choices\":[]}", true);
    report_has(w, "000043-people.json",
               "\"by_code\":{\"not-csv\":1},\"problems\":[\n{\"row\":0,\"line\":0,\"column\":\"\","
               "\"severity\":\"error\",\"code\":\"not-csv\",\"message\":\"this is an Excel "
               "workbook (.xlsx)\",\"number\":\"\",\"attempts\":0}],",
               true);
    report_is(w, "000043-people.results.csv",
              "row,line,number,outcome,code,message,attempts,finished\n");
    report_has(w, "000043-people.html",
               "The file could not be imported: The file is not a CSV file.</p>\n"
               "<p>Details: this is an Excel workbook (.xlsx)</p>",
               true);
    report_missing(w, "000043-people.rejects.csv");
}

/* The header says which columns are missing; the import's own code is not told beside it. */
static void rejected_columns(void **state)
{
    static const char text[] = "number;Num ber;shoes\n";
    static const struct outcome none[] = {{0}};
    struct world *w = *state;
    struct report_source source = source_of(w);

    world_import(w, 44, text, strlen(text), none);
    w->import.state = IMPORT_REJECTED;
    w->import.code = CODE_MISSING_COLUMN;
    report_write(&source, 1000);
    json_object_put(json_read(w, "000044-people.json"));
    report_has(w, "000044-people.json",
               "\"by_code\":{\"unknown-column\":1,\"missing-column\":1,\"duplicate-column\":1}",
               true);
    report_has(w, "000044-people.json", "\"row\":0,\"line\":0,", false);
    report_has(w, "000044-people.json", "\"delimiter\":\";\"", true);
}

static void cancelled(void **state)
{
    static const struct outcome outcomes[] = {{1, ROW_CREATED, CODE_NONE, 0, NULL},
                                              {3, ROW_SKIPPED, CODE_CANCELLED, 0, NULL},
                                              {4, ROW_SKIPPED, CODE_CANCELLED, 0, NULL},
                                              {0}};
    struct world *w = *state;
    struct report_source source = source_of(w);

    world_import(w, 42, held_text, strlen(held_text), outcomes);
    w->import.state = IMPORT_CANCELLED;
    w->import.code = CODE_ALL_OR_NOTHING; /* for which it had been held */
    report_write(&source, 1000);
    json_object_put(json_read(w, "000042-people.json"));
    report_has(w, "000042-people.json", "\"by_code\":{\"pattern\":2,\"cancelled\":2}", true);
    report_has(w, "000042-people.rejects.csv", "\n2002,", true);
    report_has(w, "000042-people.rejects.csv", "\n2003,", false);
    report_has(w, "000042-people.html",
               "The import was cancelled. The file has 4 rows: 1 person was added", true);
}

static void header_alone(void **state)
{
    static const struct outcome none[] = {{0}};
    struct world *w = *state;
    struct report_source source = source_of(w);
    static const char text[] = BOM "number,registerpassword";

    world_import(w, 45, text, strlen(text), none);
    report_write(&source, 1000);
    json_object_put(json_read(w, "000045-people.json"));
    report_has(w, "000045-people.json", "\"encoding\":\"utf-8-bom\"", true);
    report_has(w, "000045-people.json", "\"by_code\":{},\"problems\":[],", true);
    report_has(w, "000045-people.html", "The file has no rows, so nothing was added.", true);
    report_has(w, "000045-people.html", "<h2", false);
    report_missing(w, "000045-people.rejects.csv");
}

/* A problem each: more than the JSON takes, and many more than a page of the ledger. */
static void problems_truncated(void **state)
{
    static const struct outcome none[] = {{0}};
    struct world *w = *state;
    struct report_source source = source_of(w);
    struct buf text = {0};
    const uint64_t rows = REPORT_PROBLEMS_MOST + 77;

    buf_text(&text, "number,registerpassword\n");
    for (uint64_t n = 1; n <= rows; n++)
        buf_format(&text, "%" PRIu64 ",no good\n", n);
    world_import(w, 42, text.at, text.len, none);
    report_write(&source, 300);

    struct json_object *tree = json_read(w, "000042-people.json");
    struct json_object *problems = json_object_object_get(tree, "problems");
    struct json_object *last = json_object_array_get_idx(problems, REPORT_PROBLEMS_MOST - 1);
    struct json_object *codes = json_object_object_get(tree, "by_code");
    assert_int_equal(json_object_array_length(problems), REPORT_PROBLEMS_MOST);
    assert_int_equal(json_object_get_int(json_object_object_get(last, "row")),
                     REPORT_PROBLEMS_MOST);
    assert_int_equal(json_object_get_uint64(json_object_object_get(codes, "pattern")), rows);
    assert_true(json_object_get_boolean(json_object_object_get(tree, "problems_truncated")));
    json_object_put(tree);
    report_has(w, "000042-people.html", "<p>And 9,877 more: see <code>", true);
    report_has(w, "000042-people.results.csv", "\n10077,10078,10077,invalid,pattern,", true);
    report_has(w, "000042-people.rejects.csv", "\n10077,no good,pattern: ", true);
    buf_free(&text);
}

/* A heading and a file name that would be markup or turn the text round; texts of the ledger that
 * were cut amid a letter. */
static void hostile_names(void **state)
{
    static const char text[] = "number,registerpassword,\"<b>\u202e 'x'&\"\n2001,good,\n";
    static const struct outcome changed[] = {
        {1, ROW_SKIPPED, CODE_CHANGED, 0, "n\u00fcmber, n\xc3"}, {0}};
    struct world *w = *state;
    struct report_source source = source_of(w);

    world_import(w, 42, text, strlen(text), changed);
    snprintf(w->import.name, sizeof w->import.name, "a<i>\u2066\"b\"\x07.csv\xe2\x82");
    report_write(&source, 1000);
    json_object_put(json_read(w, "000042-people.json"));
    report_has(w, "000042-people.json", "\"column\":\"n\u00fcmber, n?\"", true);
    report_has(w, "000042-people.html", "<bdi>&lt;b&gt;\ufffd &#39;x&#39;&amp;</bdi></td>", true);
    report_has(w, "000042-people.html",
               "<h1><bdi>a&lt;i&gt;\ufffd&quot;b&quot;\ufffd.csv?"
               "?</bdi></h1>",
               true);
    report_has(w, "000042-people.html", "<b>", false);
}

static void formats_chosen(void **state)
{
    static const struct {
        unsigned format;
        size_t files;
        const char *one;
    } choices[] = {
        {REPORT_JSON, 2, "000042-people.json"},
        {REPORT_CSV, 2, "000042-people.results.csv"},
        {REPORT_HTML, 2, "000042-people.html"},
    };
    struct world *w = *state;
    struct report_source source = source_of(w);

    world_import(w, 42, mixed, strlen(mixed), mixed_outcomes);
    for (size_t i = 0; i < COUNT_OF(choices); i++) {
        source.formats = choices[i].format;
        report_write(&source, 1000);
        assert_int_equal(faccessat(w->reports, choices[i].one, F_OK, 0), 0);
        assert_int_equal(faccessat(w->reports, "000042-people.rejects.csv", F_OK, 0), 0);
        assert_int_equal(folder_empty(w->reports), choices[i].files);
    }
}

static void given_up(void **state)
{
    struct world *w = *state;
    struct report_source source = source_of(w);
    struct report *r;
    bool whole = true;

    world_import(w, 42, mixed, strlen(mixed), mixed_outcomes);
    assert_true(report_new(&source, &r, NULL));
    assert_true(report_step(r, 12, &whole, NULL));
    assert_false(whole);
    assert_null(report_free(r));
    assert_int_equal(folder_empty(w->reports), 0);
    assert_null(report_free(NULL));
}

/* A copy that lost its end is a fault, not a report that lacks something. */
static void copy_cut(void **state)
{
    struct world *w = *state;
    struct report_source source = source_of(w);
    struct report *r;
    struct fault f = {0};
    bool whole = false;

    world_import(w, 42, mixed, strlen(mixed), mixed_outcomes);
    assert_int_equal(ftruncate(w->copy, 90), 0);
    assert_true(report_new(&source, &r, NULL));
    assert_false(report_step(r, 1000, &whole, &f));
    assert_false(whole);
    assert_int_equal(f.kind, FAULT_IO);
    assert_non_null(strstr(f.text, "ends before row 3"));
    report_free(r);
    assert_int_equal(folder_empty(w->reports), 0);
}

/* The schema is no rubber stamp. */
static void schema_refuses(void **state)
{
    struct world *w = *state;
    struct report_source source = source_of(w);
    char path[PATH_MAX];
    char *bad;

    world_import(w, 42, mixed, strlen(mixed), mixed_outcomes);
    report_write(&source, 1000);
    struct json_object *tree = json_read(w, "000042-people.json");
    json_object_object_add(tree, "surplus", json_object_new_int(1));
    json_object_object_add(tree, "state", json_object_new_string("don"));
    json_object_object_del(tree, "file");
    snprintf(path, sizeof path, "%s/reports/bad.json", w->path);
    assert_int_equal(json_object_to_file(path, tree), 0);
    json_object_put(tree);
    bad = violations(w, "bad.json");
    assert_non_null(strstr(bad, ": lacks file\n"));
    assert_non_null(strstr(bad, "/state: enum\n"));
    assert_non_null(strstr(bad, "/surplus: not allowed\n"));
    free(bad);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
    const struct CMUnitTest tests[] = {
        TEST(mixed_results),  TEST(mixed_rejects),    TEST(mixed_json),
        TEST(mixed_html),     TEST(secrets_stay_out), TEST(again_the_same),
        TEST(held_then_done), TEST(rejected_unread),  TEST(rejected_columns),
        TEST(cancelled),      TEST(header_alone),     TEST(problems_truncated),
        TEST(hostile_names),  TEST(formats_chosen),   TEST(given_up),
        TEST(copy_cut),       TEST(schema_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
