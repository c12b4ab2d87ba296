/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "html.h"

static void what_is_no_utf8_is_told_so(void **state)
{
    struct buf to = {0};

    (void)state;
    html_text(&to, "J\xff<\xe2\x82\xed\xa0\x80\xc3");
    assert_string_equal(buf_get(&to), "J\ufffd&lt;\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd");
    buf_free(&to);
}

static void text_is_text(void **state)
{
    struct buf to = {0};

    (void)state;
    html_text(&to, "<b title=\"x\">&'\u202e\u2067\x01\x7f\xc2\x85\u00a0\u00fc\u0627 </b>");
    assert_string_equal(buf_get(&to),
                        "&lt;b title=&quot;x&quot;&gt;&amp;&#39;\ufffd\ufffd\ufffd\ufffd\ufffd"
                        "\u00a0\u00fc\u0627 &lt;/b&gt;");
    buf_free(&to);
}

/* FIPS 180-2's first example. */
static void hash_of_abc(void **state)
{
    struct buf to = {0};

    (void)state;
    html_hash(&to, "abc");
    assert_string_equal(buf_get(&to), "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='");
    buf_free(&to);
}

/* Nothing that would end the <style>, or is fetched from elsewhere. */
static void style_stays_inside(void **state)
{
    (void)state;
    assert_null(strchr(html_style, '<'));
    assert_null(strstr(html_style, "url("));
    assert_null(strstr(html_style, "@import"));
}

static void bar_in_proportion(void **state)
{
    static const struct html_part parts[] = {{"good", 3}, {"left", 0}, {"bad", 1}};
    struct buf to = {0};

    (void)state;
    html_bar(&to, "b", "3 \"good\"", parts, COUNT_OF(parts));
    assert_non_null(strstr(to.at, "aria-label=\"3 &quot;good&quot;\""));
    assert_non_null(
        strstr(to.at, "<rect x=\"0.00%\" width=\"75.00%\" height=\"100%\" class=\"good\""));
    assert_non_null(
        strstr(to.at, "<rect x=\"75.00%\" width=\"25.00%\" height=\"100%\" class=\"bad\""));
    assert_non_null(
        strstr(to.at, "<rect x=\"75.00%\" width=\"25.00%\" height=\"100%\" fill=\"url(#b)"));
    assert_null(strstr(to.at, "left"));
    assert_null(strstr(to.at, "style="));
    buf_free(&to);
}

/* One among a million can be seen, and the bar is as long as ever. */
static void bar_of_one_in_a_million(void **state)
{
    static const struct html_part parts[] = {{"good", 999999}, {"bad", 1}};
    static const struct html_part none[] = {{"good", 0}};
    struct buf to = {0};

    (void)state;
    html_bar(&to, "b", "x", parts, COUNT_OF(parts));
    assert_non_null(strstr(to.at, "x=\"99.20%\" width=\"0.80%\""));
    buf_reset(&to);
    html_bar(&to, "b", "x", none, COUNT_OF(none));
    assert_null(strstr(to.at, "class=\"good\""));
    buf_free(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_text),      cmocka_unit_test(what_is_no_utf8_is_told_so),
        cmocka_unit_test(hash_of_abc),       cmocka_unit_test(style_stays_inside),
        cmocka_unit_test(bar_in_proportion), cmocka_unit_test(bar_of_one_in_a_million),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
