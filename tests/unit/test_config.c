/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "folder.h"

#include "buf.h"

/* ---- reading a text ---- */

static struct config *read_good(const char *text)
{
    struct config *c = NULL;
    struct fault f = {0};
    if (!config_read(put("x.conf", text), &c, &f))
        fail_msg("refused: %s", f.text);
    return c;
}

/* The text is refused, and the message goes on with this after the file's name. */
static void assert_refused(const char *text, const char *message)
{
    struct config *c = (struct config *)folder; /* must stay as it is */
    struct fault f = {0};
    char wanted[256];
    const char *path = put("x.conf", text);
    snprintf(wanted, sizeof wanted, "%s:%s", path, message);
    if (config_read(path, &c, &f))
        fail_msg("taken: %s", text);
    assert_string_equal(f.text, wanted);
    assert_int_equal(f.kind, FAULT_CONFIG);
    assert_ptr_equal(c, folder);
}

/* One key's value and how it is printed afterwards. */
static void assert_prints(const char *section, const char *line, const char *printed)
{
    char text[512];
    char wanted[512];
    struct buf out = {0};
    snprintf(text, sizeof text, "[%s]\n%s\n", section, line);
    snprintf(wanted, sizeof wanted, "\n%s\n", printed);
    struct config *c = read_good(text);
    config_print(c, &out);
    if (!strstr(buf_get(&out), wanted))
        fail_msg("'%s' is not printed as '%s'", line, printed);
    buf_free(&out);
    config_free(c);
}

/* ---- defaults ---- */

static void defaults_are_the_documented_ones(void **state)
{
    (void)state;
    struct config *c = read_good("");

    assert_string_equal(c->spool.directory, "/var/spool/extspoold");
    assert_string_equal(c->spool.pattern, "*.csv *.tsv *.txt");
    assert_int_equal(c->spool.ready, READY_SETTLE);
    assert_int_equal(c->spool.settle, 2000);
    assert_int_equal(c->spool.rescan, 60000);
    assert_int_equal(c->spool.max_bytes, INT64_C(4) << 30);
    assert_int_equal(c->spool.max_rows, 20000000);
    assert_string_equal(c->import.schema, "");
    assert_string_equal(c->import.profiles, "");
    assert_string_equal(c->import.profile, "auto");
    assert_int_equal(c->import.mode, MODE_VALID_ROWS);
    assert_int_equal(c->import.existing, EXISTING_FAIL);
    assert_true(c->import.max_invalid == 100.0);
    assert_int_equal(c->import.max_rows_changed, 0);
    assert_true(c->import.max_shrink == 0.0);
    assert_int_equal(c->import.max_record, 1 << 20);
    assert_int_equal(c->import.max_columns, 16384);
    assert_string_equal(c->pbx.url, "");
    assert_string_equal(c->pbx.username, "");
    assert_string_equal(c->pbx.password_file, "");
    assert_int_equal(c->pbx.format, FORMAT_JSON);
    assert_int_equal(c->pbx.event_port, 8260);
    assert_int_equal(c->pbx.concurrency, 0);
    assert_true(c->pbx.rate == 0.0);
    assert_int_equal(c->pbx.connect_timeout, 10000);
    assert_int_equal(c->pbx.timeout, 30000);
    assert_string_equal(c->pbx.ca_file, "");
    assert_string_equal(c->pbx.proxy, "");
    assert_int_equal(c->retry.first, 500);
    assert_int_equal(c->retry.most, 60000);
    assert_int_equal(c->retry.attempts, 8);
    assert_int_equal(c->retry.give_up, 24 * 3600 * 1000);
    assert_int_equal(c->report.formats, REPORT_JSON | REPORT_CSV | REPORT_HTML);
    assert_int_equal(c->report.keep, INT64_C(90) * 24 * 3600 * 1000);
    assert_int_equal(c->secrets.keep, INT64_C(30) * 24 * 3600 * 1000);
    assert_string_equal(c->secrets.command, "");
    assert_string_equal(c->state.directory, "/var/lib/extspoold");
    assert_int_equal(c->log.level, LOG_LEVEL_INFO);
    assert_int_equal(c->log.target, LOG_TARGET_AUTO);
    assert_string_equal(c->metrics.textfile, "");
    assert_string_equal(c->notify.command, "");
    assert_int_equal(c->notify.timeout, 60000);
    assert_string_equal(c->notify.expect, "");
    config_free(c);
}

