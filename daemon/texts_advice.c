/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME texts_advice: what codes say to a clerk, and what to do: the texts of advice.c. */
#include "texts_own.h"

/* clang-format off */
static const char *const lines[][LANGUAGES] = {
    /* ---- rows that are not sent, and well so ---- */
    {"The row is empty",
     "Die Zeile ist leer"},
    {"Nothing is to be done: empty rows are left out.",
     "Es ist nichts zu tun: Leere Zeilen werden ausgelassen."},
    {"The row has totals, and nobody's data",
     "Die Zeile enthält Summen und keine Person"},
    {"Nothing is to be done. If it is a person after all, change the first value of the row, which "
     "looks like a heading of totals, and drop the row again.",
     "Es ist nichts zu tun. Falls es doch eine Person ist, ändern Sie den ersten Wert der Zeile, "
     "der wie „Summe“ aussieht, und legen Sie die Zeile erneut in den Eingangsordner."},
    {"The row is left out on purpose",
     "Die Zeile wird absichtlich ausgelassen"},
    {"Nothing is to be done: the profile for these files leaves such rows out. If one of these "
     "people needs an extension after all, ask your administrator.",
     "Es ist nichts zu tun: Das Profil für diese Dateien lässt solche Zeilen aus. Falls eine "
     "dieser Personen doch eine Nebenstelle braucht, wenden Sie sich an Ihre IT-Abteilung."},
    {"The extension is there already, with other values",
     "Die Nebenstelle gibt es bereits, mit anderen Werten"},
    {"An import never changes an extension. If the new values are right, ask your administrator "
     "to change them on the phone system; otherwise correct your file.",
     "Ein Import ändert nie eine vorhandene Nebenstelle. Wenn die neuen Werte stimmen, bitten Sie "
     "Ihre IT-Abteilung, sie auf der Telefonanlage zu ändern; sonst korrigieren Sie Ihre Datei."},
    {"The row was not sent to the phone system",
     "Die Zeile wurde nicht an die Telefonanlage gesendet"},
    {"The import is stopped, so nothing became of this row. Look above for the reason, and ask "
     "your administrator to let the import go on or to cancel it.",
     "Der Import steht, deshalb geschah mit dieser Zeile nichts. Den Grund finden Sie weiter oben; "
     "bitten Sie Ihre IT-Abteilung, den Import fortzusetzen oder abzubrechen."},
    {"The import was cancelled before this row",
     "Der Import wurde vor dieser Zeile abgebrochen"},
    {"If these people are to get an extension after all, drop their rows again.",
     "Falls diese Personen doch eine Nebenstelle bekommen sollen, legen Sie ihre Zeilen erneut in "
     "den Eingangsordner."},

    /* ---- rows that cannot be read ---- */
    {"The row has too many values",
     "Die Zeile hat zu viele Werte"},
    {"Put a value that has a comma or a semicolon in it between double quotes. Correct the rows "
     "in the rejects file and drop that file again.",
     "Setzen Sie einen Wert, der ein Komma oder Semikolon enthält, in doppelte Anführungszeichen. "
     "Korrigieren Sie die Datei mit den abgelehnten Zeilen und legen Sie sie erneut in den "
     "Eingangsordner."},
    {"The row has too few values",
     "Die Zeile hat zu wenige Werte"},
    {"Often a value has a line break in it, and the row is cut in two. Correct the rows in the "
     "rejects file and drop that file again.",
     "Oft enthält ein Wert einen Zeilenumbruch, und die Zeile ist in zwei Teile zerfallen. "
     "Korrigieren Sie die Datei mit den abgelehnten Zeilen und legen Sie sie erneut in den "
     "Eingangsordner."},
    {"A quotation mark is missing at the end of a value",
     "Am Ende eines Wertes fehlt ein Anführungszeichen"},
    {"Add the quotation mark in the rejects file and drop that file again.",
     "Ergänzen Sie das Anführungszeichen in der Datei mit den abgelehnten Zeilen und legen Sie "
     "sie erneut in den Eingangsordner."},
    {"A quotation mark stands where none may stand",
     "Ein Anführungszeichen steht, wo keines stehen darf"},
    {"Remove the quotation mark in the rejects file and drop that file again.",
     "Entfernen Sie das Anführungszeichen in der Datei mit den abgelehnten Zeilen und legen Sie "
     "sie erneut in den Eingangsordner."},
    {"The row is far too long",
     "Die Zeile ist viel zu lang"},
    {"Mostly a quotation mark is missing, and the rest of the file was taken for one value. "
     "Correct the file and drop it again; if it is right as it is, ask your administrator.",
     "Meist fehlt ein Anführungszeichen, und der Rest der Datei wurde für einen einzigen Wert "
     "gehalten. Korrigieren Sie die Datei und legen Sie sie erneut in den Eingangsordner; wenn sie "
     "so stimmt, wenden Sie sich an Ihre IT-Abteilung."},
    {"Some characters cannot be read",
     "Einige Zeichen können nicht gelesen werden"},
    {"Save the file as \"CSV UTF-8\" and drop it again. If the file is right, ask your "
     "administrator.",
     "Speichern Sie die Datei als „CSV UTF-8“ und legen Sie sie erneut in den Eingangsordner. Wenn "
     "die Datei stimmt, wenden Sie sich an Ihre IT-Abteilung."},

    /* ---- values against a rule ---- */
    {"A value is missing",
     "Ein Wert fehlt"},
    {"Fill in what is missing in the rejects file and drop that file again.",
     "Tragen Sie in der Datei mit den abgelehnten Zeilen ein, was fehlt, und legen Sie sie erneut "
     "in den Eingangsordner."},
    {"A value is of the wrong kind",
     "Ein Wert ist von der falschen Art"},
    {"The message says what is wanted. Correct the rows in the rejects file and drop that file "
     "again.",
     "Die Meldung sagt, was verlangt ist. Korrigieren Sie die Datei mit den abgelehnten Zeilen und "
     "legen Sie sie erneut in den Eingangsordner."},
    {"A value does not have the right form",
     "Ein Wert hat nicht die richtige Form"},
    {"The message says which form is wanted. Correct the rows in the rejects file and drop that "
     "file again.",
     "Die Meldung sagt, welche Form verlangt ist. Korrigieren Sie die Datei mit den abgelehnten "
     "Zeilen und legen Sie sie erneut in den Eingangsordner."},
    {"A value is none of those that are allowed",
     "Ein Wert gehört nicht zu den erlaubten Werten"},
    {"Choose one of the allowed values, correct the rows in the rejects file and drop that file "
     "again.",
     "Wählen Sie einen der erlaubten Werte, korrigieren Sie die Datei mit den abgelehnten Zeilen "
     "und legen Sie sie erneut in den Eingangsordner."},
    {"A value is too short or too long",
     "Ein Wert ist zu kurz oder zu lang"},
    {"The message says how long it may be. Correct the rows in the rejects file and drop that "
     "file again.",
     "Die Meldung sagt, wie lang er sein darf. Korrigieren Sie die Datei mit den abgelehnten "
     "Zeilen und legen Sie sie erneut in den Eingangsordner."},
    {"A number is too small or too large",
     "Eine Zahl ist zu klein oder zu groß"},
    {"The message says what is allowed. Correct the rows in the rejects file and drop that file "
     "again.",
     "Die Meldung sagt, was erlaubt ist. Korrigieren Sie die Datei mit den abgelehnten Zeilen und "
     "legen Sie sie erneut in den Eingangsordner."},
    {"A value does not go with the others of its row",
     "Ein Wert passt nicht zu den anderen der Zeile"},
    {"The message says what does not fit. Correct the rows in the rejects file and drop that "
     "file again.",
     "Die Meldung sagt, was nicht passt. Korrigieren Sie die Datei mit den abgelehnten Zeilen "
     "und legen Sie sie erneut in den Eingangsordner."},
    {"The extension number stands twice in the file",
     "Die Nummer der Nebenstelle steht zweimal in der Datei"},
    {"The first row with this number counts. Give the other one a number of its own in the "
     "rejects file and drop that file again, or leave it out.",
     "Die erste Zeile mit dieser Nummer zählt. Geben Sie der anderen in der Datei mit den "
     "abgelehnten Zeilen eine eigene Nummer und legen Sie diese Datei erneut in den "
     "Eingangsordner, oder lassen Sie sie weg."},
    {"A spreadsheet program has changed a value",
     "Ein Tabellenprogramm hat einen Wert verändert"},
    {"In the rejects file, format the column as text and enter the value again. Then drop that "
     "file again.",
     "Formatieren Sie in der Datei mit den abgelehnten Zeilen die Spalte als Text und geben Sie "
     "den Wert erneut ein. Legen Sie die Datei dann erneut in den Eingangsordner."},
    {"A value was put into the right form",
     "Ein Wert wurde in die richtige Form gebracht"},
    {"Nothing is to be done if the value is right now. Otherwise ask your administrator.",
     "Es ist nichts zu tun, wenn der Wert nun stimmt. Sonst wenden Sie sich an Ihre IT-Abteilung."},

    {"This is only a hint: check the value. If it is right, nothing is to be done.",
     "Das ist nur ein Hinweis: Prüfen Sie den Wert. Wenn er stimmt, ist nichts zu tun."},

    /* ---- answers of the phone system ---- */
    {"The extension number is already taken",
     "Die Nummer der Nebenstelle ist bereits vergeben"},
    {"Choose another number for these people, correct the rows in the rejects file and drop that "
     "file again.",
     "Wählen Sie für diese Personen eine andere Nummer, korrigieren Sie die Datei mit den "
     "abgelehnten Zeilen und legen Sie sie erneut in den Eingangsordner."},
    {"Nothing is to be done if the number is these people's own already. Otherwise give them other "
     "numbers in your file and drop it again.",
     "Es ist nichts zu tun, wenn die Nummer schon zu diesen Personen gehört. Sonst geben Sie ihnen "
     "in Ihrer Datei andere Nummern und legen Sie die Datei erneut in den Eingangsordner."},
    {"It is not sure whether the extension was created",
     "Es ist nicht sicher, ob die Nebenstelle angelegt wurde"},
    {"Ask your administrator to look for this number on the phone system, and to send the row "
     "again if it is not there. Do not drop it again yourself.",
     "Bitten Sie Ihre IT-Abteilung, auf der Telefonanlage nach dieser Nummer zu sehen und die "
     "Zeile erneut zu senden, falls sie dort fehlt. Legen Sie die Zeile nicht selbst noch einmal "
     "in den Eingangsordner."},
    {"The phone system failed on this row each time",
     "Die Telefonanlage ist an dieser Zeile jedes Mal gescheitert"},
    {"Check the values of the row. If they are right, ask your administrator to look at the phone "
     "system and to send the row again.",
     "Prüfen Sie die Werte der Zeile. Wenn sie stimmen, bitten Sie Ihre IT-Abteilung, die "
     "Telefonanlage zu prüfen und die Zeile erneut zu senden."},
    {"The phone system did not accept the row",
     "Die Telefonanlage hat die Zeile nicht angenommen"},
    {"Ask your administrator: the web server of the phone system turned the row away.",
     "Wenden Sie sich an Ihre IT-Abteilung: Der Webserver der Telefonanlage hat die Zeile "
     "zurückgewiesen."},
    {"The phone system refused the row",
     "Die Telefonanlage hat die Zeile abgelehnt"},
    {"Check the values of the row. If they are right, tell your administrator the error number.",
     "Prüfen Sie die Werte der Zeile. Wenn sie stimmen, nennen Sie Ihrer IT-Abteilung die "
     "Fehlernummer."},
    {"The phone system does not understand the data",
     "Die Telefonanlage versteht die Daten nicht"},
    {"Ask your administrator to change the format in the settings of the import.",
     "Bitten Sie Ihre IT-Abteilung, in den Einstellungen des Imports das Format zu ändern."},
    {"The phone system does not offer this function",
     "Die Telefonanlage bietet diese Funktion nicht an"},
    {"Ask your administrator to check the address and the version of the phone system.",
     "Bitten Sie Ihre IT-Abteilung, die Adresse und die Version der Telefonanlage zu prüfen."},
    {"The phone system misses a value",
     "Der Telefonanlage fehlt ein Wert"},
    {"Fill in the empty columns in the rejects file and drop that file again.",
     "Füllen Sie die leeren Spalten in der Datei mit den abgelehnten Zeilen aus und legen Sie sie "
     "erneut in den Eingangsordner."},
    {"The extension has disappeared from the phone system",
     "Die Nebenstelle ist von der Telefonanlage verschwunden"},
    {"Somebody has deleted it. Ask your administrator to send the row again if it is needed.",
     "Jemand hat sie gelöscht. Bitten Sie Ihre IT-Abteilung, die Zeile erneut zu senden, falls sie "
     "gebraucht wird."},
    {"The phone system could not set up the extension",
     "Die Telefonanlage konnte die Nebenstelle nicht einrichten"},
    {"Check the values of the row, correct them in the rejects file and drop that file again. If "
     "they are right, ask your administrator.",
     "Prüfen Sie die Werte der Zeile, korrigieren Sie sie in der Datei mit den abgelehnten Zeilen "
     "und legen Sie diese Datei erneut in den Eingangsordner. Wenn die Werte stimmen, wenden Sie "
     "sich an Ihre IT-Abteilung."},
    {"The phone system is asked too often",
     "Die Telefonanlage wird zu oft gefragt"},
    {"Nothing is to be done: the import goes on by itself, more slowly.",
     "Es ist nichts zu tun: Der Import geht von selbst weiter, nur langsamer."},
    {"The extension number is missing",
     "Die Nummer der Nebenstelle fehlt"},
    {"Fill in the number in the rejects file and drop that file again.",
     "Tragen Sie die Nummer in der Datei mit den abgelehnten Zeilen ein und legen Sie diese Datei "
     "erneut in den Eingangsordner."},
    {"The phone system could not save the route of the extension",
     "Die Telefonanlage konnte die Route der Nebenstelle nicht speichern"},
    {"Check the values of the row. If they are right, ask your administrator to look at the phone "
     "system.",
     "Prüfen Sie die Werte der Zeile. Wenn sie stimmen, bitten Sie Ihre IT-Abteilung, die "
     "Telefonanlage zu prüfen."},
    {"The phone system has this extension already",
     "Die Telefonanlage hat diese Nebenstelle bereits"},
    {"The phone system has no room for more extensions",
     "Auf der Telefonanlage ist kein Platz für weitere Nebenstellen"},
    {"Ask your administrator to make room on the phone system. The import goes on by itself then.",
     "Bitten Sie Ihre IT-Abteilung, auf der Telefonanlage Platz zu schaffen. Danach geht der "
     "Import "
     "von selbst weiter."},
    {"The phone system received no data",
     "Bei der Telefonanlage kamen keine Daten an"},
    {"Ask your administrator to check the connection to the phone system.",
     "Bitten Sie Ihre IT-Abteilung, die Verbindung zur Telefonanlage zu prüfen."},

    /* ---- headings ---- */
    {"A column is not known and was left out",
     "Eine Spalte ist nicht bekannt und wurde ausgelassen"},
    {"Nothing is to be done if it is not needed. Otherwise correct its heading and drop the file "
     "again, or ask your administrator.",
     "Es ist nichts zu tun, wenn sie nicht gebraucht wird. Sonst korrigieren Sie ihre Überschrift "
     "und legen Sie die Datei erneut in den Eingangsordner, oder wenden Sie sich an Ihre "
     "IT-Abteilung."},
    {"A column is missing",
     "Eine Spalte fehlt"},
    {"Add the column, or correct its heading if it is misspelt; where the line with the headings "
     "is missing, put it at the top. Then drop the file again.",
     "Ergänzen Sie die Spalte, oder korrigieren Sie ihre Überschrift, falls diese falsch "
     "geschrieben ist; wo die Zeile mit den Überschriften fehlt, setzen Sie sie an den Anfang. "
     "Legen Sie die Datei dann erneut in den Eingangsordner."},
    {"Two columns have the same heading",
     "Zwei Spalten haben dieselbe Überschrift"},
    {"If the file was taken, check that the right column was used. Otherwise delete or rename one "
     "of the two columns and drop the file again.",
     "Wenn die Datei angenommen wurde, prüfen Sie, ob die richtige Spalte verwendet wurde. Sonst "
     "löschen Sie eine der beiden Spalten oder benennen Sie sie um, und legen Sie die Datei erneut "
     "in den Eingangsordner."},

    /* ---- the file as a whole: rejected ---- */
    {"The file is empty",
     "Die Datei ist leer"},
    {"Save or export the file again, and check that there is something in it before you drop it.",
     "Speichern oder exportieren Sie die Datei noch einmal, und prüfen Sie, ob etwas darin steht, "
     "bevor Sie sie in den Eingangsordner legen."},
    {"The file is not a CSV file",
     "Die Datei ist keine CSV-Datei"},
    {"Open it in your spreadsheet program, choose Save As and \"CSV UTF-8\", and drop that file.",
     "Öffnen Sie sie in Ihrem Tabellenprogramm, wählen Sie „Speichern unter“ und „CSV UTF-8“, und "
     "legen Sie diese neue Datei in den Eingangsordner."},
    {"The file is too large",
     "Die Datei ist zu groß"},
    {"The file has too many rows",
     "Die Datei hat zu viele Zeilen"},
    {"Divide it into several files and drop them one after another, or ask your administrator to "
     "raise the limit.",
     "Teilen Sie sie in mehrere Dateien auf und legen Sie diese nacheinander in den "
     "Eingangsordner, "
     "oder bitten Sie Ihre IT-Abteilung, die Grenze zu erhöhen."},

    /* ---- the file as a whole: held ---- */
    {"A row is wrong, so nothing was sent",
     "Eine Zeile ist fehlerhaft, deshalb wurde nichts gesendet"},
    {"Ask your administrator to cancel this import, correct the rows below in your file and drop "
     "it again. Or ask your administrator to let the rows go on that are right.",
     "Bitten Sie Ihre IT-Abteilung, diesen Import abzubrechen, korrigieren Sie die unten genannten "
     "Zeilen in Ihrer Datei und legen Sie sie erneut in den Eingangsordner. Oder bitten Sie Ihre "
     "IT-Abteilung, den Import mit den richtigen Zeilen fortzusetzen."},
    {"Too many rows are wrong",
     "Zu viele Zeilen sind fehlerhaft"},
    {"Mostly it is the wrong file, or its columns are mixed up: ask your administrator to cancel "
     "this import, and drop the right file. Or ask your administrator to let the rows go on that "
     "are right.",
     "Meist ist es die falsche Datei, oder ihre Spalten sind vertauscht: Bitten Sie Ihre "
     "IT-Abteilung, diesen Import abzubrechen, und legen Sie die richtige Datei in den "
     "Eingangsordner. Oder bitten Sie Ihre IT-Abteilung, den Import mit den richtigen Zeilen "
     "fortzusetzen."},
    {"The file has more new people than is usual",
     "Die Datei enthält mehr neue Personen als üblich"},
    {"If so many extensions are to be created, ask your administrator to let the import go on.",
     "Wenn so viele Nebenstellen angelegt werden sollen, bitten Sie Ihre IT-Abteilung, den Import "
     "fortzusetzen."},
    {"The file has far fewer rows than the last one",
     "Die Datei hat viel weniger Zeilen als die vorige"},
    {"Check that the export is complete. If it is, ask your administrator to let the import go "
     "on; if not, to cancel it, and drop the complete file.",
     "Prüfen Sie, ob der Export vollständig ist. Wenn ja, bitten Sie Ihre IT-Abteilung, den Import "
     "fortzusetzen; wenn nicht, ihn abzubrechen, und legen Sie die vollständige Datei in den "
     "Eingangsordner."},
    {"The end of the file is missing",
     "Das Ende der Datei fehlt"},
    {"The export or the upload broke off: ask your administrator to cancel this import, and drop "
     "the complete file.",
     "Der Export oder die Übertragung brach ab: Bitten Sie Ihre IT-Abteilung, diesen Import "
     "abzubrechen, und legen Sie die vollständige Datei in den Eingangsordner."},
    {"An administrator has stopped the import",
     "Die IT-Abteilung hat den Import angehalten"},
    {"Nothing is to be done: your administrator lets it go on, or cancels it.",
     "Es ist nichts zu tun: Ihre IT-Abteilung setzt ihn fort oder bricht ihn ab."},
    {"The file was meant for another phone system",
     "Die Datei war für eine andere Telefonanlage bestimmt"},
    {"Ask your administrator whether the rest is to go to the phone system that is used now.",
     "Fragen Sie Ihre IT-Abteilung, ob der Rest an die jetzt verwendete Telefonanlage gehen soll."},
    {"The phone system refuses every row for the same reason",
     "Die Telefonanlage lehnt jede Zeile aus demselben Grund ab"},
    {"Mostly a setting is wrong, not the rows. Ask your administrator to put it right and to let "
     "the import go on.",
     "Meist ist eine Einstellung falsch, nicht die Zeilen. Bitten Sie Ihre IT-Abteilung, das zu "
     "beheben und den Import fortzusetzen."},
    {"The program failed twice on this file",
     "Das Programm ist zweimal an dieser Datei gescheitert"},
    {"Ask your administrator to report this fault. Do not drop the file again until then.",
     "Bitten Sie Ihre IT-Abteilung, diesen Fehler zu melden. Legen Sie die Datei bis dahin nicht "
     "noch einmal in den Eingangsordner."},
    {"The file cannot be read",
     "Die Datei kann nicht gelesen werden"},
    {"Drop the file again. If that does not help, ask your administrator to look at the disk.",
     "Legen Sie die Datei erneut in den Eingangsordner. Wenn das nicht hilft, bitten Sie Ihre "
     "IT-Abteilung, den Datenträger zu prüfen."},
    {"It is no longer known why the import was stopped",
     "Es ist nicht mehr bekannt, warum der Import angehalten wurde"},
    {"Ask your administrator to find out whether it may go on. Nothing is created twice.",
     "Bitten Sie Ihre IT-Abteilung zu klären, ob er fortgesetzt werden darf. Es wird nichts "
     "doppelt "
     "angelegt."},
    {"There is no profile for this file",
     "Für diese Datei gibt es kein Profil"},
    {"Ask your administrator to add the profile, or to correct its name in the settings.",
     "Bitten Sie Ihre IT-Abteilung, das Profil zu ergänzen oder seinen Namen in den Einstellungen "
     "zu korrigieren."},
    {"There are no free extension numbers left",
     "Es sind keine Nummern für Nebenstellen mehr frei"},
    {"Ask your administrator to enlarge the range of numbers and to let the import go on.",
     "Bitten Sie Ihre IT-Abteilung, den Nummernkreis zu erweitern und den Import fortzusetzen."},
    {"It is no longer known who has which number",
     "Es ist nicht mehr bekannt, wer welche Nummer hat"},
    {"Ask your administrator to restore the data from a backup. If all people in this file are "
     "new, your administrator may let the import go on.",
     "Bitten Sie Ihre IT-Abteilung, die Daten aus einer Sicherung wiederherzustellen. Wenn alle "
     "Personen in dieser Datei neu sind, kann Ihre IT-Abteilung den Import fortsetzen."},

    /* ---- the file as a whole: told only ---- */
    {"The same file was imported before",
     "Genau diese Datei wurde schon einmal importiert"},
    {"Nothing is to be done: what was created then stays as it is, and nothing is created twice.",
     "Es ist nichts zu tun: Was damals angelegt wurde, bleibt, wie es ist, und nichts wird doppelt "
     "angelegt."},
};
/* clang-format on */

const struct texts_part texts_advice = {lines, COUNT_OF(lines)};
