/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hash for tables and for sums that show accidents, FNV-1a of 64 bits
 * (http://www.isthe.com/chongo/tech/comp/fnv/). Whoever must not be able to make two alike is told
 * apart by digest.h. Pure. */
#ifndef EXTSPOOLD_HASH_H
#define EXTSPOOLD_HASH_H

#include "base.h"

/* Of the bytes; another seed gives another hash. */
static inline uint64_t hash_bytes(const void *bytes, size_t len, uint64_t seed)
{
    const unsigned char *at = bytes;
    uint64_t h = 14695981039346656037ULL ^ seed;
    for (size_t i = 0; i < len; i++)
        h = (h ^ at[i]) * 1099511628211ULL;
    return h;
}

#endif
