/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shipped schema, rule by rule: each broken once and kept once. Run where schemas/ is. */
#include "schema_world.h"

/* ---- the vendor's example ---- */

static void vendor_example_passes(void **state)
{
    (void)state;
    begin();
    assert_true(check());
    assert_string_equal(findings_text(), "");
    assert_int_equal(record.count, 29);
    for (size_t i = 0; i < record.count; i++) {
        assert_string_equal(record.values[i].name, schema_name(shipped, i));
        assert_string_equal(sent(schema_name(shipped, i)), schema_example(shipped, i));
        char json[64];
        snprintf(json, sizeof json, "\"%s\":", schema_name(shipped, i));
        assert_int_equal(record.values[i].json.len, strlen(json));
        assert_string_equal(record.values[i].json.at, json);
    }
    assert_string_equal(record_number(&record).at, "2002");
    assert_int_equal(record_number(&record).len, 4);
}

/* Its own request has no ntransfernum. */
static void vendor_request_passes(void **state)
{
    (void)state;
    begin();
    set("-ntransfernum");
    assert_true(check());
    assert_string_equal(findings_text(), "");
    assert_null(sent("ntransfernum"));
}

static void shipped_schema_says(void **state)
{
    (void)state;
    static const char *const names[] = {"number",
                                        "username",
                                        "callerid",
                                        "registerpassword",
                                        "maxregistrations",
                                        "loginpassword",
                                        "email",
                                        "mobile",
                                        "hasvoicemail",
                                        "vmsecret",
                                        "enablevmtoemail",
                                        "noanswerforward",
                                        "ntransferto",
                                        "ntransferext",
                                        "ntransferprefix",
                                        "ntransfernum",
                                        "busyforward",
                                        "btransferto",
                                        "btransferext",
                                        "btransferprefix",
                                        "btransfernum",
                                        "enablemobile",
                                        "ringsimultaneous",
                                        "mobileprefix",
                                        "allowbeingmonitored",
                                        "monitormode",
                                        "ringtimeout",
                                        "maxduration",
                                        "dnd"};
    assert_int_equal(schema_count(shipped), COUNT_OF(names));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        bool secret = strstr(names[i], "password") || strcmp(names[i], "vmsecret") == 0;
        assert_string_equal(schema_name(shipped, i), names[i]);
        assert_int_equal(schema_secret(shipped, i), secret);
        assert_int_equal(schema_required(shipped, i), i == 0 || i == 3);
    }
    assert_int_equal(schema_key(shipped), 0);
}

/* ---- each rule ---- */

#define A7     "aaaaaaa"
#define A31    A7 A7 A7 A7 "aaa"
#define TEN(c) c c c c c c c c c c
#define GOOD8  "Abcdefg1"

/* Cells to set in the vendor's example, and what is found then, as "field code severity"; the
 * number is changed in those that are about passwords, so that they do not hold it. */
