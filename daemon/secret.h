/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Passwords and PINs that are made up for people whose file has none. Pure: the key is the chance.
 */
#ifndef EXTSPOOLD_SECRET_H
#define EXTSPOOLD_SECRET_H

#include "cell.h"
#include "digest.h"

enum secret_kind { SECRET_PASSWORD, SECRET_PIN };

#define SECRET_ROOM 64

/* Whether secret_make can make one of this length: 8 to 31 characters of a password, 4 to 31 of a
 * PIN. */
bool secret_fits(enum secret_kind kind, size_t length);

/* Writes `length` characters and a NUL: the same for the same key, row and field, and nothing that
 * can be told from others of the key. A password keeps every rule that is known of the PBX and its
 * siblings: letters and digits alone (none of the signs that some field forbids), an upper-case and
 * a lower-case letter and a digit among them, none that is mistaken for another (0 O 1 I l), no
 * three of a kind or in a row (aaa, abc, 321, in any case). A PIN is digits, no two alike side by
 * side, no three in a row, and of at least three different ones.
 * Neither contains, in any case, a number or a part of a name among avoid: what stands between
 * blanks and signs there, digits of any length, other parts from three bytes on. Where that leaves
 * nothing to choose from (a name full of digits) it is let go. */
void secret_make(const uint8_t key[DIGEST_BYTES], uint64_t row, const char *field,
                 enum secret_kind kind, size_t length, const struct cell *avoid, size_t count,
                 char to[SECRET_ROOM]);

#endif
