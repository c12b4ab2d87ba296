/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>

#include "folder.h"

#include "buf.h"

static struct config *read_good(const char *text)
{
    struct config *c = NULL;
    struct fault f = {0};
    if (!config_read(put("x.conf", text), &c, &f))
        fail_msg("refused: %s", f.text);
    return c;
}

/* ---- the password ---- */

/* Returns what is read with this password_file and $CREDENTIALS_DIRECTORY (NULL: unset); the
 * caller frees it. NULL when it is refused. */
static char *password_with(const char *file, const char *credentials, struct fault *f)
{
    struct buf text = {0};
    char *password = NULL;
    if (credentials)
        setenv("CREDENTIALS_DIRECTORY", credentials, 1);
    else
        unsetenv("CREDENTIALS_DIRECTORY");
    buf_format(&text, "[pbx]\npassword_file=%s\n", file);
    struct config *c = read_good(buf_get(&text));
    bool good = config_password(c, &password, f);
    assert_int_equal(good, password != NULL);
    config_free(c);
    buf_free(&text);
    return password;
}

static void assert_password(const char *file, const char *credentials, const char *wanted)
{
    struct fault f = {0};
    char *password = password_with(file, credentials, &f);
    if (!password)
        fail_msg("refused: %s", f.text);
    assert_string_equal(password, wanted);
    config_password_free(&password);
    assert_null(password);
}

static void password_is_the_first_line(void **state)
{
    (void)state;
    assert_password(put("p", "s3cret"), NULL, "s3cret");
    assert_password(put("p", "s3cret\n"), NULL, "s3cret");
    assert_password(put("p", "s3cret\r\nmore\n"), NULL, "s3cret");
    assert_password(put("p", " s3 cret \n"), NULL, " s3 cret ");
    assert_password(put("p", ""), NULL, "");
    assert_password(put("p", "\nmore"), NULL, "");
}

static void password_of_1024_bytes_is_the_longest(void **state)
{
    (void)state;
    struct buf text = {0};
    struct fault f = {0};
    buf_format(&text, "%01024d\r\nnext line", 7);
    char *password = password_with(put("p", buf_get(&text)), NULL, &f);
    assert_non_null(password);
    assert_int_equal(strlen(password), 1024);
    config_password_free(&password);

    buf_reset(&text);
    buf_format(&text, "%01025d\n", 7);
    assert_null(password_with(put("p", buf_get(&text)), NULL, &f));
    assert_non_null(strstr(f.text, "longer than 1024 bytes"));
    assert_null(strstr(f.text, "0000"));
    buf_free(&text);
}

static void password_that_cannot_be_read_is_a_fault(void **state)
{
    (void)state;
    struct fault f = {0};
    assert_null(password_with(folder, NULL, &f));
    assert_int_equal(f.kind, FAULT_CONFIG);
    assert_non_null(strstr(f.text, folder));
    assert_null(password_with(put_bytes("p", "s3c\0ret\n", 8), NULL, &f));
    assert_non_null(strstr(f.text, "NUL byte"));
    assert_null(strstr(f.text, "s3c"));
}

static void credential_serves_without_a_file(void **state)
{
    (void)state;
    put("pbx-password", "from systemd\n");
    assert_password("", folder, "from systemd");
    assert_password(put("p", "from file\n"), folder, "from file");
    assert_password("", NULL, "");
    assert_int_equal(mkdir(path_of("empty"), 0700), 0);
    assert_password("", path_of("empty"), "");
    assert_password(path_of("none"), NULL, "");
    unsetenv("CREDENTIALS_DIRECTORY");
}

/* ---- the token ---- */

static char *token_with(const char *file, struct fault *f)
{
    struct buf text = {0};
    char *token = NULL;
    buf_format(&text, "[status]\ntoken_file=%s\n", file);
    struct config *c = read_good(buf_get(&text));
    bool good = config_token(c, &token, f);
    assert_int_equal(good, token != NULL);
    config_free(c);
    buf_free(&text);
    return token;
}