static void no_file_means_defaults(void **state)
{
    (void)state;
    if (access(CONFIG_FILE, F_OK) == 0 || access(CONFIG_FILE ".d", F_OK) == 0)
        skip(); /* this machine has an own configuration */

    struct config *c = NULL;
    struct fault f = {0};
    assert_true(config_read(NULL, &c, &f));
    assert_string_equal(c->state.directory, "/var/lib/extspoold");
    config_free(c);
}

static void named_file_must_be_there(void **state)
{
    (void)state;
    struct config *c = NULL;
    struct fault f = {0};
    assert_false(config_read(path_of("none.conf"), &c, &f));
    assert_int_equal(f.kind, FAULT_CONFIG);
    assert_non_null(strstr(f.text, path_of("none.conf")));
    assert_null(c);
}

/* ---- every key, every form of value ---- */

/* No value is the default one. */
static const char all_keys[] = "[spool]\n"
                               "directory=/srv/spool ;1\n"
                               "pattern=*.csv ;*.x\n"
                               "ready=done-file\n"
                               "settle=1500ms\n"
                               "rescan=0\n"
                               "max_bytes=3M\n"
                               "max_rows=1k\n"
                               "[import]\n"
                               "schema=/a/b.json\n"
                               "profiles=/a/profiles\n"
                               "profile=own\n"
                               "mode=all-or-nothing\n"
                               "existing=skip\n"
                               "max_invalid=2.5%\n"
                               "max_rows_changed=500\n"
                               "max_shrink=40%\n"
                               "max_record=64k\n"
                               "max_columns=100\n"
                               "[pbx]\n"
                               "url=https://[fe80::1]:9011/pbx\n"
                               "username=api = \"x\"\n"
                               "password_file=/etc/p\n"
                               "format=xml\n"
                               "event_port=65535\n"
                               "concurrency=auto\n"
                               "rate=0.125\n"
                               "connect_timeout=1s\n"
                               "timeout=1h\n"
                               "ca_file=/etc/ca.pem\n"
                               "proxy=socks5h://127.0.0.1:1080\n"
                               "[retry]\n"
                               "first=1ms\n"
                               "most=2ms\n"
                               "attempts=1\n"
                               "give_up=2d\n"
                               "[report]\n"
                               "formats=json html\n"
                               "language=de\n"
                               "keep=0\n"
                               "receipts=/srv/receipts\n"
                               "[secrets]\n"
                               "keep=1h\n"
                               "command=/usr/bin/age -r key\n"
                               "[state]\n"
                               "directory=state\n"
                               "[log]\n"
                               "level=debug\n"
                               "target=stderr\n"
                               "[metrics]\n"
                               "textfile=/run/x.prom\n"
                               "[status]\n"
                               "listen=[::1]:9180\n"
                               "token_file=/etc/t\n"
                               "[notify]\n"
                               "command=/usr/bin/tell a b\n"
                               "timeout=5s\n"
                               "expect=bamboohr Mon-Fri 06:00, personio 7:30\n";

static void what_is_printed_reads_as_the_same(void **state)
{
    (void)state;
    const char *const texts[] = {"", all_keys};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct buf first = {0};
        struct buf second = {0};
        struct config *c = read_good(texts[i]);
        config_print(c, &first);
        config_free(c);
        c = read_good(buf_get(&first));
        config_print(c, &second);
        config_free(c);
        assert_string_equal(buf_get(&first), buf_get(&second));
        buf_free(&first);
        buf_free(&second);
    }
}

/* What is printed, without blank lines and comments. */
static void print_bare(const struct config *c, struct buf *to)
{
    struct buf out = {0};
    config_print(c, &out);
    for (const char *line = buf_get(&out); *line;) {
        size_t len = strcspn(line, "\n") + 1;
        if (line[0] != '#' && line[0] != '\n')
            buf_add(to, line, len);
        line += len;
    }
    buf_free(&out);
}