static const struct {
    const char *set[5];
    const char *found;
} cases[] = {
    /* number */
    {{"number=9"}, ""},
    {{"number=1"}, "registerpassword condition warning, loginpassword condition warning"},
    {{"number=7654321"}, ""},
    {{"number=0007"}, ""},
    {{"number=87654321"}, "number length error"},
    {{"number=12a4"}, "number pattern error"},
    {{"number=+123"}, "number pattern error"},
    {{"number= 123"}, "number pattern error"},
    {{"number=123\n"}, "number pattern error"},
    {{"number=\xd9\xa1\xd9\xa2"}, "number pattern error"},
    {{"number=2.002E+03"}, "number pattern error, number length error"},
    {{"number="}, "number required-value error"},
    {{"number= \t "}, "number required-value error"},
    /* username */
    {{"username="}, ""},
    {{"-username"}, ""},
    {{"username=" A31}, ""},
    {{"username=" A31 "a"}, "username length error"},
    {{"username=" TEN("\xc3\xa9") TEN("\xc3\xa9") TEN("\xc3\xa9") "e"}, ""},
    {{"username=" TEN("\xc3\xa9") TEN("\xc3\xa9") TEN("\xc3\xa9") "ee"}, "username length error"},
    {{"username=Zo\xc3\xab M\xc3\xbcller-L\xc3\xbc"
      "denscheidt"},
     ""},
    {{"username=O'Brien"}, "username pattern warning"},
    {{"username=a!"}, "username pattern warning"},
    {{"username=50%"}, "username pattern warning"},
    {{"username=J. Doe"}, "username pattern warning"},
    {{"username=a@b"}, "username pattern warning"},
    {{"username=a:b"}, "username pattern warning"},
    {{"username=a;b"}, "username pattern warning"},
    {{"username=a&b"}, "username pattern warning"},
    {{"username=a\"b"}, "username pattern warning"},
    {{"username=a\\b"}, "username pattern warning"},
    {{"username=a<b"}, "username pattern warning"},
    {{"username=a>b"}, "username pattern warning"},
    {{"username=a`b"}, "username pattern warning"},
    {{"username=a$b"}, "username pattern warning"},
    {{"username=a\nb"}, "username pattern warning"},
    {{"username=a\tb"}, "username pattern warning"},
    {{"username=a|b#c,d"}, ""},
    {{"username=" A31 "a!"}, "username length error, username pattern warning"},
    /* callerid */
    {{"callerid=+49 (30) 123-45/6.7*#"}, ""},
    {{"callerid=Zo\xc3\xab"}, ""},
    {{"callerid=" A31}, ""},
    {{"callerid=" A31 "a"}, "callerid length error"},
    {{"callerid=12;3"}, "callerid pattern error"},
    {{"callerid=<12>"}, "callerid pattern error"},
    {{"callerid=12\t3"}, "callerid pattern error"},
    /* registerpassword */
    {{"registerpassword="}, "registerpassword required-value error"},
    {{"registerpassword=   "}, "registerpassword required-value error"},
    {{"registerpassword=" GOOD8}, ""},
    {{"registerpassword=A1" A7 A7 A7 A7 "a"}, ""},
    {{"registerpassword=A1" A7 A7 A7 A7 "aa"}, "registerpassword length error"},
    {{"registerpassword=" GOOD8 " "}, "registerpassword pattern error"},
    {{"registerpassword=" GOOD8 "\xc2\xa0"}, "registerpassword pattern error"},
    {{"registerpassword=" GOOD8 ";"}, "registerpassword pattern error"},
    {{"registerpassword=" GOOD8 "&"}, "registerpassword pattern error"},
    {{"registerpassword=" GOOD8 "\""}, "registerpassword pattern error"},
    {{"registerpassword=" GOOD8 "'"}, "registerpassword pattern error"},
    {{"registerpassword=" GOOD8 "\\"}, "registerpassword pattern error"},
    {{"registerpassword=" GOOD8 "<"}, "registerpassword pattern error"},
    {{"registerpassword=" GOOD8 ">"}, "registerpassword pattern error"},
    {{"registerpassword=" GOOD8 "`"}, "registerpassword pattern error"},
    {{"registerpassword=" GOOD8 "|"}, "registerpassword pattern error"},
    {{"registerpassword=" GOOD8 "!$%@#,.:_"}, ""},
    {{"registerpassword=Abcdef1"}, "registerpassword length warning"},
    {{"registerpassword=abcdefg1"}, "registerpassword pattern warning"},
    {{"registerpassword=ABCDEFG1"}, "registerpassword pattern warning"},
    {{"registerpassword=Abcdefgh"}, "registerpassword pattern warning"},
    {{"registerpassword=Abc2002x"}, "registerpassword condition warning"},
    {{"registerpassword=Abc2002x", "number=2003"}, ""},
    {{"registerpassword=2002"},
     "registerpassword length warning, registerpassword pattern "
     "warning, registerpassword condition warning"},
    /* loginpassword */
    {{"loginpassword="}, ""},
    {{"loginpassword=Abcd1"}, "loginpassword length error, loginpassword length warning"},
    {{"loginpassword=Abcde1"}, "loginpassword length warning"},
    {{"loginpassword=" GOOD8}, ""},
    {{"loginpassword=A1" TEN("abcdef") "a"}, ""},
    {{"loginpassword=A1" TEN("abcdef") "ab"}, "loginpassword length error"},
    {{"loginpassword=" GOOD8 " a"}, "loginpassword pattern error"},
    {{"loginpassword=" GOOD8 "|"}, "loginpassword pattern error"},
    {{"loginpassword=" GOOD8 "'"}, "loginpassword pattern error"},
    {{"loginpassword=abcdefg1"}, "loginpassword pattern warning"},
    {{"loginpassword=Abc2002x"}, "loginpassword condition warning"},
    /* maxregistrations */
    {{"maxregistrations="}, ""},
    {{"maxregistrations=1"}, ""},
    {{"maxregistrations=5"}, ""},
    {{"maxregistrations=0"}, "maxregistrations range error"},
    {{"maxregistrations=6"}, "maxregistrations range error"},
    {{"maxregistrations=-1"}, "maxregistrations range error"},
    {{"maxregistrations=99999999999999999999999"}, "maxregistrations range error"},
    {{"maxregistrations=three"}, "maxregistrations type-error error"},
    {{"maxregistrations=3.0"}, "maxregistrations type-error error"},
    {{"maxregistrations= 3"}, "maxregistrations type-error error"},
    {{"maxregistrations=  "}, "maxregistrations type-error error"},
    {{"maxregistrations=-"}, "maxregistrations type-error error"},
    /* email */
    {{"email=a@b"}, ""},
    {{"email=a.b+c@d-e.example"}, ""},
    {{"email=a b@c"}, "email pattern error"},
    {{"email=ab"}, "email pattern error"},
    {{"email=a@"}, "email pattern error"},
    {{"email=@b"}, "email pattern error"},
    {{"email=a@b@c"}, "email pattern error"},
    {{"email=a@b\n"}, "email pattern error"},
    {{"email=o'brien@b"}, "email pattern warning"},
    {{"email=a#b@c"}, "email pattern warning"},
    {{"email=a@b;c@d"}, "email pattern error, email pattern warning"},
    {{"email=a,b@c"}, "email pattern warning"},
    {{"email=[a@c"}, "email pattern warning"},
    {{"email=a]@c"}, "email pattern warning"},
    {{"email=a=b@c"}, "email pattern warning"},
    {{"email=a&b@c"}, "email pattern warning"},
    {{"email=\"a\"@c"}, "email pattern warning"},
    {{"email=a\\b@c"}, "email pattern warning"},
    {{"email=<a@c"}, "email pattern warning"},
    {{"email=a@c>"}, "email pattern warning"},
    {{"email=a`@c"}, "email pattern warning"},
    {{"email=a$@c"}, "email pattern warning"},
    {{"email=", "enablevmtoemail=off"}, ""},
    {{"email="}, "email condition error"},
    {{"-email"}, "email condition error"},
    {{"email=", "enablevmtoemail=YES"}, "email condition error"},
    {{"-email", "-enablevmtoemail"}, ""},
    /* mobile */
    {{"mobile="}, ""},
    {{"mobile=" TEN("1") TEN("1") TEN("1") "1"}, ""},
    {{"mobile=" TEN("1") TEN("1") TEN("1") "11"}, "mobile length error"},
    {{"mobile=+4930123"}, "mobile pattern error"},
    {{"mobile=1.80889E+10"}, "mobile pattern error"},
    {{"mobile=", "enablemobile=on"}, "mobile condition error"},
    {{"mobile= ", "enablemobile=1"}, "mobile pattern error, mobile condition error"},
    {{"-mobile", "enablemobile=on"}, "mobile condition error"},
    {{"enablemobile=on"}, ""},
    {{"mobile=", "noanswerforward=on", "ntransferto=Mobile Number"}, "mobile condition error"},
    {{"mobile=", "busyforward=on", "btransferto=mobile number"}, "mobile condition error"},
    {{"mobile=", "noanswerforward=off", "ntransferto=Mobile Number"}, ""},
    {{"mobile=", "busyforward=off", "btransferto=Mobile Number"}, ""},
    {{"mobile=", "busyforward=", "btransferto=Mobile Number"}, ""},
    {{"mobile=", "noanswerforward=on", "ntransferto=Voicemail"}, ""},
    {{"mobile=1", "busyforward=on", "btransferto=Mobile Number"}, ""},
    /* vmsecret */
    {{"vmsecret="}, ""},
    {{"vmsecret=" TEN("123456") "123"}, ""},
    {{"vmsecret=" TEN("123456") "1234"}, "vmsecret length error"},
    {{"vmsecret=12x"}, "vmsecret pattern error"},
    /* on and off */
    {{"hasvoicemail=oN", "enablevmtoemail=TRUE", "dnd=0", "enablemobile=False"}, ""},
    {{"hasvoicemail=ja"}, "hasvoicemail type-error error"},
    {{"enablevmtoemail=custom"}, "enablevmtoemail type-error error"},
    {{"noanswerforward=2"}, "noanswerforward type-error error"},
    {{"busyforward= on"}, "busyforward type-error error"},
    {{"enablemobile=x"}, "enablemobile type-error error"},
    {{"ringsimultaneous=x"}, "ringsimultaneous type-error error"},
    {{"allowbeingmonitored=x"}, "allowbeingmonitored type-error error"},
    {{"dnd=x"}, "dnd type-error error"},
    {{"dnd="}, ""},
    /* forwards */
    {{"ntransferto=VOICEMAIL", "btransferto=custom number"}, ""},
    {{"ntransferto=Mailbox"}, "ntransferto enum error"},
    {{"btransferto=Mailbox"}, "btransferto enum error"},
    {{"ntransferto="}, ""},
    {{"ntransferext=1234567"}, ""},
    {{"ntransferext=12345678"}, "ntransferext length error"},
    {{"ntransferext=x"}, "ntransferext pattern error"},
    {{"btransferext=12345678"}, "btransferext length error"},
    {{"btransferext=x"}, "btransferext pattern error"},
    {{"ntransferext="}, ""},
    {{"ntransferext=", "noanswerforward=on"}, "ntransferext condition error"},
    {{"ntransferext=", "noanswerforward=on", "ntransferto=Voicemail"}, ""},
    {{"btransferext=", "busyforward=on"}, "btransferext condition error"},
    {{"-btransferext", "busyforward=on"}, "btransferext condition error"},
    {{"btransferext="}, ""},
    {{"ntransferprefix=1234567", "btransferprefix=1234567", "mobileprefix=1234567"}, ""},
    {{"ntransferprefix=12345678"}, "ntransferprefix length error"},
    {{"btransferprefix=12345678"}, "btransferprefix length error"},
    {{"mobileprefix=12345678"}, "mobileprefix length error"},
    {{"ntransferprefix=x"}, "ntransferprefix pattern error"},
    {{"btransferprefix=x"}, "btransferprefix pattern error"},
    {{"mobileprefix=x"}, "mobileprefix pattern error"},
    {{"ntransfernum=123456789012345", "btransfernum=123456789012345"}, ""},
    {{"ntransfernum=1234567890123456"}, "ntransfernum length error"},
    {{"btransfernum=1234567890123456"}, "btransfernum length error"},
    {{"ntransfernum=x"}, "ntransfernum pattern error"},
    {{"btransfernum=x"}, "btransfernum pattern error"},
    {{"noanswerforward=on", "ntransferto=Custom Number"}, "ntransfernum condition error"},
    {{"noanswerforward=on", "ntransferto=Custom Number", "ntransfernum=5"}, ""},
    {{"busyforward=on", "btransferto=Custom Number"}, "btransfernum condition error"},
    {{"busyforward=on", "btransferto=Custom Number", "btransfernum=5"}, ""},
    {{"busyforward=off", "btransferto=Custom Number"}, ""},
    /* the rest */
    {{"monitormode=Disabled"}, ""},
    {{"monitormode=extensive"}, ""},
    {{"monitormode=Listen"}, ""},
    {{"monitormode=Whisper"}, ""},
    {{"monitormode=barge-in"}, ""},
    {{"monitormode=Barge in"}, "monitormode enum error"},
    {{"ringtimeout=300"}, ""},
    {{"ringtimeout=20"}, "ringtimeout enum error"},
    {{"ringtimeout=015"}, "ringtimeout enum error"},
    {{"ringtimeout=15s"}, "ringtimeout type-error error"},
    {{"maxduration=unlimited"}, ""},
    {{"maxduration=6000"}, ""},
    {{"maxduration=120"}, "maxduration enum error"},
    /* text that is none */
    {{"username=a\xff"}, "username encoding-error error"},
    {{"username=a\x01"}, "username encoding-error error"},
    {{"username=a\x7f"}, "username encoding-error error"},
    {{"username=a\xc2\x85"}, "username encoding-error error"},
    {{"username=a\xef\xbf\xbf"}, "username encoding-error error"},
    {{"username=a\xef\xbf\xbd"}, ""},
    {{"username=\xed\xa0\x80"}, "username encoding-error error"},
    /* findings of all cells, also when one of a condition is of no use */
    {{"number=x", "email=x", "dnd=x", "monitormode=x", "vmsecret=x"},
     "number pattern error, email pattern error, vmsecret pattern error, monitormode enum error, "
     "dnd type-error error"},
    {{"mobile=", "enablemobile=maybe"}, "enablemobile type-error error"},
    {{"mobile=\xff", "enablemobile=on"}, "mobile encoding-error error"},
};

