/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log: one event, one line, one import. Only job.c's family and main.c call it; everything
 * below returns faults and findings instead. No function here takes a record or a cell. */
#ifndef EXTSPOOLD_LOG_H
#define EXTSPOOLD_LOG_H

#include "base.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_target { LOG_TARGET_AUTO, LOG_TARGET_JOURNAL, LOG_TARGET_STDERR };

/* From now on. Before it lines of info and worse go to stderr. */
void log_setup(enum log_level level, enum log_target target);

/* Writes one line; control bytes in it are written as %XX. id 0 means no import. To the journal
 * the id goes as the field EXTSPOOL_IMPORT, to stderr as a "000042: " prefix. */
void log_line(enum log_level level, uint64_t id, const char *format, ...) PRINTF_LIKE(3, 4);

#define log_error(id, ...)   log_line(LOG_LEVEL_ERROR, id, __VA_ARGS__)
#define log_warning(id, ...) log_line(LOG_LEVEL_WARNING, id, __VA_ARGS__)
#define log_info(id, ...)    log_line(LOG_LEVEL_INFO, id, __VA_ARGS__)
#define log_debug(id, ...)   log_line(LOG_LEVEL_DEBUG, id, __VA_ARGS__)

#endif