static void every_key_is_printed_as_it_was_set(void **state)
{
    (void)state;
    struct buf bare = {0};
    struct config *c = read_good(all_keys);
    print_bare(c, &bare);
    assert_string_equal(buf_get(&bare), all_keys);
    buf_free(&bare);
    config_free(c);
}

static void words_have_the_documented_numbers(void **state)
{
    (void)state;
    struct config *c = read_good(all_keys);
    assert_int_equal(c->spool.ready, READY_DONE_FILE);
    assert_int_equal(c->import.mode, MODE_ALL_OR_NOTHING);
    assert_int_equal(c->import.existing, EXISTING_SKIP);
    assert_int_equal(c->pbx.format, FORMAT_XML);
    assert_int_equal(c->pbx.concurrency, 0);
    assert_int_equal(c->report.formats, REPORT_JSON | REPORT_HTML);
    assert_int_equal(c->log.level, LOG_LEVEL_DEBUG);
    assert_int_equal(c->log.target, LOG_TARGET_STDERR);
    config_free(c);

    c = read_good("[spool]\nready=rename\n[report]\nformats=csv\n"
                  "[log]\nlevel=warning\ntarget=journal\n");
    assert_int_equal(c->spool.ready, READY_RENAME);
    assert_int_equal(c->report.formats, REPORT_CSV);
    assert_int_equal(c->log.level, LOG_LEVEL_WARNING);
    assert_int_equal(c->log.target, LOG_TARGET_JOURNAL);
    config_free(c);
}

static const struct {
    const char *section, *line, *printed;
} good[] = {
    {"spool", "settle=2000ms", "settle=2s"},
    {"spool", "settle=0", "settle=0"},
    {"spool", "settle=0s", "settle=0"},
    {"spool", "settle=3600s", "settle=1h"},
    {"spool", "rescan=24h", "rescan=1d"},
    {"spool", "rescan=1m", "rescan=60s"}, /* the default, as it is documented */
    {"spool", "max_bytes=1024k", "max_bytes=1M"},
    {"spool", "max_bytes=1000", "max_bytes=1000"},
    {"spool", "max_bytes=1048577", "max_bytes=1048577"},
    {"spool", "max_rows=20000k", "max_rows=20M"},
    {"spool", "max_rows=1024", "max_rows=1024"},
    {"import", "max_invalid=0", "max_invalid=0%"},
    {"import", "max_invalid=33.333%", "max_invalid=33.333%"},
    {"import", "max_invalid=0.000001%", "max_invalid=0.000001%"},
    {"pbx", "rate=100000", "rate=100000"},
    {"pbx", "rate=0.10", "rate=0.1"},
    {"pbx", "concurrency=256", "concurrency=256"},
    {"pbx", "url=http://pbx.example.org:9011/", "url=http://pbx.example.org:9011"},
    {"pbx", "url=HTTP://10.0.0.1", "url=HTTP://10.0.0.1"},
    {"pbx", "url=http://pbx/a@b//", "url=http://pbx/a@b"},
    {"pbx", "url=https://[::1]", "url=https://[::1]"},
    {"pbx", "url=", "url="},
    {"status", "listen=127.0.0.1:9180", "listen=127.0.0.1:9180"},
    {"status", "listen=localhost:9180", "listen=localhost:9180"},
    {"status", "listen=0.0.0.0:0", "listen=0.0.0.0:0"},
    {"status", "listen=[::1]:65535", "listen=[::1]:65535"},
    {"status", "listen=/run/extspoold/status.sock", "listen=/run/extspoold/status.sock"},
    {"status", "listen=", "listen="},
    {"report", "formats=html\tcsv csv", "formats=csv html"},
    /* what libinih would do otherwise: cut, read on in the line above, take ':' for '=' */
    {"spool", "pattern=*.csv ;*.x", "pattern=*.csv ;*.x"},
    {"spool", "pattern=;*.x # y", "pattern=;*.x # y"},
    {"spool", "\t pattern \t=\t *.x \t\r", "pattern=*.x"},
    {"pbx", "username=a=b:c", "username=a=b:c"},
    {"pbx", "username=ünï", "username=ünï"},
};

