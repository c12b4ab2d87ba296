/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the table of texts: a file each, since together they are long. Private to texts*.c.
 *
 * The words that German keeps to:
 *
 *   extension     Nebenstelle              import        Import
 *   phone system  Telefonanlage            profile       Profil
 *   file          Datei                    pool          Nummernkreis
 *   row           Zeile                    created       angelegt
 *   column        Spalte                   unchanged     unverändert
 *   heading       Überschrift              skipped       übersprungen
 *   heading line  Kopfzeile                invalid       fehlerhaft
 *   cell, value   Zelle, Wert              refused       abgelehnt (a row)
 *   delimiter     Trennzeichen             rejected      abgewiesen (a file)
 *   quote         Anführungszeichen        held          angehalten
 *   spreadsheet   Tabellenprogramm         released      fortgesetzt
 *   drop folder   Eingangsordner           cancelled     abgebrochen
 *   rejects file  Datei mit den            correct       korrigieren
 *                 abgelehnten Zeilen       password      Passwort
 *   PBX           Telefonanlage            administrator IT-Abteilung
 */
#ifndef EXTSPOOLD_TEXTS_OWN_H
#define EXTSPOOLD_TEXTS_OWN_H

#include "texts.h"

/* Lines of the table: English first, then each language in the order of enum language; what is NULL
 * or lacks at a line's end is told in English. */
struct texts_part {
    const char *const (*lines)[LANGUAGES];
    size_t count;
};

extern const struct texts_part texts_words;    /* asked for by text_in and text_fill */
extern const struct texts_part texts_advice;   /* what codes say to a clerk */
extern const struct texts_part texts_messages; /* meanings of codes, findings */
extern const struct texts_part texts_reasons;  /* how a file was read, why something waits */

/* The line whose English is exactly this, in any part; static, or NULL. */
const char *const *texts_line(const char *english);

#endif
