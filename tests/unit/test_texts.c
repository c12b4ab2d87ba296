/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people read in their language: single texts, composed messages, numbers and times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glob.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "advice.h"
#include "choices.h"
#include "fault.h"
#include "finding.h"
#include "fsio.h"
#include "json.h"
#include "texts.h"
#include "utf8.h"

static struct buf told;

static const char *message_in(enum language l, const char *message)
{
    buf_reset(&told);
    text_message(&told, l, message);
    return buf_get(&told);
}

static const char *german(const char *message)
{
    return message_in(LANGUAGE_DE, message);
}

static int told_free(void **state)
{
    (void)state;
    buf_free(&told);
    return 0;
}

/* ---- the first question ---- */

#define ASKERS 4
#define TRIES  50

static pthread_barrier_t gate;

static void *ask(void *with)
{
    bool *well = with;
    pthread_barrier_wait(&gate);
    *well = strcmp(text_in(LANGUAGE_DE, "Added: %1"), "Angelegt: %1") == 0;
    return NULL;
}

/* In a process of its own, where nobody has asked yet. */
static int ask_all(void)
{
    pthread_t threads[ASKERS];
    bool well[ASKERS] = {0};
    int missed = 0;
    pthread_barrier_init(&gate, NULL, ASKERS);
    for (size_t i = 0; i < ASKERS; i++)
        if (pthread_create(&threads[i], NULL, ask, &well[i]) != 0)
            abort();
    for (size_t i = 0; i < ASKERS; i++) {
        pthread_join(threads[i], NULL);
        missed += !well[i];
    }
    return missed;
}

