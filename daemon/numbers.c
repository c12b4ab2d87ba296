/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings of one to seven digits are bits, those of one length after those of the shorter ones:
 * "7", "07" and "007" are three numbers. The map would have 1.4 MB, so it comes in parts, each made
 * when its first number does: most files have few numbers, and those near each other.
 * Anything else, which only a tightened or changed schema lets through, is a copied string in an
 * open-addressing hash table that is at most half full. */
#include "numbers.h"

#include "hash.h"

#define DIGITS_MOST 7
#define BITS        11111110 /* 10 + 100 + … + 10,000,000 */
#define PART_BYTES  4096
#define PART_BITS   (PART_BYTES * 8)
#define PARTS       (BITS / PART_BITS + 1)
#define SLOTS_FIRST 64

struct other {
    char *text; /* NULL: a free slot */
    size_t len;
};

struct numbers {
    uint8_t *parts[PARTS]; /* NULL: none of its numbers is there */
    struct other *slots;
    size_t room; /* a power of two */
    size_t used;
};

struct numbers *numbers_new(void)
{
    struct numbers *set = xcalloc(1, sizeof *set);
    set->room = SLOTS_FIRST;
    set->slots = xcalloc(set->room, sizeof *set->slots);
    return set;
}

struct numbers *numbers_free(struct numbers *set)
{
    if (!set)
        return NULL;
    for (size_t i = 0; i < set->room; i++)
        free(set->slots[i].text);
    for (size_t i = 0; i < PARTS; i++)
        free(set->parts[i]);
    free(set->slots);
    free(set);
    return NULL;
}

/* The bit of a string of digits; false for any other string. */
static bool bit_of(const char *number, size_t len, size_t *ret)
{
    if (len == 0 || len > DIGITS_MOST)
        return false;
    size_t value = 0;
    size_t before = 0; /* how many strings of digits are shorter */
    for (size_t i = 0; i < len; i++) {
        if (number[i] < '0' || number[i] > '9')
            return false;
        value = value * 10 + (size_t)(number[i] - '0');
        before = before * 10 + (i > 0 ? 10 : 0);
    }
    *ret = before + value;
    return true;
}

static bool bit_has(const struct numbers *set, size_t bit)
{
    const uint8_t *part = set->parts[bit / PART_BITS];
    return part && (part[bit % PART_BITS / 8] & 1U << (bit % 8)) != 0;
}

static bool bit_add(struct numbers *set, size_t bit)
{
    uint8_t **part = &set->parts[bit / PART_BITS];
    if (bit_has(set, bit))
        return false;
    if (!*part)
        *part = xcalloc(PART_BYTES, 1);
    (*part)[bit % PART_BITS / 8] |= (uint8_t)(1U << (bit % 8));
    return true;
}

static uint64_t hash(const char *text, size_t len)
{
    uint64_t h = hash_bytes(text, len, 0);
    return h ^ h >> 32;
}

static bool holds(const struct other *slot, const char *text, size_t len)
{
    return slot->len == len && !memcmp(slot->text, text, len);
}

/* The slot that holds the text, or the free one where it belongs. */
static struct other *slot_of(const struct numbers *set, const char *text, size_t len)
{
    size_t i = (size_t)hash(text, len) & (set->room - 1);
    while (set->slots[i].text && !holds(&set->slots[i], text, len))
        i = (i + 1) & (set->room - 1);
    return &set->slots[i];
}

static void slots_double(struct numbers *set)
{
    struct other *old = set->slots;
    size_t count = set->room;
    set->room *= 2;
    set->slots = xcalloc(set->room, sizeof *set->slots);
    for (size_t i = 0; i < count; i++) {
        if (old[i].text)
            *slot_of(set, old[i].text, old[i].len) = old[i];
    }
    free(old);
}

bool numbers_has(const struct numbers *set, const char *number, size_t len)
{
    size_t bit;
    if (bit_of(number, len, &bit))
        return bit_has(set, bit);
    return slot_of(set, number, len)->text != NULL;
}

bool numbers_add(struct numbers *set, const char *number, size_t len)
{
    size_t bit;
    if (bit_of(number, len, &bit))
        return bit_add(set, bit);

    struct other *slot = slot_of(set, number, len);
    if (slot->text)
        return false;
    slot->text = xmalloc(len + 1);
    memcpy(slot->text, number, len);
    slot->text[len] = '\0';
    slot->len = len;
    if (++set->used * 2 > set->room)
        slots_double(set);
    return true;
}

/* What follows a slot that becomes free, up to the next free one, is put in anew: its place may
 * have been taken by what has gone. */
static void slot_free(struct numbers *set, struct other *slot)
{
    free(slot->text);
    slot->text = NULL;
    set->used--;
    size_t i = (size_t)(slot - set->slots);
    for (;;) {
        i = (i + 1) & (set->room - 1);
        struct other moved = set->slots[i];
        if (!moved.text)
            return;
        set->slots[i].text = NULL;
        *slot_of(set, moved.text, moved.len) = moved;
    }
}

void numbers_remove(struct numbers *set, const char *number, size_t len)
{
    size_t bit;
    if (bit_of(number, len, &bit)) {
        uint8_t *part = set->parts[bit / PART_BITS];
        if (part)
            part[bit % PART_BITS / 8] &= (uint8_t) ~(1U << (bit % 8));
        return;
    }
    struct other *slot = slot_of(set, number, len);
    if (slot->text)
        slot_free(set, slot);
}
