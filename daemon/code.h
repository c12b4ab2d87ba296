/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Codes of problems and states of imports and rows: names that users' scripts rest on, and the
 * numbers by which the ledger knows them. Neither ever changes its meaning; new ones are added
 * at the end. */
#ifndef EXTSPOOLD_CODE_H
#define EXTSPOOLD_CODE_H

#include "base.h"

/* X(number, CODE_name, "name", "what it means, for people") */
#define CODE_TABLE(X)                                                                              \
    X(0, CODE_NONE, "", "")                                                                        \
    X(1, CODE_BLANK_ROW, "blank-row", "the row has nothing but empty cells")                       \
    X(2, CODE_EXTRA_CELL, "extra-cell", "the row has more cells than the header")                  \
    X(3, CODE_MISSING_CELL, "missing-cell", "the row has fewer cells than the header")             \
    X(4, CODE_UNCLOSED_QUOTE, "unclosed-quote", "a quote is opened and never closed")              \
    X(5, CODE_STRAY_QUOTE, "stray-quote", "a quote stands where none can stand")                   \
    X(6, CODE_TOO_LONG, "too-long",                                                                \
      "the record is longer than max_record or has more cells than max_columns")                   \
    X(7, CODE_ENCODING_ERROR, "encoding-error", "the record is not valid text")                    \
    X(8, CODE_REQUIRED_VALUE, "required-value", "a value is needed here")                          \
    X(9, CODE_TYPE_ERROR, "type-error", "the value is of the wrong kind")                          \
    X(10, CODE_PATTERN, "pattern", "the value does not have the wanted form")                      \
    X(11, CODE_ENUM, "enum", "the value is none of the allowed ones")                              \
    X(12, CODE_LENGTH, "length", "the value is too short or too long")                             \
    X(13, CODE_RANGE, "range", "the number is too small or too large")                             \
    X(14, CODE_CONDITION, "condition", "the value does not fit the other cells of the row")        \
    X(15, CODE_DUPLICATE_NUMBER, "duplicate-number", "an earlier row has this number already")     \
    X(16, CODE_SPREADSHEET_DAMAGE, "spreadsheet-damage", "a spreadsheet changed this value")       \
    X(17, CODE_ALREADY_EXISTS, "already-exists", "the PBX has an extension with this number")      \
    X(18, CODE_CHANGED, "changed", "differs from what was created; not sent")                      \
    X(19, CODE_FILTERED, "filtered", "left out by the profile's filter")                           \
    X(20, CODE_NOT_SENT, "not-sent", "not sent, because the import is held or was cancelled")      \
    X(21, CODE_CANCELLED, "cancelled", "not sent, because the import was cancelled")               \
    X(22, CODE_IN_DOUBT, "in-doubt", "the PBX may have created it, and it cannot be asked")        \
    X(23, CODE_RETRIES_EXHAUSTED, "retries-exhausted",                                             \
      "the PBX answered this row badly each time")                                                 \
    X(24, CODE_UNKNOWN_COLUMN, "unknown-column", "the column is not known and is left out")        \
    X(25, CODE_MISSING_COLUMN, "missing-column", "a required column is missing")                   \
    X(26, CODE_DUPLICATE_COLUMN, "duplicate-column", "two columns have the same heading")          \
    X(27, CODE_EMPTY_FILE, "empty-file", "the file is empty")                                      \
    X(28, CODE_NOT_CSV, "not-csv", "the file is not a CSV file")                                   \
    X(29, CODE_FILE_TOO_LARGE, "file-too-large", "the file is larger than max_bytes")              \
    X(30, CODE_TOO_MANY_ROWS, "too-many-rows", "the file has more rows than max_rows")             \
    X(31, CODE_ALL_OR_NOTHING, "all-or-nothing", "a row is invalid, so nothing is sent")           \
    X(32, CODE_MAX_INVALID, "max-invalid", "more rows are invalid than max_invalid allows")        \
    X(33, CODE_MAX_ROWS_CHANGED, "max-rows-changed", "more rows are new than max_rows_changed")    \
    X(34, CODE_OPERATOR_HOLD, "operator-hold", "held by an operator")                              \
    X(35, CODE_PBX_CHANGED, "pbx-changed", "planned for another PBX than the configured one")      \
    X(36, CODE_SAME_REFUSAL, "same-refusal", "the PBX refuses every row for the same reason")      \
    X(37, CODE_DEADLY_FILE, "deadly-file", "the daemon died twice while it worked on this file")   \
    X(38, CODE_UNREADABLE, "unreadable", "the file cannot be read")                                \
    X(39, CODE_LEDGER_LOST, "ledger-lost", "the ledger that knew why it is held is lost")          \
    X(40, CODE_VALUE_CHANGED, "value-changed", "the profile changed this value")                   \
    X(41, CODE_PROFILE_UNKNOWN, "profile-unknown", "there is no mapping profile of this name")     \
    X(42, CODE_SAME_FILE, "same-file", "the same bytes were imported before")                      \
    X(43, CODE_SHRUNK, "shrunk", "the file has far fewer rows than the one before it")             \
    X(44, CODE_POOL_EXHAUSTED, "pool-exhausted", "the pool has no free number left")               \
    X(45, CODE_TOTALS_ROW, "totals-row", "the row has totals, and nobody's data")                  \
    X(46, CODE_CUT_OFF, "cut-off", "the file ends amid its last record")                           \
    X(47, CODE_NUMBERS_LOST, "numbers-lost",                                                       \
      "the ledger that knew who has which number is lost: released, who has none gets a new one")

enum code {
#define X(number, name, text, meaning) name = number,
    CODE_TABLE(X)
#undef X
};

/* Codes that carry a number: http-503 is CODE_HTTP + 503, pbx-10033 is CODE_PBX + 10033. */
#define CODE_HTTP 1000
#define CODE_PBX  100000

#define CODE_TEXT 32
/* The code's name into to; returns to. An unknown number is a bug. */
const char *code_text(int code, char to[CODE_TEXT]);

/* What the code means, in one sentence without a full stop; static text. For pbx-ERRNO the
 * meaning that the PBX's documentation gives, or that it is unknown. */
const char *code_meaning(int code);

/* A pbx-ERRNO whose errno the PBX's documentation does not name. */
bool code_is_unknown(int code);

enum import_state {
    IMPORT_CLAIMED,
    IMPORT_PLANNED,
    IMPORT_SENDING,
    IMPORT_DONE,
    IMPORT_HELD,
    IMPORT_REJECTED,
    IMPORT_CANCELLED,
};
/* The state's name in reports and status; static text. */
const char *import_state_text(enum import_state state);

/* The last five are outcomes: final, one for each record. The order is the ledger's. */
enum row_state {
    ROW_PLANNED, /* may be sent */
    ROW_SENDING, /* the intent is committed: the call may have left */
    ROW_DOUBT,   /* the PBX may have done the work: look up before anything else */
    ROW_REFUSED, /* refused for good: look up whether it is there already */
    ROW_CREATED = 10,
    ROW_UNCHANGED,
    ROW_SKIPPED,
    ROW_INVALID,
    ROW_FAILED,
};
#define ROW_FINAL ROW_CREATED
const char *row_state_text(enum row_state state);

#endif