static void values_are_taken_in_every_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_prints(good[i].section, good[i].line, good[i].printed);
}

#define DURATION "must be a number with its unit (ms, s, m, h or d), or 0"
#define PERCENT  "must be a percentage such as 5% or 2.5%, or 0"
#define LISTEN   "must be an address with a port"
#define SCHEMES  "(http://, https://HOST…)"

static const struct {
    const char *section, *line, *message;
} bad[] = {
    {"spool", "settle=2", DURATION},
    {"notify", "expect=p Mon-Fri 24:00", "has a time that is none: 00:00 to 23:59"},
    {"notify", "timeout=0", "must be from 1ms to 1h"},
    {"spool", "settle=", DURATION},
    {"spool", "settle=s", DURATION},
    {"spool", "settle=2 s", DURATION},
    {"spool", "settle=1.5s", DURATION},
    {"spool", "settle=-1s", DURATION},
    {"spool", "settle=2S", DURATION},
    {"spool", "settle=61m", "must be from 0 to 1h"},
    {"spool", "settle=99999999999999999999s", "must be from 0 to 1h"},
    {"spool", "rescan=25h", "must be from 0 to 1d"},
    {"spool", "max_bytes=4T", "must be a number of bytes, or one with k, M or G"},
    {"spool", "max_bytes=16385G", "must be from 0 to 16384G"},
    {"spool", "max_rows=1G", "must be a number of rows, or one with k or M"},
    {"spool", "directory=", "needs a value"},
    {"spool", "pattern=", "needs a value"},
    {"spool", "ready=Settle", "must be one of: settle rename done-file"},
    {"spool", "ready=", "must be one of: settle rename done-file"},
    {"import", "profile=", "needs a value"},
    {"import", "max_invalid=5", PERCENT},
    {"import", "max_invalid=nan%", PERCENT},
    {"import", "max_invalid=0x1%", PERCENT},
    {"import", "max_invalid=5.%", PERCENT},
    {"import", "max_invalid=100.1%", "must be from 0 to 100%"},
    {"pbx", "event_port=0", "must be from 1 to 65535"},
    {"pbx", "event_port=65536", "must be from 1 to 65535"},
    {"pbx", "event_port=auto", "must be a number"},
    {"pbx", "concurrency=0", "must be from 1 to 256"},
    {"pbx", "concurrency=257", "must be from 1 to 256"},
    {"pbx", "rate=fast", "must be a number such as 20 or 0.5"},
    {"pbx", "timeout=0", "must be from 1ms to 1h"},
    {"retry", "attempts=0", "must be from 1 to 1000"},
    {"report", "formats=json pdf", "must be some of: json csv html"},
    {"report", "formats=", "must be some of: json csv html"},
    {"status", "listen=9180", LISTEN},
    {"status", "listen=localhost", LISTEN},
    {"status", "listen=localhost.:9180", LISTEN},
    {"status", "listen=[localhost]:9180", LISTEN},
    {"status", "listen=example.org:9180", LISTEN},
    {"status", "listen=127.0.0.1", LISTEN},
    {"status", "listen=127.0.0.1:", LISTEN},
    {"status", "listen=127.0.0.1:65536", LISTEN},
    {"status", "listen=127.0.0.1:-1", LISTEN},
    {"status", "listen=127.0.0.1:000080", LISTEN},
    {"status", "listen=127.1:80", LISTEN},
    {"status", "listen=::1:9180", LISTEN},
    {"status", "listen=[::1]9180", LISTEN},
    {"status", "listen=[::1:9180", LISTEN},
    {"status", "listen=[]:9180", LISTEN},
    {"status", "listen=[:9180", LISTEN},
    {"status", "listen=[127.0.0.1]:9180", LISTEN},
    {"status", "listen=:9180", LISTEN},
    {"status", "listen=/", LISTEN},
    {"status", "listen=/run/", LISTEN},
    {"status", "listen=status.sock", LISTEN},
    {"pbx", "url=pbx:9011", SCHEMES},
    {"pbx", "url=ftp://pbx", SCHEMES},
    {"pbx", "url=http:/pbx", SCHEMES},
    {"pbx", "url=http://", SCHEMES},
    {"pbx", "url=http://:9011", SCHEMES},
    {"pbx", "url=http:///x", SCHEMES},
    {"pbx", "url=http://pbx:", SCHEMES},
    {"pbx", "url=http://pbx:0", SCHEMES},
    {"pbx", "url=http://pbx:65536", SCHEMES},
    {"pbx", "url=http://pbx:80a", SCHEMES},
    {"pbx", "url=http://[::1", SCHEMES},
    {"pbx", "url=http://[::1]x", SCHEMES},
    {"pbx", "url=http://[]", SCHEMES},
    {"pbx", "url=http://pbx?x=1", SCHEMES},
    {"pbx", "url=http://pbx/#x", SCHEMES},
    {"pbx", "url=http://p bx", SCHEMES},
    {"pbx", "url=http://pbx\\x", SCHEMES},
    {"pbx", "proxy=pbx:3128", "HOST…)"},
};