static void several_may_be_the_first_to_ask(void **state)
{
    (void)state;
    for (size_t i = 0; i < TRIES; i++) {
        int status = -1;
        pid_t child = fork();
        if (child == 0)
            _exit(ask_all());
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

static void a_language_has_a_tag(void **state)
{
    (void)state;
    assert_string_equal(language_tag(LANGUAGE_EN), "en");
    assert_string_equal(language_tag(LANGUAGE_DE), "de");
}

static void a_text_is_found_or_told_in_english(void **state)
{
    (void)state;
    static const char unknown[] = "no such text";
    assert_string_equal(text_in(LANGUAGE_DE, "March"), "März");
    assert_string_equal(text_in(LANGUAGE_DE, "April"), "April");
    assert_string_equal(text_in(LANGUAGE_EN, "March"), "March");
    assert_ptr_equal(text_in(LANGUAGE_DE, unknown), unknown);
    assert_ptr_equal(text_in(LANGUAGE_EN, unknown), unknown);
    assert_string_equal(text_in(LANGUAGE_DE, ""), "");
    assert_string_equal(text_in(LANGUAGE_DE, "the file is empty"), "die Datei ist leer");
}

static void places_are_filled(void **state)
{
    (void)state;
    const char *const values[] = {"2", "<1%>", "x"};
    buf_reset(&told);
    text_fill(&told, LANGUAGE_DE, "%2 of %1: 100 %%, %3 and %2", values);
    assert_string_equal(buf_get(&told), "<1%> of 2: 100 %, x and <1%>");
    buf_reset(&told);
    text_fill(&told, LANGUAGE_DE, "columns %1 and %2 both are '%3'; keep one of them", values);
    assert_string_equal(buf_get(&told),
                        "die Spalten 2 und <1%> sind beide „x“; behalten Sie nur eine davon");
}

static void every_code_is_told_in_german(void **state)
{
    (void)state;
    for (int code = 1; code < CODE_PBX + 30000; code++) {
        if (code == CODE_NUMBERS_LOST + 1)
            code = CODE_HTTP;
        if (code == CODE_HTTP + 1)
            code = CODE_PBX;
        const char *texts[] = {code_meaning(code), advice_title(code), advice_do(code)};
        for (size_t i = 0; i < COUNT_OF(texts); i++) {
            if (strcmp(text_in(LANGUAGE_DE, texts[i]), texts[i]) == 0)
                fail_msg("not in German: %s", texts[i]);
        }
    }
}

/* ---- composed messages ---- */

/* What libcurl says stands within a sentence of ours. */
static void others_words_are_translated(void **state)
{
    (void)state;
    static const struct {
        const char *english, *german;
    } cases[] = {
        {"the PBX cannot be reached: Failed to connect to 10.0.0.5 port 8088: Couldn't connect to "
         "server",
         "die Telefonanlage ist nicht erreichbar: zu 10.0.0.5, Port 8088, kommt keine Verbindung "
         "zustande"},
        {"the PBX cannot be reached: Could not resolve host: pbx.example",
         "die Telefonanlage ist nicht erreichbar: der Servername pbx.example ist nicht bekannt"},
        {"the PBX cannot be reached: gnutls_handshake() failed: An unexpected TLS packet was "
         "received.",
         "die Telefonanlage ist nicht erreichbar: eine verschlüsselte Verbindung kommt nicht "
         "zustande: unter dieser Adresse wird nicht verschlüsselt"},
        {"the PBX cannot be reached: SSL: certificate subject name (a.example) does not match "
         "target host name 'b.example'",
         "die Telefonanlage ist nicht erreichbar: ihr Zertifikat gilt für a.example und nicht für "
         "b.example"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_string_equal(german(cases[i].english), cases[i].german);
        assert_string_equal(message_in(LANGUAGE_EN, cases[i].english), cases[i].english);
    }
}

static void what_varies_stands_in_the_translation(void **state)
{
    (void)state;
    static const struct {
        const char *english, *german;
    } cases[] = {
        {"the row is empty", "die Zeile ist leer"},
        {"the row has 1 cells, the heading line has 3",
         "die Zeile hat 1 Zellen, die Kopfzeile hat 3"},
        {"the required column 'number' is missing: numbr → number?",
         "die erforderliche Spalte „number“ fehlt: numbr → number?"},
        {"the required column 'Straße' is missing", "die erforderliche Spalte „Straße“ fehlt"},
        {"the quote opened in line 13 is never closed",
         "das in Zeile 13 geöffnete Anführungszeichen wird nicht geschlossen"},
        {"the heading line cannot be read: a quote is opened and never closed",
         "die Kopfzeile kann nicht gelesen werden: ein Anführungszeichen wird geöffnet, aber nicht "
         "geschlossen"},
        {"has one of ! % . @ : ; & \" ' \\ < > ` $, which the PBX may refuse",
         "enthält eines der Zeichen ! % . @ : ; & \" ' \\ < > ` $, die die Telefonanlage "
         "vielleicht "
         "ablehnt"},
        {"must be one of: Extension, Voicemail",
         "muss einer dieser Werte sein: Extension, Voicemail"},
        {"was changed by the profile: trim, map", "wurde vom Profil geändert: trim, map"},
        {"the PBX answered this row badly each time: last answer http-503",
         "die Telefonanlage hat auf diese Zeile jedes Mal fehlerhaft geantwortet: letzte Antwort "
         "http-503"},
        {"the same bytes were imported before, as 000041",
         "genau diese Datei wurde schon einmal importiert, als Nummer 000041"},
        /* a reason: the heading and what is wrong with it */
        {"number: the required column 'number' is missing",
         "number: die erforderliche Spalte „number“ fehlt"},
        {"Tel.: home: must be digits only", "Tel.: home: darf nur aus Ziffern bestehen"},
        {"this is a gzip archive; unpack it first", "dies ist ein gzip-Archiv; entpacken Sie es "
                                                    "zuerst"},
        {"open '/var/x.csv': No such file or directory",
         "„/var/x.csv“ lässt sich nicht öffnen: Datei oder Ordner nicht gefunden"},
        {"the PBX cannot be reached: no answer came in time",
         "die Telefonanlage ist nicht erreichbar: es kam nicht rechtzeitig eine Antwort"},
        {"the PBX cannot be reached: Couldn't resolve host name",
         "die Telefonanlage ist nicht erreichbar: Couldn't resolve host name"},
        {"the [secrets] command ends with 3",
         "der Befehl für die neuen Passwörter ([secrets] command) endet mit 3"},
        {"run the [secrets] command 'gpg': No such file or directory",
         "der Befehl für die neuen Passwörter ([secrets] command) lässt sich nicht starten "
         "(„gpg“): "
         "Datei oder Ordner nicht gefunden"},
        /* the least and the most that can stand in a place */
        {"must match the pattern ", "muss dem Muster  entsprechen"},
        {"there is no mapping profile '''", "es gibt kein Profil „'“"},
        {"created", "angelegt"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_string_equal(german(cases[i].english), cases[i].german);
        assert_string_equal(message_in(LANGUAGE_EN, cases[i].english), cases[i].english);
    }
}

/* Words of the page are no part of a message: a heading is told as it stands in the file. */
static void headings_of_others_stay(void **state)
{
    (void)state;
    assert_string_equal(german("May: must be digits only"), "May: darf nur aus Ziffern bestehen");
    assert_string_equal(german("created: must be digits only"),
                        "created: darf nur aus Ziffern bestehen");
    assert_string_equal(german("the required column 'created' is missing"),
                        "die erforderliche Spalte „created“ fehlt");
    assert_string_equal(german("this column is not known and is left out: must be 1 to 5 → May?"),
                        "diese Spalte ist nicht bekannt und wird ausgelassen: must be 1 to 5 → "
                        "May?");
}

static void what_is_not_known_is_told_as_it_is(void **state)
{
    (void)state;
    static const char *const others[] = {
        "",
        "must be three digits, the first of them 2 or 3",
        "the row is empt",
        "the row is emptyy",
        "columns 1 and 2 both are 'x'; keep one of the",
        "a number that ends with 5",
        "what else: it is; and that takes too long",
        "%",
        "%1",
        "%1 %2 %3, %4 (%5)",
        "100 % of it",
        "%%",
        "→",
    };
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_string_equal(german(others[i]), others[i]);
}

/* All that the cases want to be told is told in German, but what their own schemas say. */
static const char *const own_words[] = {
    "must be three digits, the first of them 2 or 3",
    "must have a sign in it",
};

static bool is_own(const char *message)
{
    for (size_t i = 0; i < COUNT_OF(own_words); i++)
        if (strcmp(own_words[i], message) == 0)
            return true;
    return false;
}

static void assert_german(const char *message, const char *path)
{
    const char *text = german(message);
    if (strcmp(text, message) == 0 && !is_own(message))
        fail_msg("%s: not in German: %s", path, message);
    assert_int_equal(utf8_valid(text, strlen(text)), strlen(text));
}

static char *file_text(const char *path, size_t *ret_len)
{
    struct fault f = {0};
    char *text = NULL;
    if (!fsio_slurp(path, 1 << 24, &text, ret_len, &f))
        fail_msg("%s", f.text);
    return text;
}

/* A line for the report and one for each problem. */
static size_t messages_look(const char *path)
{
    size_t len = 0;
    size_t count = 0;
    char *text = file_text(path, &len);
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        struct json_object *message = NULL;
        struct fault f = {0};
        if (!line[0])
            continue;
        struct json_object *one = json_parse_strict(line, strlen(line), &f);
        if (!one)
            fail_msg("%s: %s", path, f.text);
        if (json_object_object_get_ex(one, "message", &message)) {
            assert_german(json_object_get_string(message), path);
            count++;
        }
        json_object_put(one);
    }
    free(text);
    return count;
}

static size_t choices_look(const char *path)
{
    size_t len = 0;
    char *text = file_text(path, &len);
    const char *at = text;
    struct choice choice;
    size_t count = 0;
    while (choices_next(&at, &choice)) {
        char *reason = xstrndup(choice.reason.at, choice.reason.len);
        char *what = xstrndup(choice.what.at, choice.what.len);
        assert_german(reason, path);
        assert_german(what, path);
        free(reason);
        free(what);
        count++;
    }
    free(text);
    return count;
}

static size_t each_file(const char *pattern, size_t (*look)(const char *path))
{
    glob_t found;
    size_t count = 0;
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        count += look(found.gl_pathv[i]);
    globfree(&found);
    return count;
}

static void what_the_cases_want_is_told_in_german(void **state)
{
    (void)state;
    assert_true(each_file("tests/cases/*/want*.json", messages_look) > 200);
    assert_true(each_file("tests/cases/*/want.choices", choices_look) > 20);
}

/* ---- messages that somebody made up ---- */

/* Parts of lines, and of others, in any order: each is told, well-formed, and not much longer. */
static void hostile_messages_stay_bounded(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "the quote opened in line ",
        "columns ",
        " and ",
        " both are '",
        "'; keep one of them",
        ": ",
        "; ",
        "the PBX cannot be reached: ",
        "this is ",
        "the required column '",
        "' is missing: ",
        " → ",
        "?",
        "ß",
        "\U0001F600",
        "%1",
        "%",
        "the heading line cannot be read: ",
        "",
        "the row is empty",
    };
    uint32_t chance = 1;
    struct buf message = {.most = sizeof((struct finding *)0)->message - 1};
    for (int n = 0; n < 20000; n++) {
        buf_reset(&message);
        do
            chance = chance * 1664525 + 1013904223;
        while (buf_text(&message, parts[(chance >> 16) % COUNT_OF(parts)]) && (chance >> 28) != 0);
        const char *text = german(buf_get(&message));
        assert_int_equal(utf8_valid(text, strlen(text)), strlen(text));
        assert_true(strlen(text) <= 4 * message.len + 100);
    }
    buf_free(&message);
}

/* As long as choices may be, and of what most lines have in them. */
static void a_long_message_is_told(void **state)
{
    (void)state;
    struct buf message = {0};
    while (message.len < CHOICES_ROOM)
        buf_text(&message, ": ");
    assert_string_equal(german(buf_get(&message)), buf_get(&message));
    buf_free(&message);
}

/* ---- numbers and times ---- */

static void thousands_are_separated(void **state)
{
    (void)state;
    static const struct {
        uint64_t count;
        const char *english, *german;
    } cases[] = {
        {0, "0", "0"},
        {999, "999", "999"},
        {1000, "1,000", "1.000"},
        {100000, "100,000", "100.000"},
        {1234567, "1,234,567", "1.234.567"},
        {UINT64_MAX, "18,446,744,073,709,551,615", "18.446.744.073.709.551.615"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        buf_reset(&told);
        text_count(&told, LANGUAGE_EN, cases[i].count);
        assert_string_equal(buf_get(&told), cases[i].english);
        buf_reset(&told);
        text_count(&told, LANGUAGE_DE, cases[i].count);
        assert_string_equal(buf_get(&told), cases[i].german);
    }
}

#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3" /* whatever zones are installed */

static void times_are_those_of_the_server(void **state)
{
    (void)state;
    static const struct {
        int64_t wall;
        const char *zone, *english, *german;
    } cases[] = {
        {1714552200125, "UTC", "1 May 2024, 08:30 (UTC)", "1. Mai 2024, 08:30 Uhr (UTC)"},
        {1714552200125, BERLIN, "1 May 2024, 10:30 (CEST)", "1. Mai 2024, 10:30 Uhr (MESZ)"},
        {1735686000000, BERLIN, "1 January 2025, 00:00 (CET)", "1. Januar 2025, 00:00 Uhr (MEZ)"},
        {1711846799999, BERLIN, "31 March 2024, 01:59 (CET)", "31. März 2024, 01:59 Uhr (MEZ)"},
        {1711846800000, BERLIN, "31 March 2024, 03:00 (CEST)", "31. März 2024, 03:00 Uhr (MESZ)"},
        {1714552200125, "EST5EDT,M3.2.0,M11.1.0", "1 May 2024, 04:30 (EDT)",
         "1. Mai 2024, 04:30 Uhr (EDT)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(setenv("TZ", cases[i].zone, 1), 0);
        tzset();
        buf_reset(&told);
        text_time(&told, LANGUAGE_EN, cases[i].wall);
        assert_string_equal(buf_get(&told), cases[i].english);
        buf_reset(&told);
        text_time(&told, LANGUAGE_DE, cases[i].wall);
        assert_string_equal(buf_get(&told), cases[i].german);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_may_be_the_first_to_ask), /* before all that ask */
        cmocka_unit_test(a_language_has_a_tag),
        cmocka_unit_test(a_text_is_found_or_told_in_english),
        cmocka_unit_test(places_are_filled),
        cmocka_unit_test(every_code_is_told_in_german),
        cmocka_unit_test(what_varies_stands_in_the_translation),
        cmocka_unit_test(others_words_are_translated),
        cmocka_unit_test(headings_of_others_stay),
        cmocka_unit_test(what_is_not_known_is_told_as_it_is),
        cmocka_unit_test(what_the_cases_want_is_told_in_german),
        cmocka_unit_test(hostile_messages_stay_bounded),
        cmocka_unit_test(a_long_message_is_told),
        cmocka_unit_test(thousands_are_separated),
        cmocka_unit_test(times_are_those_of_the_server),
    };
    return cmocka_run_group_tests(tests, NULL, told_free);
}
