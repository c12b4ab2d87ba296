/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME advice: one table of what people are told. A title goes with one row as well as with many,
 * and of a heading with a file that was taken as well as with one that was not. */
#include "advice.h"

struct advice {
    int code; /* CODE_HTTP and CODE_PBX: of the whole family */
    const char *title;
    const char *act;
};

static const struct advice table[] = {
    {CODE_NONE, "", ""},

    /* ---- rows that are not sent, and well so ---- */
    {CODE_BLANK_ROW, "The row is empty", "Nothing is to be done: empty rows are left out."},
    {CODE_TOTALS_ROW, "The row has totals, and nobody's data",
     "Nothing is to be done. If it is a person after all, change the first value of the row, which "
     "looks like a heading of totals, and drop the row again."},
    {CODE_FILTERED, "The row is left out on purpose",
     "Nothing is to be done: the profile for these files leaves such rows out. If one of these "
     "people needs an extension after all, ask your administrator."},
    {CODE_CHANGED, "The extension is there already, with other values",
     "An import never changes an extension. If the new values are right, ask your administrator "
     "to change them on the phone system; otherwise correct your file."},
    {CODE_NOT_SENT, "The row was not sent to the phone system",
     "The import is stopped, so nothing became of this row. Look above for the reason, and ask "
     "your administrator to let the import go on or to cancel it."},
    {CODE_CANCELLED, "The import was cancelled before this row",
     "If these people are to get an extension after all, drop their rows again."},

    /* ---- rows that cannot be read ---- */
    {CODE_EXTRA_CELL, "The row has too many values",
     "Put a value that has a comma or a semicolon in it between double quotes. Correct the rows "
     "in the rejects file and drop that file again."},
    {CODE_MISSING_CELL, "The row has too few values",
     "Often a value has a line break in it, and the row is cut in two. Correct the rows in the "
     "rejects file and drop that file again."},
    {CODE_UNCLOSED_QUOTE, "A quotation mark is missing at the end of a value",
     "Add the quotation mark in the rejects file and drop that file again."},
    {CODE_STRAY_QUOTE, "A quotation mark stands where none may stand",
     "Remove the quotation mark in the rejects file and drop that file again."},
    {CODE_TOO_LONG, "The row is far too long",
     "Mostly a quotation mark is missing, and the rest of the file was taken for one value. "
     "Correct the file and drop it again; if it is right as it is, ask your administrator."},
    {CODE_ENCODING_ERROR, "Some characters cannot be read",
     "Save the file as \"CSV UTF-8\" and drop it again. If the file is right, ask your "
     "administrator."},

    /* ---- values against a rule ---- */
    {CODE_REQUIRED_VALUE, "A value is missing",
     "Fill in what is missing in the rejects file and drop that file again."},
    {CODE_TYPE_ERROR, "A value is of the wrong kind",
     "The message says what is wanted. Correct the rows in the rejects file and drop that file "
     "again."},
    {CODE_PATTERN, "A value does not have the right form",
     "The message says which form is wanted. Correct the rows in the rejects file and drop that "
     "file again."},
    {CODE_ENUM, "A value is none of those that are allowed",
     "Choose one of the allowed values, correct the rows in the rejects file and drop that file "
     "again."},
    {CODE_LENGTH, "A value is too short or too long",
     "The message says how long it may be. Correct the rows in the rejects file and drop that "
     "file again."},
    {CODE_RANGE, "A number is too small or too large",
     "The message says what is allowed. Correct the rows in the rejects file and drop that file "
     "again."},
    {CODE_CONDITION, "A value does not go with the others of its row",
     "The message says what does not fit. Correct the rows in the rejects file and drop that "
     "file again."},
    {CODE_DUPLICATE_NUMBER, "The extension number stands twice in the file",
     "The first row with this number counts. Give the other one a number of its own in the "
     "rejects file and drop that file again, or leave it out."},
    {CODE_SPREADSHEET_DAMAGE, "A spreadsheet program has changed a value",
     "In the rejects file, format the column as text and enter the value again. Then drop that "
     "file again."},
    {CODE_VALUE_CHANGED, "A value was put into the right form",
     "Nothing is to be done if the value is right now. Otherwise ask your administrator."},

    /* ---- answers of the phone system ---- */
    {CODE_ALREADY_EXISTS, "The extension number is already taken",
     "Choose another number for these people, correct the rows in the rejects file and drop that "
     "file again."},
    {CODE_IN_DOUBT, "It is not sure whether the extension was created",
     "Ask your administrator to look for this number on the phone system, and to send the row "
     "again if it is not there. Do not drop it again yourself."},
    {CODE_RETRIES_EXHAUSTED, "The phone system failed on this row each time",
     "Check the values of the row. If they are right, ask your administrator to look at the phone "
     "system and to send the row again."},
    {CODE_HTTP, "The phone system did not accept the row",
     "Ask your administrator: the web server of the phone system turned the row away."},
    {CODE_PBX, "The phone system refused the row",
     "Check the values of the row. If they are right, tell your administrator the error number."},
    {CODE_PBX + 10002, "The phone system does not understand the data",
     "Ask your administrator to change the format in the settings of the import."},
    {CODE_PBX + 10003, "The phone system does not offer this function",
     "Ask your administrator to check the address and the version of the phone system."},
    {CODE_PBX + 10004, "The phone system misses a value",
     "Fill in the empty columns in the rejects file and drop that file again."},
    {CODE_PBX + 10006, "The extension has disappeared from the phone system",
     "Somebody has deleted it. Ask your administrator to send the row again if it is needed."},
    {CODE_PBX + 10017, "The phone system could not set up the extension",
     "Check the values of the row, correct them in the rejects file and drop that file again. If "
     "they are right, ask your administrator."},
    {CODE_PBX + 10025, "The phone system is asked too often",
     "Nothing is to be done: the import goes on by itself, more slowly."},
    {CODE_PBX + 10028, "The extension number is missing",
     "Fill in the number in the rejects file and drop that file again."},
    {CODE_PBX + 10033, "The phone system could not save the route of the extension",
     "Check the values of the row. If they are right, ask your administrator to look at the phone "
     "system."},
    {CODE_PBX + 10085, "The phone system has this extension already",
     "Choose another number for these people, correct the rows in the rejects file and drop that "
     "file again."},
    {CODE_PBX + 10087, "The phone system has no room for more extensions",
     "Ask your administrator to make room on the phone system. The import goes on by itself then."},
    {CODE_PBX + 20007, "The phone system received no data",
     "Ask your administrator to check the connection to the phone system."},

    /* ---- headings ---- */
    {CODE_UNKNOWN_COLUMN, "A column is not known and was left out",
     "Nothing is to be done if it is not needed. Otherwise correct its heading and drop the file "
     "again, or ask your administrator."},
    {CODE_MISSING_COLUMN, "A column is missing",
     "Add the column, or correct its heading if it is misspelt; where the line with the headings "
     "is missing, put it at the top. Then drop the file again."},
    {CODE_DUPLICATE_COLUMN, "Two columns have the same heading",
     "If the file was taken, check that the right column was used. Otherwise delete or rename one "
     "of the two columns and drop the file again."},

    /* ---- the file as a whole: rejected ---- */
    {CODE_EMPTY_FILE, "The file is empty",
     "Save or export the file again, and check that there is something in it before you drop it."},
    {CODE_NOT_CSV, "The file is not a CSV file",
     "Open it in your spreadsheet program, choose Save As and \"CSV UTF-8\", and drop that file."},
    {CODE_FILE_TOO_LARGE, "The file is too large",
     "Divide it into several files and drop them one after another, or ask your administrator to "
     "raise the limit."},
    {CODE_TOO_MANY_ROWS, "The file has too many rows",
     "Divide it into several files and drop them one after another, or ask your administrator to "
     "raise the limit."},

    /* ---- the file as a whole: held ---- */
    {CODE_ALL_OR_NOTHING, "A row is wrong, so nothing was sent",
     "Ask your administrator to cancel this import, correct the rows below in your file and drop "
     "it again. Or ask your administrator to let the rows go on that are right."},
    {CODE_MAX_INVALID, "Too many rows are wrong",
     "Mostly it is the wrong file, or its columns are mixed up: ask your administrator to cancel "
     "this import, and drop the right file. Or ask your administrator to let the rows go on that "
     "are right."},
    {CODE_MAX_ROWS_CHANGED, "The file has more new people than is usual",
     "If so many extensions are to be created, ask your administrator to let the import go on."},
    {CODE_SHRUNK, "The file has far fewer rows than the last one",
     "Check that the export is complete. If it is, ask your administrator to let the import go "
     "on; if not, to cancel it, and drop the complete file."},
    {CODE_CUT_OFF, "The end of the file is missing",
     "The export or the upload broke off: ask your administrator to cancel this import, and drop "
     "the complete file."},
    {CODE_OPERATOR_HOLD, "An administrator has stopped the import",
     "Nothing is to be done: your administrator lets it go on, or cancels it."},
    {CODE_PBX_CHANGED, "The file was meant for another phone system",
     "Ask your administrator whether the rest is to go to the phone system that is used now."},
    {CODE_SAME_REFUSAL, "The phone system refuses every row for the same reason",
     "Mostly a setting is wrong, not the rows. Ask your administrator to put it right and to let "
     "the import go on."},
    {CODE_DEADLY_FILE, "The program failed twice on this file",
     "Ask your administrator to report this fault. Do not drop the file again until then."},
    {CODE_UNREADABLE, "The file cannot be read",
     "Drop the file again. If that does not help, ask your administrator to look at the disk."},
    {CODE_LEDGER_LOST, "It is no longer known why the import was stopped",
     "Ask your administrator to find out whether it may go on. Nothing is created twice."},
    {CODE_PROFILE_UNKNOWN, "There is no profile for this file",
     "Ask your administrator to add the profile, or to correct its name in the settings."},
    {CODE_POOL_EXHAUSTED, "There are no free extension numbers left",
     "Ask your administrator to enlarge the range of numbers and to let the import go on."},
    {CODE_NUMBERS_LOST, "It is no longer known who has which number",
     "Ask your administrator to restore the data from a backup. If all people in this file are "
     "new, your administrator may let the import go on."},

    /* ---- the file as a whole: told only ---- */
    {CODE_SAME_FILE, "The same file was imported before",
     "Nothing is to be done: what was created then stays as it is, and nothing is created twice."},
};

static const struct advice *advice_find(int code)
{
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (table[i].code == code)
            return &table[i];
    return NULL;
}

static const struct advice *advice_of(int code)
{
    const struct advice *found = advice_find(code);
    if (!found)
        found = advice_find(code >= CODE_PBX ? CODE_PBX : CODE_HTTP);
    assert(found && (found->code == code || code >= CODE_HTTP)); /* every code has a line */
    return found;
}

const char *advice_title(int code)
{
    return advice_of(code)->title;
}

const char *advice_do(int code)
{
    return advice_of(code)->act;
}

bool advice_is_general(int code)
{
    return code >= CODE_HTTP && advice_find(code) == NULL;
}

const char *advice_left(int code)
{
    return code == CODE_ALREADY_EXISTS ? "Nothing is to be done if the number is these people's "
                                         "own already. Otherwise give "
                                         "them other numbers in your file and drop it again."
                                       : advice_do(code);
}

const char *advice_hint(int code)
{
    return code == CODE_VALUE_CHANGED
               ? advice_do(code)
               : "This is only a hint: check the value. If it is right, nothing is to be done.";
}