static void bad_values_are_refused_by_name_and_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct config *c = NULL;
        struct fault f = {0};
        char text[256];
        char where[256];
        snprintf(text, sizeof text, "\n[%s]\n%s\n", bad[i].section, bad[i].line);
        snprintf(where, sizeof where, "x.conf:3: [%s] %.*s ", bad[i].section,
                 (int)strcspn(bad[i].line, "="), bad[i].line);
        if (config_read(put("x.conf", text), &c, &f))
            fail_msg("taken: %s", bad[i].line);
        if (!strstr(f.text, where) || !strstr(f.text, bad[i].message))
            fail_msg("%s: %s", bad[i].line, f.text);
    }
}

static void secret_in_a_url_is_refused_and_not_quoted(void **state)
{
    (void)state;
    const char *const keys[] = {"url", "proxy"};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct config *c = NULL;
        struct fault f = {0};
        char text[128];
        snprintf(text, sizeof text, "[pbx]\n%s=http://admin:hunter2@pbx\n", keys[i]);
        assert_false(config_read(put("x.conf", text), &c, &f));
        assert_non_null(strstr(f.text, "must hold no user name and no password"));
        assert_null(strstr(f.text, "hunter2"));
    }
}

static void first_pause_is_not_longer_than_the_longest(void **state)
{
    (void)state;
    assert_refused("[retry]\nfirst=2m\n", " [retry] first is longer than most");
    config_free(read_good("[retry]\nfirst=60s\n"));
}

/* ---- the file's form ---- */

static void lines_that_do_not_belong_are_refused(void **state)
{
    (void)state;
    assert_refused("\n# x\n[pool]\n", "3: unknown section 'pool'");
    assert_refused("[]\n", "1: unknown section ''");
    assert_refused("[spool]\nsettle=1s\nsetle=2s\n", "3: unknown key 'setle' in this section");
    assert_refused("[pbx]\nsettle=1s\n", "2: unknown key 'settle' in this section");
    assert_refused("settle=1s\n[spool]\n", "1: key 'settle' stands before the first [section]");
    assert_refused("[spool]\nsettle=1s\n\n[pbx]\n[spool]\nsettle=1s\n",
                   "6: [spool] settle stands here a second time");
    assert_refused("[spool]\nsettle\n", "2: is neither [SECTION] nor KEY = VALUE");
    assert_refused("[spool]\nsettle: 2s\n", "2: is neither [SECTION] nor KEY = VALUE");
    assert_refused("[spool]\n\n junk\nsettle=bad\n", "3: is neither [SECTION] nor KEY = VALUE");
    assert_refused("[spool]\nsettle ;=2s\n", "2: is neither [SECTION] nor KEY = VALUE");
    assert_refused("[spool\n", "1: a section stands alone on its line, as [NAME]");
    assert_refused("[spool] ; x\n", "1: a section stands alone on its line, as [NAME]");
    assert_refused("[spool]\nset\033tle=1s\n", "2: holds a control character");
    assert_refused("[spool]\rsettle=1s\r", "1: holds a control character");
    assert_refused("[spool]\nsettle=1s\n  more\n", "3: is neither [SECTION] nor KEY = VALUE");
}

