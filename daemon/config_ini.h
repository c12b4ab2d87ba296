/* SPDX-License-Identifier: GPL-2.0-or-later */
/* INI files, read with libinih through a line reader of our own (config_ini.c says why). Used by
 * config.c alone. */
#ifndef EXTSPOOLD_CONFIG_INI_H
#define EXTSPOOLD_CONFIG_INI_H

#include "buf.h"
#include "fault.h"

/* What an INI file holds, one call for each [section] (key and value NULL) and each key = value.
 * False, with the reason in why, ends the reading. */
typedef bool config_ini_found(void *with, const char *section, const char *key, const char *value,
                              struct buf *why);

/* Reads the file. Sections stand as [NAME] and values as KEY = VALUE, each on a line; blank lines
 * and lines that begin with ; or # are skipped. Blanks around a key or a value do not count;
 * anything else in a value does. False with a FAULT_CONFIG: "FILE:LINE: reason", or the file
 * cannot be read. */
bool config_ini_read(const char *path, config_ini_found *found, void *with, struct fault *f);

/* The same in two steps: the file's text, which the caller frees; and what it holds, *ret_line
 * being the number of the line that is at fault, when one is. path is for the fault's text. */
bool config_ini_slurp(const char *path, char **ret, size_t *ret_len, struct fault *f);
bool config_ini_parse(const char *path, const char *text, size_t len, config_ini_found *found,
                      void *with, size_t *ret_line, struct fault *f);

#endif
