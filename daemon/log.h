/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log: one event, one line, one import. Only job.c's family and main.c call it; everything
 * below returns faults and findings instead. */
#ifndef EXTSPOOLD_LOG_H
#define EXTSPOOLD_LOG_H

#include "event.h"

/* LOG_TARGET_PLAIN is stderr for a person at a terminal, whatever it is connected to. */
enum log_target { LOG_TARGET_AUTO, LOG_TARGET_JOURNAL, LOG_TARGET_STDERR, LOG_TARGET_PLAIN };

/* From now on. Before it lines of info and worse go to stderr. */
void log_setup(enum log_level level, enum log_target target);

/* What a line is about, all of it lent; 0 and NULL mean that there is none. These are places and
 * codes: no function here takes what stands in a cell. */
struct log_about {
    uint64_t import;  /* its id */
    const char *file; /* the name that was dropped, printable */
    uint64_t row;     /* from 1 after the header */
    const char *code; /* as code_text has it */
};

extern const struct log_about log_nothing; /* in particular */

/* Writes one line, at the event's level; control bytes in it are written as %XX.
 *
 * To the journal goes "000042: TEXT" with the fields PRIORITY, MESSAGE_ID and, as far as they are
 * known, EXTSPOOL_IMPORT (000042), EXTSPOOL_FILE, EXTSPOOL_ROW and EXTSPOOL_CODE; to stderr
 * "TIME LEVEL 000042: TEXT", behind the level's number as <4> where stderr is no terminal. */
void log_event(enum event event, struct log_about about, const char *format, ...) PRINTF_LIKE(3, 4);

/* The same for a line that the catalogue does not explain. id 0 means no import. */
void log_line(enum log_level level, uint64_t id, const char *format, ...) PRINTF_LIKE(3, 4);

#define log_error(id, ...)   log_line(LOG_LEVEL_ERROR, id, __VA_ARGS__)
#define log_warning(id, ...) log_line(LOG_LEVEL_WARNING, id, __VA_ARGS__)
#define log_info(id, ...)    log_line(LOG_LEVEL_INFO, id, __VA_ARGS__)
#define log_debug(id, ...)   log_line(LOG_LEVEL_DEBUG, id, __VA_ARGS__)

#endif