static void each_rule(void **state)
{
    (void)state;
    size_t differ = 0;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        begin();
        for (size_t k = 0; k < COUNT_OF(cases[i].set) && cases[i].set[k]; k++)
            set(cases[i].set[k]);
        bool well = check();
        assert_int_equal(well, !finding_error(&findings));
        if (strcmp(findings_text(), cases[i].found) != 0) {
            print_error("%s: found '%s', not '%s'\n", cases[i].set[0], findings_text(),
                        cases[i].found);
            differ++;
        }
    }
    assert_int_equal(differ, 0);
}

/* ---- what is sent ---- */

static const struct {
    const char *set;
    const char *sent; /* NULL: nothing */
} values[] = {
    {"number=0007", "0007"},
    {"username=", ""},
    {"-username", NULL},
    {"username=  A  B ", "  A  B "},
    {"callerid=", ""},
    {"registerpassword=", NULL},
    {"loginpassword=", NULL},
    {"maxregistrations=+3", "+3"},
    {"maxregistrations=03", "03"},
    {"maxregistrations=", NULL},
    {"maxregistrations=x", NULL},
    {"email=", NULL},
    {"mobile=", ""},
    {"vmsecret=", ""},
    {"ntransferext=", NULL},
    {"ntransferprefix=", ""},
    {"btransfernum=", ""},
    {"mobileprefix=", ""},
    {"dnd=on", "on"},
    {"dnd=YES", "on"},
    {"dnd=True", "on"},
    {"dnd=1", "on"},
    {"dnd=Off", "off"},
    {"dnd=no", "off"},
    {"dnd=FALSE", "off"},
    {"dnd=0", "off"},
    {"dnd=", NULL},
    {"dnd=2", NULL},
    {"ntransferto=MOBILE NUMBER", "Mobile Number"},
    {"ntransferto=", NULL},
    {"monitormode=BARGE-IN", "Barge-in"},
    {"monitormode=DISABLED", "Disabled"},
    {"ringtimeout=60", "60"},
    {"maxduration=follow system", "Follow System"},
    {"maxduration=900", "900"},
    {"maxduration=", NULL},
};

