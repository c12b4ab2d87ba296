/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report for people: what it says, how it is bounded, and what it never shows. */
#include "report_world.h"

#include "html.h"

#define PAGE "000042-people.html"

static const struct outcome none[] = {{0}};

/* Imports the text and writes its report; the caller frees the HTML. */
static char *page_of(struct world *w, const char *text, const struct outcome *outcomes)
{
    struct report_source source = source_of(w);

    world_import(w, 42, text, strlen(text), outcomes);
    report_write(&source, 1000);
    return report_read(w, PAGE);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

static void has(const char *page, const char *part)
{
    if (!strstr(page, part))
        fail_msg("'%s' is not in it", part);
}

static void lacks(const char *page, const char *part)
{
    if (strstr(page, part))
        fail_msg("'%s' is in it", part);
}

/* ---- secrets ---- */

/* Each row has the word "hush" somewhere, which is its password or a part of it. (The first column
 * is what this world takes for the number as the ledger has it.) */
static void secrets_by_side_doors(void **state)
{
    static const char *const rows[] = {
        "x hush1,Ann,hush1\n",                  /* the value has the password in it */
        "hush,Ann,hush\n",                      /* and is it */
        "x,hush2,hush2\n",                      /* so does the name */
        "x,Ann,hu sh hush\n",                   /* the password itself is wrong */
        "hushhush77,Ann,good\n",                /* the cells have moved: it looks like one */
        "x,hushhush77,good\n",                  /* the same in the name */
        "Ann,h\u00fcsh hush,ann@example.org\n", /* one to the left: an address for a password */
        "Ann,7 hush,\n",                        /* and nothing */
        "hush 3,Ann,in;valid hush\n",           /* they may have moved: no cell is shown */
        "x,hush,Ann,hush\n",                    /* a cell too many */
        "hush,x\n",                             /* a cell too few */
        "x,\"hush\" ush,\"hush\n",              /* no record at all */
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct world *w;
        struct buf text = {0};
        world_setup((void **)&w);
        buf_format(&text, "room,number,username,registerpassword\n7,%s", rows[i]);
        char *page = page_of(w, text.at, none);
        has(page, "<tr class=r><td>2<td>");
        if (strstr(page, "hush") || strstr(page, "hu sh"))
            fail_msg("row %zu tells its password", i);
        free(page);
        buf_free(&text);
        world_teardown((void **)&w);
    }
    (void)state;
}

static void values_are_shown(void **state)
{
    char *page = page_of(*state,
                         "number,username,registerpassword\n"
                         "20x3,Ann Lee,good\n"
                         "2004,Bo,\n",
                         none);

    has(page, "data-label=\"Name\">Ann Lee</td>");
    has(page, "data-label=\"Value\">20x3</td>");
    has(page, "data-label=\"Name\">Bo</td>"); /* no password is no sign of moved cells */
    has(page, "<td>2004<td>Bo<td>Not valid, never sent: A value is missing\n");
    lacks(page, "••••••");
    free(page);
}

static void hidden_is_explained(void **state)
{
    char *page = page_of(*state, "number,username,registerpassword\n2001,Ann,s3c ret\n", none);

    has(page, "data-label=\"Value\">" HIDDEN "</td>");
    has(page, "<td>2001<td>" HIDDEN "<td>");
    has(page, "•••••• stands for what may be a password and is not shown.");
    free(page);
}

/* An error without words of its own is known by its number, wherever people read of it. */
static void error_numbers_are_told(void **state)
{
    char *page = page_of(*state, "number,username,registerpassword\n2001,Ann,good\n2002,Bo,good\n",
                         (const struct outcome[]){{1, ROW_FAILED, CODE_PBX + 12345, 0, NULL},
                                                  {2, ROW_FAILED, CODE_HTTP + 403, 0, NULL},
                                                  {0}});

    has(page, "The phone system refused the row, error number 12345 (1 row)</h3>");
    has(page, "<td>Ann<td>Refused by the phone system: The phone system refused the row, error "
              "number 12345\n");
    has(page, "The phone system did not accept the row, error number HTTP 403 (1 row)</h3>");
    free(page);
}

/* Where the list ends before the last row, the rest of a cause is in the results. */
static void rest_beyond_the_list(void **state)
{
    struct buf text = {0};

    buf_text(&text, "number,username,registerpassword\n");
    for (size_t i = 0; i < 200001; i++)
        buf_text(&text, ",,\n");
    char *page = page_of(*state, text.at, none);

    has(page, "<p>And 199,801 more: see <code><bdi>000042-people.results.csv</bdi></code>.</p>");
    lacks(page, "see the list of all rows below");
    free(page);
    buf_free(&text);
}

/* A schema of one's own may call the name otherwise. */
static void name_of_another_schema(void **state)
{
    struct world *w = *state;
    char source[sizeof schema_source];
    struct fault f;

    memcpy(source, schema_source, sizeof source);
    for (char *at = source; (at = strstr(at, "username")) != NULL;)
        memcpy(at, "fullname", strlen("fullname"));
    w->schema = schema_free(w->schema);
    assert_true(schema_parse(source, strlen(source), "test", &w->schema, &f));
    char *page = page_of(w, "number,fullname,registerpassword\nx,Ann Lee,good\n", none);

    has(page, "<td role=\"cell\" data-label=\"Name\">Ann Lee</td>");
    free(page);
}

/* What was left out may need somebody, and is in no file of refused rows. */
static void left_out_is_not_passed_over(void **state)
{
    char *page = page_of(*state, "number,username,registerpassword\n2001,Ann,good\n2002,Bo,good\n",
                         (const struct outcome[]){{1, ROW_SKIPPED, CODE_ALREADY_EXISTS, 0, NULL},
                                                  {2, ROW_CREATED, CODE_NONE, 0, NULL},
                                                  {0}});

    has(page, "<p>Read below what the rows need that were left out.</p>");
    has(page, "Otherwise give them other numbers in your file and drop it again.</p>");
    lacks(page, "There is nothing for you to do.");
    lacks(page, "rejects file");
    free(page);
}

/* ---- hostile cells ---- */

static void hostile_cells(void **state)
{
    struct buf text = {0};

    buf_text(&text, "number,username,registerpassword\n"
                    "x<script>alert(1)</script>,\"<b>\u202e\x01\n\t Bo\",good\n"
                    "2002,\u0645\u0631\u064a\u0645,good\n"
                    "y,");
    for (size_t i = 0; i < 200; i++)
        buf_text(&text, "\u00fc ");
    buf_text(&text, ",good\n");
    char *page = page_of(*state, text.at,
                         (const struct outcome[]){{2, ROW_CREATED, CODE_NONE, 0, NULL}, {0}});

    has(page, "x&lt;script&gt;alert(1)&lt;/script&gt;</td>");
    has(page, "<td><bdi>&lt;b&gt;\ufffd\ufffd Bo</bdi><td>");
    has(page, "<td>2002<td><bdi>\u0645\u0631\u064a\u0645</bdi><td>Added");
    has(page, "\u00fc \u00fc\u2026</bdi>");
    lacks(page, "<script");
    lacks(page, "style=");
    free(page);
    buf_free(&text);
}

/* The policy lets this very style pass, and nothing else. */
static void policy_is_true(void **state)
{
    char *page = page_of(*state, "number,username,registerpassword\n2001,Ann,good\n",
                         (const struct outcome[]){{1, ROW_CREATED, CODE_NONE, 0, NULL}, {0}});
    char *style = strstr(page, "<style>");
    struct buf policy = {0};

    assert_non_null(style);
    assert_int_equal(count_of(page, "<style"), 1);
    char *end = strstr(style, "</style>");
    char *sheet = strndup(style + strlen("<style>"), (size_t)(end - style) - strlen("<style>"));
    buf_text(&policy,
             "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ");
    html_hash(&policy, sheet);
    buf_text(&policy, "\">");
    has(page, policy.at);
    buf_free(&policy);
    free(sheet);
    free(page);
}

/* ---- groups ---- */

static void largest_first(void **state)
{
    char *page = page_of(*state,
                         "number,username,registerpassword\n"
                         "2001,Ann,\n"
                         "x1,Bo,good\n"
                         "x2,Cy,good\n"
                         "12345678,Di,good\n"
                         "12345679,Ed,go od\n",
                         none);

    const char *first = strstr(page, "A value does not have the right form (2 rows)</h3>");
    const char *second = strstr(page, "A value is too short or too long (2 rows)</h3>");
    const char *third = strstr(page, "A value is missing (1 row)</h3>");
    assert_true(first && second && third && first < second && second < third);
    /* all errors of a row stand where its first one does, and say once whose it is */
    has(second, "data-label=\"Line\">6</td><td role=\"cell\" class=\"whole\" "
                "data-label=\"Extension\"></td>");
    has(page, "The file has 5 rows: nobody was added to the phone system, 5 rows were refused.");
    free(page);
}

static void groups_are_bounded(void **state)
{
    struct buf text = {0};

    buf_text(&text, "number,username,registerpassword\n");
    for (int i = 0; i < 5000; i++)
        buf_format(&text, "x%d,Ann,good\n", i);
    char *page = page_of(*state, text.at, none);

    assert_int_equal(count_of(page, "data-label=\"Value\">"), 200);
    has(page, "A value does not have the right form (5,000 rows)</h3>");
    has(page, "<p>And 4,800 more: see <code><bdi>000042-people.rejects.csv</bdi></code>.</p>");
    assert_int_equal(count_of(page, "<tr class=r>"), 5000);
    free(page);
    buf_free(&text);
}

/* ---- all rows ---- */

static void sections_of_a_thousand(void **state)
{
    struct buf text = {0};

    buf_text(&text, "number,username,registerpassword\n");
    for (int i = 0; i < 2001; i++)
        buf_format(&text, "%d,Ann,good\n", i);
    buf_text(&text, "x,Bo,good\n");
    char *page = page_of(*state, text.at, none);

    has(page, "<summary>Lines 2 to 1,001: 1,000 rows</summary>");
    has(page, "<summary>Lines 2,002 to 2,003: 2 rows, 1 refused</summary>");
    assert_int_equal(count_of(page, "<details>"), 3);
    assert_int_equal(count_of(page, "</details>"), 3);
    assert_int_equal(count_of(page, "\n<tr><td>") + count_of(page, "\n<tr class=r><td>"), 2002);
    lacks(page, "<details open>");
    free(page);
    buf_free(&text);
}

static void one_section_is_open(void **state)
{
    char *page = page_of(*state, "number,username,registerpassword\n2001,Ann,good\n",
                         (const struct outcome[]){{1, ROW_CREATED, CODE_NONE, 0, NULL}, {0}});

    has(page, "<p class=\"lead\">The one person in the file was added to the phone system.</p>");
    has(page, "<p>There is nothing for you to do.</p>");
    has(page, "<details open>\n<summary>Line 2: 1 row</summary>");
    has(page, "aria-label=\"Added: 1\"");
    free(page);
}

/* ---- words ---- */

static void in_german(void **state)
{
    struct world *w = *state;
    struct report_source source = source_of(w);
    static const char text[] = "number,username,registerpassword\n2001,Ann,good\nx,Bo,good\n";

    source.language = LANGUAGE_DE;
    world_import(w, 42, text, strlen(text),
                 (const struct outcome[]){{1, ROW_CREATED, CODE_NONE, 0, NULL}, {0}});
    report_write(&source, 1000);
    char *page = report_read(w, PAGE);
    has(page, "<html lang=\"de\">");
    has(page, "Die Datei hat 2 Zeilen: 1 Person wurde in der Telefonanlage angelegt, 1 Zeile wurde "
              "abgelehnt.");
    has(page, "Korrigieren Sie die Zeile in <code><bdi>000042-people.rejects.csv</bdi></code> und");
    has(page, "<td>2001<td>Ann<td>Angelegt\n");
    has(page, "<th scope=\"col\">Nebenstelle</th>");
    free(page);
    report_has(w, "000042-people.json", "must be digits", true); /* stays as it is */
}

/* The copy is gone, and so there are none. */
static void without_rejects(void **state)
{
    struct world *w = *state;
    struct report_source source = source_of(w);
    static const char text[] = "number,username,registerpassword\nx,Bo,good\n";

    source.copy = -1;
    world_import(w, 42, text, strlen(text), none);
    report_write(&source, 1000);
    report_has(w, PAGE, "Correct the refused row in your file and drop it again.", true);
    report_has(w, PAGE, "rejects.csv", false);
}

/* Where the copy is gone there are no names, and no column for them. */
static void without_copy(void **state)
{
    struct world *w = *state;
    struct report_source source = source_of(w);
    static const char text[] = "number,username,registerpassword\nx,Bo,good\n2002,Ann,good\n";

    source.copy = -1;
    world_import(w, 42, text, strlen(text),
                 (const struct outcome[]){{2, ROW_CREATED, CODE_NONE, 0, NULL}, {0}});
    report_write(&source, 1000);
    report_has(w, PAGE, "<td>2002<td>Added\n", true);
    report_has(w, PAGE, ">Name<", false);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_by_side_doors),
        TEST(values_are_shown),
        TEST(hidden_is_explained),
        TEST(error_numbers_are_told),
        TEST(left_out_is_not_passed_over),
        TEST(rest_beyond_the_list),
        TEST(name_of_another_schema),
        TEST(hostile_cells),
        TEST(policy_is_true),
        TEST(largest_first),
        TEST(groups_are_bounded),
        TEST(sections_of_a_thousand),
        TEST(one_section_is_open),
        TEST(in_german),
        TEST(without_rejects),
        TEST(without_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
