/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vectors: SHA-256 from FIPS 180-2 appendix B, MD5 from RFC 1321 A.5, HMAC from RFC 4231, AES-CMAC
 * from NIST SP 800-38B D.3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "digest.h"

/* len bytes from hex digits. */
static void bytes_of(const char *hex, uint8_t *to, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        to[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
}

static void assert_bytes(const uint8_t *got, const char *hex)
{
    uint8_t wanted[64];
    size_t len = strlen(hex) / 2;
    bytes_of(hex, wanted, len);
    assert_memory_equal(got, wanted, len);
}

static const struct {
    const char *text;
    const char *sha256;
} shas[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void sha256_of_a_text(void **state)
{
    (void)state;
    char hex[DIGEST_HEX];
    for (size_t i = 0; i < COUNT_OF(shas); i++) {
        digest_text(shas[i].text, strlen(shas[i].text), hex);
        assert_string_equal(hex, shas[i].sha256);
    }
}

static void sha256_of_pieces(void **state)
{
    (void)state;
    char hex[DIGEST_HEX];
    struct digest *d = digest_new();
    for (size_t i = 0; i < COUNT_OF(shas); i++) {
        for (const char *at = shas[i].text; *at; at++)
            digest_add(d, at, 1);
        digest_hex(d, hex); /* and starts afresh */
        assert_string_equal(hex, shas[i].sha256);
    }
    char piece[1000];
    memset(piece, 'a', sizeof piece);
    for (size_t i = 0; i < 1000; i++)
        digest_add(d, piece, sizeof piece);
    digest_hex(d, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    assert_null(digest_free(d));
    assert_null(digest_free(NULL));
}

static void md5_of_a_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *md5;
    } cases[] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
         "d174ab98d277d9f5a5611c2c9f419d9f"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57edf4a22be3c955ac49da2e2107b67a"},
    };
    char hex[MD5_HEX];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        digest_md5(cases[i].text, strlen(cases[i].text), hex);
        assert_string_equal(hex, cases[i].md5);
    }
}

/* HMAC pads a short key with zeros, so the vectors' keys do for one of 32 bytes. */
static void hmac_with_a_key(void **state)
{
    (void)state;
    uint8_t key[DIGEST_BYTES] = {0};
    uint8_t got[DIGEST_BYTES];
    memset(key, 0x0b, 20);
    digest_keyed(key, "Hi There", 8, got);
    assert_bytes(got, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");

    memset(key, 0, sizeof key);
    memcpy(key, "Jefe", 4);
    digest_keyed(key, "what do ya want for nothing?", 28, got);
    assert_bytes(got, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");

    uint8_t data[50];
    memset(data, 0xcd, sizeof data);
    memset(key, 0, sizeof key);
    for (uint8_t i = 0; i < 25; i++)
        key[i] = (uint8_t)(i + 1);
    digest_keyed(key, data, sizeof data, got);
    assert_bytes(got, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");

    uint8_t other[DIGEST_BYTES];
    key[DIGEST_BYTES - 1] = 1;
    digest_keyed(key, data, sizeof data, other);
    assert_memory_not_equal(got, other, sizeof got);
}

static void tags_with_a_key(void **state)
{
    (void)state;
    static const char message[] =
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
    static const struct {
        size_t len;
        const char *tag;
    } cases[] = {
        {0, "028962f61b7bf89efc6b551f4667d983"},
        {16, "28a7023f452e8f82bd4bf28d8c37c35c"},
        {40, "aaf3d8f1de5640c232f5b169b9c911e6"},
        {64, "e1992190549f6ed5696a2c056c315410"},
    };
    uint8_t key[DIGEST_BYTES];
    uint8_t text[64];
    uint8_t got[DIGEST_TAG];
    bytes_of("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", key, sizeof key);
    bytes_of(message, text, sizeof text);
    struct digest_tagger *t = digest_tagger_new(key);
    for (int again = 0; again < 2; again++) {
        for (size_t i = 0; i < COUNT_OF(cases); i++) {
            digest_tag(t, text, cases[i].len, got);
            assert_bytes(got, cases[i].tag);
        }
    }
    for (size_t first = 0; first <= 40; first++) { /* in pieces, the first of any length */
        digest_tag_add(t, text, first / 2);
        digest_tag_add(t, text + first / 2, first - first / 2);
        digest_tag(t, text + first, 40 - first, got);
        assert_bytes(got, cases[2].tag);
    }
    for (size_t first = 0; first <= 40; first++) { /* from where another one has begun */
        struct digest_mark mark;
        digest_tag_add(t, text, first);
        digest_mark(t, &mark);
        digest_tag(t, "x", 1, got);
        for (int again = 0; again < 2; again++) {
            digest_from(t, &mark);
            digest_tag(t, text + first, 40 - first, got);
            assert_bytes(got, cases[2].tag);
        }
    }
    assert_null(digest_tagger_free(t));
    assert_null(digest_tagger_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_of_a_text), cmocka_unit_test(sha256_of_pieces),
        cmocka_unit_test(md5_of_a_text),    cmocka_unit_test(hmac_with_a_key),
        cmocka_unit_test(tags_with_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
