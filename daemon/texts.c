/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME texts: the words of pages, reports and receipts, and numbers and times among them. The
 * table's other parts are texts_messages.c, texts_reasons.c and texts_advice.c; how a text is found
 * is in texts_find.c. */
#include "texts_own.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* What is asked for by text_in and text_fill. In no message of others is it looked for. */
/* clang-format off */
static const char *const texts[][LANGUAGES] = {
    /* ---- dates and numbers ---- */
    {"%1 %2 %3, %4 (%5)", "%1. %2 %3, %4 Uhr (%5)"}, /* day, month, year, time, time zone */
    {"January", "Januar"},
    {"February", "Februar"},
    {"March", "März"},
    {"April", NULL},
    {"May", "Mai"},
    {"June", "Juni"},
    {"July", "Juli"},
    {"August", NULL},
    {"September", NULL},
    {"October", "Oktober"},
    {"November", NULL},
    {"December", "Dezember"},
    {",", "."}, /* between thousands */
    {"CET", "MEZ"},
    {"CEST", "MESZ"},
    {"Added", "Angelegt"},

    /* ---- states of imports and rows, kinds of findings ---- */
    {"claimed", "angenommen"},
    {"planned", "vorgesehen"},
    {"sending", "wird gesendet"},
    {"waiting", "wartet"},
    {"done", "fertig"},
    {"held", "angehalten"},
    {"rejected", "abgewiesen"},
    {"cancelled", "abgebrochen"},
    {"in doubt", "ungewiss"},
    {"refused", "abgelehnt"},
    {"created", "angelegt"},
    {"unchanged", "unverändert"},
    {"skipped", "übersprungen"},
    {"invalid", "fehlerhaft"},
    {"failed", "abgelehnt"},
    {"error", "Fehler"},
    {"warning", "Hinweis"},

    /* ---- what is found out about a file: choices.h ---- */
    {"encoding", "Zeichenkodierung"},
    {"delimiter", "Trennzeichen"},
    {"quote", "Anführungszeichen"},
    {"header", "Kopfzeile"},
    {"headings", "Überschriften"},
    {"profile", "Profil"},
    {"tab", "Tabulator"},
    {"2 lines", "2 Zeilen"},

    /* ---- page ---- */
    {"Imports into the phone system", "Importe in die Telefonanlage"},
    {"The connection to the server is lost. What you see is from %1; it goes on by itself as soon "
     "as the server answers again.",
     "Die Verbindung zum Server ist unterbrochen. Was Sie sehen, ist von %1 Uhr; es geht von "
     "selbst weiter, sobald der Server wieder antwortet."},
    {"The connection is back: what you see is up to date.",
     "Die Verbindung steht wieder: Was Sie sehen, ist aktuell."},
    {"The program has only just started: nothing is known yet.",
     "Das Programm ist eben erst gestartet: Noch ist nichts bekannt."},
    {"The program is not answering at the moment: what you see is not up to date.",
     "Das Programm antwortet zurzeit nicht: Was Sie sehen, ist nicht aktuell."},
    {"The program is about to end. Nothing is lost: the imports go on when it is started again.",
     "Das Programm wird gerade beendet. Nichts geht verloren: Die Importe gehen weiter, wenn es "
     "wieder gestartet wird."},
    {"One more file is not listed here.", "Eine weitere Datei ist hier nicht aufgeführt."},
    {"%1 more files are not listed here.", "%1 weitere Dateien sind hier nicht aufgeführt."},
    {"Files about to be taken up", "Dateien kurz vor der Annahme"},
    {"All is well: no file is waiting.", "Alles in Ordnung: Keine Datei wartet."},
    {"One file is being imported.", "Eine Datei wird importiert."},
    {"%1 files are being imported.", "%1 Dateien werden importiert."},
    {"One file is held until somebody decides what to do.",
     "Eine Datei ist angehalten, bis jemand entscheidet, was geschehen soll."},
    {"%1 files are held until somebody decides what to do.",
     "%1 Dateien sind angehalten, bis jemand entscheidet, was geschehen soll."},
    {"One file in the drop folder is not taken up.",
     "Eine Datei im Eingangsordner wird nicht angenommen."},
    {"%1 files in the drop folder are not taken up.",
     "%1 Dateien im Eingangsordner werden nicht angenommen."},
    {"Nothing could be sent to the phone system since %2: %1.",
     "Seit dem %2 kann nichts an die Telefonanlage gesendet werden: %1."},
    {"Nothing can be sent to the phone system at the moment: %1.",
     "Zurzeit kann nichts an die Telefonanlage gesendet werden: %1."},
    {"Your administrator has yet to tell this server where the phone system is. Files may be "
     "dropped meanwhile: they are kept.",
     "Ihre IT-Abteilung muss auf diesem Server noch die Adresse der Telefonanlage eintragen. "
     "Dateien können inzwischen abgelegt werden: Sie bleiben erhalten."},
    {"Your administrator has yet to give this server the password of the phone system. Files may "
     "be dropped meanwhile: they are kept.",
     "Ihre IT-Abteilung muss auf diesem Server noch das Passwort der Telefonanlage eintragen. "
     "Dateien können inzwischen abgelegt werden: Sie bleiben erhalten."},
    {"Your administrator has to correct the user or the password that this server logs in with. "
     "Nothing is lost: the imports go on then.",
     "Ihre IT-Abteilung muss den Benutzer oder das Passwort korrigieren, womit dieser Server sich "
     "anmeldet. Nichts geht verloren: Danach gehen die Importe weiter."},
    {"Nothing is lost: the imports go on by themselves as soon as the phone system takes them.",
     "Nichts geht verloren: Die Importe gehen von selbst weiter, sobald die Telefonanlage sie "
     "annimmt."},
    {"Nothing is lost: the imports go on by themselves as soon as that has been mended.",
     "Nichts geht verloren: Die Importe gehen von selbst weiter, sobald das behoben ist."},
    {"Held", "Angehalten"},
    {"Under way", "In Arbeit"},
    {"In the drop folder and not taken up", "Im Eingangsordner und nicht angenommen"},
    {"Finished", "Abgeschlossen"},
    {"No import has finished yet.", "Noch ist kein Import abgeschlossen."},
    {"Import %1", NULL},
    {"Import %1 is being read", "Import %1 wird gelesen"},
    {"Import %1 is about to be sent", "Import %1 wird gleich gesendet"},
    {"Import %1 is being sent to the phone system",
     "Import %1 wird an die Telefonanlage gesendet"},
    {"Import %1 is waiting", "Import %1 wartet"},
    {"Import %1 is held", "Import %1 ist angehalten"},
    {"Done", "Fertig"},
    {"Rejected", "Abgewiesen"},
    {"Cancelled", "Abgebrochen"},
    {"profile %1", "Profil %1"},
    {" since %1", " seit dem %1"},
    {", %1", NULL},
    {"Report on ", "Bericht zu "},
    {"One row read so far", "Bisher eine Zeile gelesen"},
    {"%1 rows read so far", "Bisher %1 Zeilen gelesen"},
    {"%1 of %2 rows done", "%1 von %2 Zeilen erledigt"},
    {"%1 rows a second", "%1 Zeilen je Sekunde"},
    {"%1 rows a minute", "%1 Zeilen je Minute"},
    {"less than a minute left", "noch weniger als eine Minute"},
    {"about a minute left", "noch etwa eine Minute"},
    {"about %1 minutes left", "noch etwa %1 Minuten"},
    {"about an hour left", "noch etwa eine Stunde"},
    {"about %1 hours left", "noch etwa %1 Stunden"},
    {"about a day left", "noch etwa einen Tag"},
    {"about %1 days left", "noch etwa %1 Tage"},
    {"It is waiting: %1", "Er wartet: %1"},
    {"Your administrator lets it go on with", "Ihre IT-Abteilung setzt ihn fort mit"},
    {"or ends it, sending no more, with", "oder bricht ihn ab und sendet nichts mehr mit"},
    {"One row read: ", "Eine Zeile gelesen: "},
    {"%1 rows read: ", "%1 Zeilen gelesen: "},
    {"none added", "keine angelegt"},
    {"one still open", "eine noch offen"},
    {"%1 still open", "%1 noch offen"},
    {"one added", "eine angelegt"},
    {"%1 added", "%1 angelegt"},
    {"one added before", "eine schon früher angelegt"},
    {"%1 added before", "%1 schon früher angelegt"},
    {"one left out", "eine ausgelassen"},
    {"%1 left out", "%1 ausgelassen"},
    {"one row refused", "eine Zeile abgelehnt"},
    {"%1 rows refused", "%1 Zeilen abgelehnt"},
    {"Only CSV files are imported: save it as CSV, for which spreadsheet programs have a choice of "
     "their own, and drop that file.",
     "Nur CSV-Dateien werden importiert: Speichern Sie sie als CSV, wofür Tabellenprogramme einen "
     "eigenen Dateityp haben, und legen Sie diese Datei ab."},
    {"Ask your administrator to look at this file.",
     "Bitten Sie Ihre IT-Abteilung, sich diese Datei anzusehen."},
    {"One file that is expected has not come.", "Eine erwartete Datei ist nicht gekommen."},
    {"%1 files that are expected have not come.",
     "%1 erwartete Dateien sind nicht gekommen."},
    {"Expected and not there", "Erwartet und nicht da"},
    {"Look whether the export ran, and drop its file.",
     "Sehen Sie nach, ob der Export gelaufen ist, und legen Sie seine Datei ab."},
    {"no rows", "keine Zeilen"},
    {"This server", "Dieser Server"},
    {"Drop folder", "Eingangsordner"},
    {"watched: new files are seen at once", "überwacht: Neue Dateien werden sofort bemerkt"},
    {"looked at from time to time, since it cannot be watched: %1",
     "wird von Zeit zu Zeit durchgesehen, da er nicht überwacht werden kann: %1"},
    {"Phone system", "Telefonanlage"},
    {"logged in", "angemeldet"},
    {"takes nothing at the moment", "nimmt zurzeit nichts an"},
    {"not logged in at the moment", "zurzeit nicht angemeldet"},
    {"refuses the user or the password", "lehnt Benutzer oder Passwort ab"},
    {"lets nobody log in for some minutes", "lässt einige Minuten lang keine Anmeldung zu"},
    {"Requests to it under way", "Laufende Anfragen an sie"},
    {"%1 of at most %2", "%1 von höchstens %2"},
    {"Room on the disk", "Platz auf der Festplatte"},
    {"%1 free", "%1 frei"},
    {"%1 kB", NULL},
    {"%1 MB", NULL},
    {"%1 GB", NULL},
    {"%1 TB", NULL},
    {".", ","}, /* between whole numbers and tenths */
    {"Settings", "Einstellungen"},
    {"the last change has a mistake and was not taken over; the settings before it are in force",
     "die letzte Änderung hat einen Fehler und wurde nicht übernommen; es gelten die vorherigen"},
    {"Running since", "In Betrieb seit"},
    {"Version", NULL},
    {"As of", "Stand"},
    {"There is no such page.", "Diese Seite gibt es nicht."},
    {"There is no such report (any more).", "Diesen Bericht gibt es nicht (mehr)."},
    {"The password of this page is needed.", "Für diese Seite ist ein Passwort nötig."},
    {"This is not the password of this page.", "Das ist nicht das Passwort dieser Seite."},
    {"This is not the name of this server.", "Dieser Server heißt anders."},

    /* ---- report: the HTML of an import ---- */
    {"Import", NULL},
    {"Began", "Begonnen"},
    {"Ended", "Beendet"},
    {"Stopped", "Angehalten"},
    {"Profile", "Profil"},
    {"What to do", "Was zu tun ist"},
    {"hidden", "verdeckt"},
    {"Added before, unchanged", "Schon früher angelegt, unverändert"},
    {"Left out", "Ausgelassen"},
    {"Waiting", "Wartet"},
    {"Not valid, never sent", "Fehlerhaft, nicht gesendet"},
    {"Refused by the phone system", "Von der Telefonanlage abgelehnt"},
    {"The file has no rows, so nothing was added.",
     "Die Datei enthält keine Zeilen; es wurde nichts angelegt."},
    {"The one person in the file was added to the phone system.",
     "Die Person in der Datei wurde in der Telefonanlage angelegt."},
    {"All %1 people in the file were added to the phone system.",
     "Alle %1 Personen in der Datei wurden in der Telefonanlage angelegt."},
    {"The one person in the file was there before, unchanged.",
     "Die Person in der Datei war schon angelegt und ist unverändert."},
    {"All %1 people in the file were there before, unchanged.",
     "Alle %1 Personen in der Datei waren schon angelegt und sind unverändert."},
    {"The file has %1 row:", "Die Datei hat %1 Zeile:"},
    {"The file has %1 rows:", "Die Datei hat %1 Zeilen:"},
    {"nobody was added to the phone system", "niemand wurde in der Telefonanlage angelegt"},
    {"%1 person was added to the phone system", "%1 Person wurde in der Telefonanlage angelegt"},
    {"%1 people were added to the phone system",
     "%1 Personen wurden in der Telefonanlage angelegt"},
    {"%1 person was there before, unchanged", "%1 Person war schon angelegt, unverändert"},
    {"%1 people were there before, unchanged", "%1 Personen waren schon angelegt, unverändert"},
    {"%1 row was left out", "%1 Zeile wurde ausgelassen"},
    {"%1 rows were left out", "%1 Zeilen wurden ausgelassen"},
    {"%1 row was refused", "%1 Zeile wurde abgelehnt"},
    {"%1 rows were refused", "%1 Zeilen wurden abgelehnt"},
    {"%1 row waits", "%1 Zeile wartet"},
    {"%1 rows wait", "%1 Zeilen warten"},
    {"The import is on hold: %1.", "Der Import ist angehalten: %1."},
    {"The file could not be imported: %1.", "Die Datei konnte nicht importiert werden: %1."},
    {"Details: %1", "Einzelheiten: %1"},
    {"The import was cancelled.", "Der Import wurde abgebrochen."},
    {"Correct the row in %2 and drop that file again.",
     "Korrigieren Sie die Zeile in %2 und legen Sie diese Datei erneut in den Eingangsordner."},
    {"Correct the %1 rows in %2 and drop that file again.",
     "Korrigieren Sie die %1 Zeilen in %2 und legen Sie diese Datei erneut in den Eingangsordner."},
    {"Correct the refused row in your file and drop it again.",
     "Korrigieren Sie die abgelehnte Zeile in Ihrer Datei und legen Sie die Datei erneut "
     "in den Eingangsordner."},
    {"Correct the %1 refused rows in your file and drop it again.",
     "Korrigieren Sie die %1 abgelehnten Zeilen in Ihrer Datei und legen Sie die Datei erneut "
     "in den Eingangsordner."},
    {"Read first, below, what each of them needs.",
     "Lesen Sie zuvor unten, was bei jeder zu tun ist."},
    {"There is nothing for you to do.", "Sie müssen nichts tun."},
    {"Read below what the rows need that were left out.",
     "Lesen Sie unten, was bei den ausgelassenen Zeilen zu tun ist."},
    {"For your administrator: %1 lets the import go on, %2 ends it.",
     "Für Ihre IT-Abteilung: %1 setzt den Import fort, %2 bricht ihn ab."},
    {"If the rows that were left out are to be added after all, drop the file again.",
     "Sollen die ausgelassenen Zeilen doch angelegt werden, legen Sie die Datei erneut "
     "in den Eingangsordner."},
    {"About the file as a whole", "Zur Datei insgesamt"},
    {"Rows that were refused", "Abgelehnte Zeilen"},
    {"Rows that were left out", "Ausgelassene Zeilen"},
    {"Hints", "Hinweise"},
    {"%1, error number %2", "%1, Fehlernummer %2"},
    {"%1, error number HTTP %2", "%1, Fehlernummer HTTP %2"},
    {"Line", "Zeile"},
    {"Extension", "Nebenstelle"},
    {"Name", NULL},
    {"Column", "Spalte"},
    {"Value", "Wert"},
    {"What was found", "Was auffiel"},
    {"Outcome", "Ergebnis"},
    {"%1 row", "%1 Zeile"},
    {"%1 rows", "%1 Zeilen"},
    {"%1 refused", "davon %1 abgelehnt"},
    {"•••••• stands for what may be a password and is not shown.",
     "•••••• steht für etwas, das ein Passwort sein könnte und nicht gezeigt wird."},
    {"And %1 more.", "Und %1 weitere."},
    {"And %1 more: see %2.", "Und %1 weitere: siehe %2."},
    {"And %1 more: see the list of all rows below.",
     "Und %1 weitere: siehe die Liste aller Zeilen weiter unten."},
    {"All rows", "Alle Zeilen"},
    {"Line %1", "Zeile %1"},
    {"Lines %1 to %2", "Zeilen %1 bis %2"},
    {"These are the first %1 of %2 rows.", "Dies sind die ersten %1 von %2 Zeilen."},
    {"These are the first %1 of %2 rows; every row is in %3.",
     "Dies sind die ersten %1 von %2 Zeilen; alle Zeilen stehen in %3."},
    {"Rows are printed where they were opened before printing.",
     "Gedruckt werden die Zeilen, die vor dem Drucken aufgeklappt wurden."},
    {"How the file was read", "Wie die Datei gelesen wurde"},

    /* ---- announce ---- */
    {"%1: %2 of %3 people added", "%1: %2 von %3 Personen angelegt"},
    {"%1: %2 of 1 person added", "%1: %2 von 1 Person angelegt"},
    {"%1: there is nobody in it", "%1: enthält keine Personen"},
    {"%1: cancelled, %2 of %3 people added", "%1: abgebrochen, %2 von %3 Personen angelegt"},
    {"%1: cancelled, %2 of 1 person added", "%1: abgebrochen, %2 von 1 Person angelegt"},
    {"%1: cancelled", "%1: abgebrochen"},
    {", %1 unchanged", ", %1 unverändert"},
    {", %1 left out", ", %1 ausgelassen"},
    {", %1 refused", ", %1 abgelehnt"},
    {"%1 is held: %2", "%1 wurde angehalten: %2"},
    {"%1 cannot be imported: %2", "%1 kann nicht importiert werden: %2"},
    {"the export of %1 did not come by %2", "Der Export von %1 kam nicht bis %2 Uhr"},
    {"There is nothing left to do.", "Es ist nichts weiter zu tun."},
    {"The report names each refused row and what to do about it. Once corrected, the file of "
     "refused rows can be dropped again as it is.",
     "Der Bericht nennt jede abgelehnte Zeile und was zu tun ist. Sobald die Datei mit den "
     "abgelehnten Zeilen korrigiert ist, können Sie sie so wieder in den Eingangsordner legen."},
    {"Nothing more is sent until an administrator decides: \"extspool release %1\" lets it go on, "
     "\"extspool cancel %1\" ends it. The report tells more.",
     "Es wird nichts mehr an die Telefonanlage gesendet, bis die IT-Abteilung entscheidet: "
     "„extspool release %1“ setzt ihn fort, „extspool cancel %1“ bricht ihn ab. Mehr steht im "
     "Bericht."},
    {"The report tells why rows were left out.",
     "Der Bericht sagt, warum Zeilen ausgelassen wurden."},
    {"Nothing of it was imported. The report tells more.",
     "Nichts daraus wurde importiert. Mehr steht im Bericht."},
    {"An administrator has ended this import. What was not sent by then was left out.",
     "Die IT-Abteilung hat diesen Import abgebrochen. Was bis dahin nicht gesendet war, wurde "
     "ausgelassen."},
    {"No file of this kind has come since one was expected last. See whether the HR system has "
     "made its export, and whether the transfer works.",
     "Seit dem letzten vereinbarten Zeitpunkt ist keine solche Datei eingetroffen. Bitte prüfen "
     "Sie, ob das Personalsystem den Export erstellt hat und ob die Übertragung funktioniert."},
    {"The report: %1", "Der Bericht: %1"},
    /* receipts */
    {"Your file has arrived and is being imported.",
     "Ihre Datei ist angekommen und wird importiert."},
    {"File: %1", "Datei: %1"},
    {"Size: %1 bytes", "Größe: %1 Byte"},
    {"Import number: %1", "Importnummer: %1"},
    {"Taken in: %1", "Angenommen: %1"},
    {"Ended: %1", "Beendet: %1"},
    {"Stopped: %1", "Angehalten: %1"},
    {"You have nothing more to do for now.", "Sie müssen vorerst nichts weiter tun."},
    {"What became of it will stand in this folder, in the file %1.",
     "Was daraus geworden ist, steht dann in diesem Ordner in der Datei %1."},
    {"(If a newer file of the same name comes before: in %1.)",
     "(Falls vorher eine neuere Datei mit demselben Namen kommt: in %1.)"},
    {"About the file:", "Zur Datei:"},
    {"Rows that were refused:", "Abgelehnte Zeilen:"},
    {"Line %1, extension %2:", "Zeile %1, Nebenstelle %2:"},
    {"Line %1:", "Zeile %1:"},
    {"Your file was imported.", "Ihre Datei wurde importiert."},
    {"Your file is held: nothing more is sent until your administrator decides.",
     "Ihre Datei ist angehalten: Es wird nichts weiter angelegt, bis Ihre IT-Abteilung "
     "entscheidet."},
    {"Your file could not be imported.", "Ihre Datei konnte nicht importiert werden."},
    {"The import of your file was cancelled.", "Der Import Ihrer Datei wurde abgebrochen."},
    {"Your file was read, but nobody was added to the phone system.",
     "Ihre Datei wurde gelesen, aber niemand wurde in der Telefonanlage angelegt."},
    {"Nobody was added to the phone system.", "Niemand wurde in der Telefonanlage angelegt."},
    {"It has no rows, so there was nobody to be added.",
     "Sie enthält keine Zeilen, es war also niemand anzulegen."},
    {"%1 of %2 people was added to the phone system.",
     "%1 von %2 Personen wurde in der Telefonanlage angelegt."},
    {"%1 of %2 people were added to the phone system.",
     "%1 von %2 Personen wurden in der Telefonanlage angelegt."},
    {"%1 was there already.", "%1 war schon vorhanden."},
    {"%1 were there already.", "%1 waren schon vorhanden."},
    {"%1 row was left out.", "%1 Zeile wurde ausgelassen."},
    {"%1 rows were left out.", "%1 Zeilen wurden ausgelassen."},
    {"%1 row was refused.", "%1 Zeile wurde abgelehnt."},
    {"%1 rows were refused.", "%1 Zeilen wurden abgelehnt."},
    {"Rows in the file: %1", "Zeilen in der Datei: %1"},
    {"Added: %1", "Angelegt: %1"},
    {"There already, unchanged: %1", "Schon vorhanden, unverändert: %1"},
    {"Left out: %1", "Ausgelassen: %1"},
    {"Waiting: %1", "Wartend: %1"},
    {"Not valid, never sent: %1", "Fehlerhaft, nicht gesendet: %1"},
    {"Refused by the phone system: %1", "Von der Telefonanlage abgelehnt: %1"},
    {"Why: %1", "Grund: %1"},
    {"What to do: %1", "Was zu tun ist: %1"},
    {"Why rows were left out, and what to do:",
     "Warum Zeilen ausgelassen wurden, und was zu tun ist:"},
    {"Why rows were refused, and what to do:",
     "Warum Zeilen abgelehnt wurden, und was zu tun ist:"},
    {"%1 (%2 row).", "%1 (%2 Zeile)."},
    {"%1 (%2 rows).", "%1 (%2 Zeilen)."},
    {"and %1 more row", "und %1 weitere Zeile"},
    {"and %1 more rows", "und %1 weitere Zeilen"},
    {"The refused rows are in the file %1, each with the reason at its end.",
     "Die abgelehnten Zeilen stehen in der Datei %1, jede mit dem Grund am Ende."},
    {"The refused rows are in the file %1, each with the reason at its end. Correct them there, "
     "save that file under another name, such as %2, and drop it: the rows that were added need "
     "not come again.",
     "Die abgelehnten Zeilen stehen in der Datei %1, jede mit dem Grund am Ende. Korrigieren Sie "
     "sie dort, speichern Sie die Datei unter einem anderen Namen, zum Beispiel %2, und legen Sie "
     "sie wieder ab: Was schon angelegt ist, muss nicht noch einmal kommen."},
    {"You have nothing more to do.", "Sie müssen nichts weiter tun."},
    {"Your administrator has full reports: %1",
     "Ihre IT-Abteilung hat ausführliche Berichte: %1"},
};
/* clang-format on */

