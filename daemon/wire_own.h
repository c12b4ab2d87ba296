/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two readers share; nobody else includes this. */
#ifndef EXTSPOOLD_WIRE_OWN_H
#define EXTSPOOLD_WIRE_OWN_H

#include "wire.h"

/* An XML answer, read as it comes. With `numbers`, which is lent, the numbers of its extensions go
 * there, and the extensions are not kept. Ending it frees it. */
struct wire_xml;
struct wire_xml *wire_xml_new(struct numbers *numbers);
void wire_xml_add(struct wire_xml *x, const char *bytes, size_t len);
void wire_xml_end(struct wire_xml *x, struct wire_answer *ret);

#endif