static void earliest_of_two_errors_is_named(void **state)
{
    (void)state;
    assert_refused("[spool]\njunk\nsettle=2\n", "2: is neither [SECTION] nor KEY = VALUE");
    assert_refused("[spool]\nsettl=2\njunk\n", "2: unknown key 'settl' in this section");
}

static void nul_byte_is_refused(void **state)
{
    (void)state;
    static const char bytes[] = "[spool]\nsettle=1s\0\n";
    struct config *c = NULL;
    struct fault f = {0};
    assert_false(config_read(put_bytes("x.conf", bytes, sizeof bytes - 1), &c, &f));
    assert_non_null(strstr(f.text, "x.conf:2: holds a control character"));
}

static void comments_bom_and_line_ends(void **state)
{
    (void)state;
    struct config *c = read_good("\xef\xbb\xbf; x\r\n  # = y\r\n\r\n[spool]\r\nsettle=7s");
    assert_int_equal(c->spool.settle, 7000);
    config_free(c);

    assert_refused("\xef\xbb\xbf[pool]\n", "1: unknown section 'pool'");
}

static void long_lines_are_refused_not_cut(void **state)
{
    (void)state;
    struct buf text = {0};
    struct config *c;

    buf_format(&text, "# %0500d\n[spool]\npattern=%0191d\n", 0, 1); /* a line of 199 bytes */
    c = read_good(buf_get(&text));
    assert_int_equal(strlen(c->spool.pattern), 191);
    config_free(c);

    buf_reset(&text);
    buf_format(&text, "[spool]\npattern=%0192d\n", 1);
    assert_refused(buf_get(&text), "2: is longer than 199 bytes");
    buf_free(&text);
}

/* ---- the folder beside the file ---- */

static void later_files_win(void **state)
{
    (void)state;
    const char *path = put("x.conf", "[spool]\nsettle=1s\nrescan=1s\n[pbx]\nrate=1\n");
    assert_int_equal(mkdir(path_of("x.conf.d"), 0700), 0);
    put("x.conf.d/20-b.conf", "[spool]\nsettle=3s\n");
    put("x.conf.d/10-a.conf", "[spool]\nsettle=2s\nrescan=2s\n");
    put("x.conf.d/30-c.conf~", "broken");
    put("x.conf.d/.hidden.conf", "broken");
    put("x.conf.d/README", "broken");
    put("x.conf.d/.conf", "broken");

    struct config *c = NULL;
    struct fault f = {0};
    assert_true(config_read(path, &c, &f));
    assert_int_equal(c->spool.settle, 3000);
    assert_int_equal(c->spool.rescan, 2000);
    assert_true(c->pbx.rate == 1.0);
    config_free(c);

    put("x.conf.d/15.conf", "\n[spool]\nx=y\n");
    assert_false(config_read(path, &c, &f));
    assert_non_null(strstr(f.text, "x.conf.d/15.conf:3: unknown key 'x' in this section"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_are_the_documented_ones),
        TEST(no_file_means_defaults),
        TEST(named_file_must_be_there),
        TEST(what_is_printed_reads_as_the_same),
        TEST(every_key_is_printed_as_it_was_set),
        TEST(words_have_the_documented_numbers),
        TEST(values_are_taken_in_every_form),
        TEST(bad_values_are_refused_by_name_and_line),
        TEST(secret_in_a_url_is_refused_and_not_quoted),
        TEST(first_pause_is_not_longer_than_the_longest),
        TEST(lines_that_do_not_belong_are_refused),
        TEST(earliest_of_two_errors_is_named),
        TEST(nul_byte_is_refused),
        TEST(comments_bom_and_line_ends),
        TEST(long_lines_are_refused_not_cut),
        TEST(later_files_win),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