static void values_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        begin();
        const char *name = set(values[i].set);
        check();
        if (values[i].sent)
            assert_string_equal(sent(name), values[i].sent);
        else
            assert_null(sent(name));
    }
}

/* Whatever is found, no message shows a cell. */
static void messages_never_quote(void **state)
{
    (void)state;
    for (size_t i = 0; i < schema_count(shipped); i++) {
        char text[64];
        snprintf(text, sizeof text, "%s=geheim;'@\n@<", schema_name(shipped, i));
        begin();
        set(text);
        check();
        assert_true(findings.count > 0);
        for (size_t k = 0; k < findings.count; k++) {
            assert_null(strstr(findings.at[k].message, "geheim"));
            assert_true(strlen(findings.at[k].message) > 10);
        }
    }
}

static void findings_name_the_senders_heading(void **state)
{
    (void)state;
    const char *headings[29] = {"Durchwahl"};
    begin();
    set("number=x");
    set("dnd=x");
    assert_false(schema_check(shipped, cells, headings, false, &record, &findings));
    assert_string_equal(findings.at[0].column, "Durchwahl");
    assert_string_equal(findings.at[0].message, "must be digits only");
    assert_string_equal(findings.at[1].column, "dnd");
    assert_string_equal(findings.at[1].message,
                        "must be on or off (yes, no, true, false, 1 and 0 will do)");
}