static void assert_token(const char *file, const char *wanted)
{
    struct fault f = {0};
    char *token = token_with(file, &f);
    if (!token)
        fail_msg("refused: %s", f.text);
    assert_string_equal(token, wanted);
    config_password_free(&token);
}

static void assert_no_token(const char *text, const char *reason)
{
    struct fault f = {0};
    assert_null(token_with(text ? put("t", text) : path_of("nowhere"), &f));
    assert_int_equal(f.kind, FAULT_CONFIG);
    if (!strstr(f.text, reason))
        fail_msg("'%s' lacks '%s'", f.text, reason);
    assert_null(strstr(f.text, "0123"));
}

static void token_is_long_and_visible(void **state)
{
    (void)state;
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_token(put("t", "0123456789abcdef\nmore"), "0123456789abcdef");
    assert_token("", "");
    assert_no_token("0123456789abcde\n", "shorter than 16 characters");
    assert_no_token("0123456789 abcdef\n", "visible ASCII");
    assert_no_token("0123456789\xc3\xa4gbcdef\n", "visible ASCII");
    assert_no_token("\n0123456789abcdef\n", "there is no token in");
    assert_no_token(NULL, "there is no token in");
    put("status-token", "0123456789abcdef-of-systemd\n");
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    assert_token("", "0123456789abcdef-of-systemd");
    assert_token(put("t", "0123456789abcdef"), "0123456789abcdef");
    put("status-token", "\n");
    assert_token("", "");
    unsetenv("CREDENTIALS_DIRECTORY");
}

/* ---- shipped files ---- */

static void assert_paths(const char *text, const char *schema, const char *profiles,
                         const char *own, bool own_may_lack)
{
    struct config *c = read_good(text);
    bool may_lack = !own_may_lack;
    char *path = config_schema_path(c);
    assert_string_equal(path, schema);
    free(path);
    path = config_profiles_path();
    assert_string_equal(path, profiles);
    free(path);
    assert_string_equal(config_own_profiles(c, &may_lack), own);
    assert_int_equal(may_lack, own_may_lack);
    config_free(c);
}

static void schemas_are_found(void **state)
{
    (void)state;
    static const char usual[] = "/etc/extspoold/profiles";
    setenv("EXTSPOOLD_SCHEMAS", "/elsewhere", 1);
    assert_paths("", "/elsewhere/extension.json", "/elsewhere/profiles", usual, true);
    assert_paths("[import]\nschema=/own.json\n", "/own.json", "/elsewhere/profiles", usual, true);
    assert_paths("[import]\nprofiles=/own\n", "/elsewhere/extension.json", "/elsewhere/profiles",
                 "/own", false);
    unsetenv("EXTSPOOLD_SCHEMAS");
    /* this program lies one folder deeper than those that look into a build tree */
    assert_paths("", SCHEMAS_DIR "/extension.json", SCHEMAS_DIR "/profiles", usual, true);
}

/* ---- what is said of the keys elsewhere ---- */

static char *slurp(const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        fail_msg("%s is not there: run from the top of the tree", path);
    char *text = xcalloc(1, 65536);
    assert_true(fread(text, 1, 65535, file) < 65535);
    fclose(file);
    return text;
}

static void example_file_is_what_is_printed(void **state)
{
    (void)state;
    struct buf printed = {0};
    struct buf wanted = {0};
    struct config *c = read_good("");
    config_print(c, &printed);
    for (const char *line = buf_get(&printed); *line;) {
        size_t len = strcspn(line, "\n") + 1;
        if (!strchr("#[\n", line[0]))
            buf_char(&wanted, '#');
        buf_add(&wanted, line, len);
        line += len;
    }

    char *example = slurp("systemd/extspoold.conf");
    const char *keys = strstr(example, "\n[spool]\n");
    assert_non_null(keys);
    assert_string_equal(keys + 1, buf_get(&wanted));
    free(example);
    config_free(c);
    buf_free(&printed);
    buf_free(&wanted);
}