const struct texts_part texts_words = {texts, COUNT_OF(texts)};

const char *language_tag(enum language l)
{
    static const char *const tags[] = {"en", "de"};
    static_assert(COUNT_OF(tags) == LANGUAGES, "a tag for each language");
    return tags[l];
}

const char *text_in(enum language l, const char *english)
{
    const char *const *line = texts_line(english);
    return line && line[l] ? line[l] : english;
}

void text_fill(struct buf *to, enum language l, const char *english, const char *const *values)
{
    for (const char *at = text_in(l, english); *at; at++) {
        if (at[0] != '%') {
            buf_char(to, *at);
        } else if (*++at == '%') {
            buf_char(to, '%');
        } else {
            assert(*at >= '1' && *at <= '9');
            buf_text(to, values[*at - '1']);
        }
    }
}

void text_count(struct buf *to, enum language l, uint64_t count)
{
    char digits[32];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, count);
    const char *separator = text_in(l, ",");
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_text(to, separator);
        buf_char(to, digits[i]);
    }
}

void text_time(struct buf *to, enum language l, int64_t wall)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    time_t seconds = (time_t)(wall / 1000);
    struct tm tm;
    char day[16];
    char year[16];
    char time[16];
    localtime_r(&seconds, &tm);
    snprintf(day, sizeof day, "%d", tm.tm_mday);
    snprintf(year, sizeof year, "%d", tm.tm_year + 1900);
    strftime(time, sizeof time, "%H:%M", &tm);
    text_fill(to, l, "%1 %2 %3, %4 (%5)",
              (const char *const[]){day, text_in(l, months[tm.tm_mon]), year, time,
                                    text_in(l, tm.tm_zone)});
}