static void headings_match(void **state)
{
    (void)state;
    static const struct {
        const char *heading;
        int field;
    } headings[] = {
        {"number", 0},
        {"Number", 0},
        {"\xef\xbb\xbfnumber", 0},
        {" NUM-ber. ", 0},
        {"Register Password", 3},
        {"register_password", 3},
        {"Register\xc2\xa0Password", 3},
        {"Register\r\nPassword", 3},
        {"dnd", 28},
        {"", -1},
        {"numbers", -1},
        {"numb", -1},
        {"n\xc3\xbcmber", -1},
        {"numb\xc3\xa9"
         "er",
         -1},
        {"a very long heading that says in many words that this is the number of the extension",
         -1},
    };
    for (size_t i = 0; i < COUNT_OF(headings); i++)
        assert_int_equal(schema_find(shipped, headings[i].heading, strlen(headings[i].heading)),
                         headings[i].field);
}

/* ---- rows one after another ---- */

/* What a row says is its own matter: an equal value is taken as before, one that is nearly equal is
 * looked at, and a mistake is told each time. */
static const struct {
    const char *set, *found, *sent;
} series[] = {
    {"hasvoicemail=yes", "", "on"},
    {"hasvoicemail=yes", "", "on"},
    {"hasvoicemail=ye", "hasvoicemail type-error error", NULL},
    {"hasvoicemail=ye", "hasvoicemail type-error error", NULL},
    {"hasvoicemail=yes", "", "on"},
    {"hasvoicemail=NO", "", "off"},
    {"hasvoicemail=no", "", "off"},
    {"hasvoicemail=", "", NULL},
    {"hasvoicemail=NO", "", "off"},
    {"-hasvoicemail", "", NULL},
    {"monitormode=listen", "", "Listen"},
    {"monitormode=listen", "", "Listen"},
    {"monitormode=listened", "monitormode enum error", "listened"},
    {"monitormode=listened", "monitormode enum error", "listened"},
    {"monitormode=disable", "", "Disable"},
    {"monitormode=disabled", "", "Disabled"},
    {"monitormode=disable", "", "Disable"},
    {"monitormode=", "", NULL},
    {"maxregistrations=3", "", "3"},
    {"maxregistrations=3", "", "3"},
    {"maxregistrations=33", "maxregistrations range error", "33"},
    {"maxregistrations=33", "maxregistrations range error", "33"},
    {"maxregistrations=3", "", "3"},
    {"maxregistrations=0000000000000000000000000000003", "",
     "0000000000000000000000000000003"}, /* longer than what is remembered */
    {"maxregistrations=0000000000000000000000000000009", "maxregistrations range error",
     "0000000000000000000000000000009"},
    {"ringtimeout=30", "", "30"},
    {"ringtimeout=3", "ringtimeout enum error", "3"},
    {"ringtimeout=30", "", "30"},
};