static void manual_has_every_key_with_its_default(void **state)
{
    (void)state;
    struct buf printed = {0};
    struct config *c = read_good("");
    char *manual = slurp("docs/man/extspoold.conf.5");
    config_print(c, &printed);

    const char *section = manual;
    char *rest = NULL;
    for (char *line = strtok_r(printed.at, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] == '#')
            continue;
        bool head = line[0] == '[';
        char wanted[128];
        snprintf(wanted, sizeof wanted, head ? "\n.Ss %s section\n" : "\n.It Li %s\n", line);
        const char *at = strstr(section, wanted);
        if (!at)
            fail_msg("the manual lacks%s", wanted);
        if (head)
            section = at;
    }
    free(manual);
    config_free(c);
    buf_free(&printed);
}

/* ---- files that somebody is just editing ---- */

#define FOLDERS "[spool]\ndirectory=/spool\n[state]\ndirectory=/state\n"

static void what_is_left_of_a_file_finds_the_daemon(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *fault; /* the first one */
    } cases[] = {
        {FOLDERS "[log]\nlevl=info\n", "x.conf:6: unknown key 'levl'"},
        {"[pbx]\nurl=ftp://pbx\nconcurrency=many\n" FOLDERS, "x.conf:2: [pbx] url"},
        {"[pbx\nurl=http://pbx\n" FOLDERS "[log]\nno key\n", "x.conf:1: "},
        {FOLDERS "[frobnicate]\nthis=that\nand\n[log]\nlevel=loud\n", "x.conf:5: unknown section"},
        {FOLDERS "[log]\nlevel=info\nlevel=info\n", "x.conf:7: "},
        {"[spool]\nsettle=2 hours\ndirectory=/spool\n[state]\ndirectory=/state\n",
         "x.conf:2: [spool] settle"},
        {FOLDERS "[retry]\nfirst=2m\nmost=1m\n", "x.conf: [retry] first is longer than most"},
        {"key=before\n" FOLDERS, "x.conf:1: "},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct config *c = NULL;
        struct fault f = {0};
        assert_false(config_read(put("x.conf", cases[i].text), &c, NULL));
        if (!config_read_rest(path_of("x.conf"), &c, &f))
            fail_msg("%zu: %s", i, f.text);
        if (!strstr(f.text, cases[i].fault))
            fail_msg("%zu: %s", i, f.text);
        assert_string_equal(c->spool.directory, "/spool");
        assert_string_equal(c->state.directory, "/state");
        assert_true(c->partial);
        config_free(c);
    }
    struct config *c = NULL;
    struct fault f = {0};
    assert_true(config_read_rest(put("x.conf", FOLDERS), &c, &f));
    assert_false(c->partial);
    assert_int_equal(f.kind, FAULT_NONE);
    config_free(c);
}

/* Another daemon's import must not be held for a slip of the finger. */
static void a_doubt_of_the_folders_is_a_refusal(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "[spool]\ndirectory=\n",       "[spool]\ndirectory /spool\n",
        "[spool]\nDirectory=/spool\n", "[spool]\ndirectry=/spool\n",
        "[state]\ndir=/state\n",       "[state]\n/state\n",
        "[sate]\ndirectory=/state\n",  "[state\n\ndirectory=/state\n",
        "directory=/state\n",          "[spool]\ndirectory=/one\ndirectory=/two\n",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct config *c = NULL;
        struct fault f = {0};
        if (config_read_rest(put("x.conf", texts[i]), &c, &f))
            fail_msg("%zu is taken", i);
        assert_int_equal(f.kind, FAULT_CONFIG);
    }
    struct config *c = NULL;
    struct fault f = {0};
    assert_false(config_read_rest(path_of("none.conf"), &c, &f));
    assert_int_equal(f.error, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_left_of_a_file_finds_the_daemon),
        TEST(a_doubt_of_the_folders_is_a_refusal),
        TEST(password_is_the_first_line),
        TEST(password_of_1024_bytes_is_the_longest),
        TEST(password_that_cannot_be_read_is_a_fault),
        TEST(credential_serves_without_a_file),
        TEST(token_is_long_and_visible),
        TEST(schemas_are_found),
        TEST(example_file_is_what_is_printed),
        TEST(manual_has_every_key_with_its_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