static void series_check(bool forgets)
{
    for (size_t i = 0; i < COUNT_OF(series); i++) {
        begin();
        ON_LEAVE(free_text) char *text = xstrdup(series[i].set); /* gone by the next row */
        const char *name = set(text);
        if (forgets)
            schema_forget(shipped);
        check();
        assert_string_equal(findings_text(), series[i].found);
        const char *got = sent(name);
        if (!got != !series[i].sent || (got && strcmp(got, series[i].sent) != 0))
            fail_msg("row %zu, %s: %s", i, series[i].set, got ? got : "nothing is sent");
    }
}

static void rows_one_after_another(void **state)
{
    (void)state;
    series_check(false);
}

/* Between two imports of a schema that is kept. */
static void what_is_forgotten_makes_no_difference(void **state)
{
    (void)state;
    series_check(true);
}

/* A rule across fields goes by the other cells of the same row. */
static void rules_are_asked_of_each_row(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        begin();
        set("enablemobile=on");
        set(i % 2 ? "mobile=" : "mobile=123");
        check();
        assert_string_equal(findings_text(), i % 2 ? "mobile condition error" : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vendor_example_passes),
        cmocka_unit_test(vendor_request_passes),
        cmocka_unit_test(shipped_schema_says),
        cmocka_unit_test(each_rule),
        cmocka_unit_test(values_sent),
        cmocka_unit_test(messages_never_quote),
        cmocka_unit_test(findings_name_the_senders_heading),
        cmocka_unit_test(headings_match),
        cmocka_unit_test(rows_one_after_another),
        cmocka_unit_test(what_is_forgotten_makes_no_difference),
        cmocka_unit_test(rules_are_asked_of_each_row),
    };
    return cmocka_run_group_tests_name("schema", tests, world_make, world_remove);
}
