# SPDX-License-Identifier: GPL-2.0-or-later
"""Small worlds (a spool, a state folder, a simulated PBX) in which a few imports are done, and what
is to come of them: shared by the walkers in tests/crash and tests/fault.

A scenario is a function of a World. It gives `rows`, what is to come of the rows of each file (all,
created, skipped, invalid, failed), and runs commands with `go`. One of them, the target, is run with
the shim's settings first, and then once more without: that is what a walk is made of.
"""
import csv
import hashlib
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time

TREE = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
FIRST = 20  # [retry] first, ms
PATIENCE = 60  # s


class Wrong(Exception):
    """Something that may not be; its text says what."""


class Place:
    """Where worlds are made: a folder, in memory where that can be, since a walk syncs thousands
    of times and kills no kernel; the programs; the state that a daemon leaves which had nothing to
    do yet."""

    def __init__(self, build):
        self.build = os.path.realpath(build)
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.top = tempfile.mkdtemp(prefix="extspoold-", dir=memory)
        self.begun = None
        world = World(self, "begun", None)
        world.conf(url="")
        world.run("extspoold", ["--once"])
        self.begun = world.path

    def close(self):
        if os.environ.get("KEEP"):
            print("the worlds are in " + self.top)
        else:
            shutil.rmtree(self.top, ignore_errors=True)


class World:
    def __init__(self, place, name, shim, target=0):
        self.place = place
        self.path = os.path.join(place.top, name)
        self.shim = shim  # the shim's settings for the target
        self.target = target  # the number of the command
        self.commands = 0
        self.rows = None
        self.ended = None  # how the target ended
        self.told = ""  # what the target said
        self.between = lambda world: None  # called when it has ended, before it is run again
        self.then = lambda world, program: None  # called after every command
        self.made_up = ()  # the fields that are others in every world
        self.end = lambda world: None  # called when all is over
        self.pbx = None
        self.url = ""
        for folder in ("spool/incoming", "aside"):
            os.makedirs(self.path + "/" + folder, exist_ok=True)
        if place.begun:
            self.begin_anew()
        for file in ("password", "pbx-password"):
            self.write(file, "secret\n")

    def begin_anew(self):
        for folder in ("spool", "state"):
            shutil.rmtree(self.path + "/" + folder, ignore_errors=True)
            shutil.copytree(self.place.begun + "/" + folder, self.path + "/" + folder,
                            ignore=shutil.ignore_patterns("*.sock"))

    def write(self, name, text, mode="w"):
        with open(self.path + "/" + name, mode, encoding="utf-8") as file:
            file.write(text)

    def conf(self, *lines, url=None, spool=(), report=()):
        """The lines go to the section [import], spool's to [spool], report's to [report]."""
        self.write("conf", "\n".join([
            "[spool]", "directory=" + self.path + "/spool", "settle=10ms", *spool,
            "[import]", "schema=" + TREE + "/schemas/extension.json", *lines,
            "[pbx]", "url=" + (self.url if url is None else url), "username=api", "concurrency=2",
            "password_file=" + self.path + "/password", "connect_timeout=2s", "timeout=5s",
            "[retry]", "first=%dms" % FIRST, "most=100ms",
            "[report]", *report, "[state]", "directory=" + self.path + "/state",
            "[log]", "target=stderr", "level=debug", ""]))

    def drop(self, name="people.csv", bad=None, note="", first=2001, key="number"):
        """Six rows; in the place of the bad one's number stands an x."""
        rows = [key + ",username,registerpassword,note"]
        for i in range(6):
            number = "x" if i + 1 == bad else str(first + i)
            rows.append("%s,Person %d,Aa1bcdef%d,%s" % (number, i + 1, i + 1, note))
        self.write("spool/incoming/" + name, "\n".join(rows) + "\n")

    # ---- the PBX ----

    def pbx_start(self, *faults, options=()):
        port = self.path + "/port"
        if os.path.exists(port):
            os.unlink(port)
        command = [self.place.build + "/pbxsim", "--port", "0", "--port-file", port,
                   "--state", self.path + "/pbx.json", "--journal", self.path + "/journal"]
        for fault in faults:
            command += ["--fault", fault]
        self.pbx = subprocess.Popen(command + list(options), stdout=subprocess.DEVNULL)
        self.until(lambda: os.path.exists(port), "the PBX to listen")
        with open(port, encoding="ascii") as file:
            self.url = "http://127.0.0.1:" + file.read().strip()

    def pbx_stop(self):
        if self.pbx:
            self.pbx.terminate()
            self.pbx.wait()
            self.pbx = None

    def adds(self):
        return self.journal().count('"call":"add"')

    def journal(self):
        try:
            with open(self.path + "/journal", encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def until(self, true, what):
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:
                raise Wrong("waited in vain for " + what)
            time.sleep(0.002)

    # ---- commands ----

    def run(self, program, arguments, shim=None):
        """Returns the exit status (negative: the signal) and what was said."""
        env = {"PATH": os.environ["PATH"]}
        if shim is not None:
            env["LD_PRELOAD"] = self.place.build + "/faultshim.so"
            env.update(shim)
        command = [self.place.build + "/" + program, "-c", self.path + "/conf", *arguments]
        with open(self.path + "/said", "w+", encoding="utf-8", errors="replace") as said:
            try:
                status = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=said,
                                        stderr=said, timeout=PATIENCE, check=False).returncode
            except subprocess.TimeoutExpired:
                raise Wrong("it does not end: " + " ".join([program, *arguments])) from None
            said.seek(0)
            text = said.read()
        self.write("log", "== " + " ".join([program, *arguments, str(shim or ""), str(status)])
                   + "\n" + text, "a")
        if "faultshim:" in text:
            raise Wrong(re.search("faultshim:.*", text).group())
        return status, text

    def go(self, program, *arguments):
        self.commands += 1
        if arguments[0] == "retry":
            self.write("journal", '{"event":"anew"}\n', "a")
        if self.commands == self.target:
            shim = dict(self.shim)
            shim["SHIM_HIT"] = self.path + "/hit"
            shim["SHIM_ASIDE"] = self.path + "/aside"
            self.ended, self.told = self.run(program, arguments, shim)
            self.between(self)
        self.run(program, arguments)
        self.then(self, program)

    def was_hit(self):
        return os.path.exists(self.path + "/hit")

    # ---- what came out ----

    def reports(self):
        """Name to object, of the reports for programs."""
        folder = self.path + "/spool/reports/"
        found = {}
        for name in sorted(os.listdir(folder) if os.path.isdir(folder) else ()):
            if name.endswith(".json") and not name.startswith("."):
                with open(folder + name, encoding="utf-8") as file:
                    found[name] = json.load(file)
        return found

    def moments(self):
        """What another run may not change. (A login that nobody waited for may come late.)"""
        journal = self.journal()
        found = [(journal.count('"call":"add"'), journal.count('"call":"query"'))]
        for folder, _, names in sorted(os.walk(self.path + "/spool")):
            for name in sorted(names):
                st = os.lstat(folder + "/" + name)
                found.append((folder, name, st.st_ino, st.st_size, st.st_mtime_ns))
        return found

    def picture(self):
        """Where the files are and what is in them, reports without times and attempts (whether a
        bad answer counted is a matter of what else was answered); what the PBX has."""
        found = []
        for folder, _, names in sorted(os.walk(self.path + "/spool")):
            for name in sorted(names):
                found.append(file_picture(folder + "/" + name, len(self.path) + 7))
        if os.path.exists(self.path + "/pbx.json"):
            with open(self.path + "/pbx.json", encoding="utf-8") as file:
                extensions = json.load(file)["extensions"]
            found += sorted(json.dumps({k: v for k, v in e.items() if k not in self.made_up},
                                       sort_keys=True) for e in extensions)
        return found


TIMES = re.compile(rb"([0-9]+,)?[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")
TOLD_AT = re.compile(rb"[0-9]+ [A-Z][a-z]+ [0-9]{4}, [0-9:]+ \([^)]*\)")
ATTEMPTS = re.compile(rb'"attempts":[0-9]+')


def plain_text(text):
    return ATTEMPTS.sub(b'"attempts":A', TOLD_AT.sub(b"T", TIMES.sub(b"T", text)))


def file_picture(path, skip):
    with open(path, "rb") as file:
        text = file.read()
    if "/reports/" in path or "/spool/receipts/" in path:
        return path[skip:] + "\n" + plain_text(text).decode()
    if "/secrets/" in path:
        return path[skip:] + "\n" + told_to(path)
    return path[skip:] + " " + hashlib.sha256(text).hexdigest()


def secrets_rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told_to(path):
    """Who is in a file of passwords, and who may read it."""
    people = [row["number"] + " " + row["username"] for row in secrets_rows(path)]
    return "\n".join(["%o" % stat.S_IMODE(os.stat(path).st_mode), *people])


def counts(world):
    return [tuple(r["counts"][k] for k in ("rows", "created", "skipped", "invalid", "failed"))
            for _, r in sorted(world.reports().items())]


def breaches(journals):
    """{name: journal} to {name: [breach]}: what a PBX's journal must not show."""
    with open(TREE + "/tests/cases/lib/promises.jq", encoding="utf-8") as file:
        promises = file.read()
    program = ("inputs as {$world, $journal} | ([" + promises + " breaches]) | select(. != []) | "
               "{world: $world, breaches: .}")
    lines = "".join('{"world":%s,"journal":[%s]}\n' % (json.dumps(name), ",".join(text.split("\n")[:-1]))
                    for name, text in journals.items())
    said = subprocess.run(["jq", "-nc", "--argjson", "first", str(FIRST), program], input=lines,
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    return {found["world"]: found["breaches"] for found in map(json.loads, said.splitlines())}


# ---- the scenarios --------------------------------------------------------------------------------


def plain(w):
    """The first start of all, and a plain import with an invalid row."""
    for folder in ("spool", "state"):
        shutil.rmtree(w.path + "/" + folder)
    os.makedirs(w.path + "/spool/incoming")
    w.rows = [(6, 5, 0, 1, 0)]
    w.pbx_start()
    w.conf()
    w.drop(bad=4)
    w.go("extspoold", "--once")


def retries(w):
    """Bad answers, a call that is applied too often, and a row refused for good."""
    w.rows = [(6, 5, 0, 0, 1)]
    w.pbx_start("add number=2002 times=2 : status=503", "add number=2003 times=1 : errno=20010",
                "add number=2004 times=1 : errno-after=10025", "add number=2005 : errno=10004")
    w.conf()
    w.drop()
    w.go("extspoold", "--once")


def doubt(w):
    """Answers that are lost, after the work and before it."""
    w.rows = [(6, 6, 0, 0, 0)]
    w.pbx_start("add number=2002 times=1 : reset-after", "add number=2004 times=1 : reset-before")
    w.conf()
    w.drop()
    w.go("extspoold", "--once")


def hold(w):
    """An operator holds an import that waits for a PBX, and releases it."""
    w.rows = [(6, 6, 0, 0, 0)]
    w.pbx_start()
    w.conf(url="")
    w.drop()
    w.go("extspoold", "--once")
    w.go("extspool", "hold", "1")
    w.go("extspoold", "--once")
    w.conf()
    w.go("extspool", "release", "1")
    w.go("extspoold", "--once")


def two(w):
    """Two files at once, with invalid rows, and a number that both have."""
    w.rows = [(6, 5, 0, 1, 0), (6, 4, 1, 1, 0)]
    w.pbx_start()
    w.conf()
    w.drop("a.csv", bad=2)
    w.drop("b.csv", bad=3, first=2006)
    w.go("extspoold", "--once")


def receipts(w):
    """What senders are told of two files with one name, and of one that a guard holds."""
    w.rows = [(6, 5, 0, 1, 0), (6, 5, 0, 1, 0), (6, 5, 0, 1, 0)]
    w.pbx_start()
    w.conf(report=["receipts=" + w.path + "/spool/receipts"])
    w.drop(bad=4)
    w.go("extspoold", "--once")
    w.drop(bad=5, first=2101)
    w.go("extspoold", "--once")
    w.conf("mode=all-or-nothing", report=["receipts=" + w.path + "/spool/receipts"])
    w.drop(bad=2, first=2201)
    w.go("extspoold", "--once")
    w.go("extspool", "release", "3")
    w.go("extspoold", "--once")


def guard(w):
    """A guard holds it; an operator releases it."""
    w.rows = [(6, 5, 0, 1, 0)]
    w.pbx_start()
    w.conf("mode=all-or-nothing")
    w.drop(bad=4)
    w.go("extspoold", "--once")
    w.go("extspool", "release", "1")
    w.go("extspoold", "--once")


def marker(w):
    """A file that is complete when its marker is there."""
    w.rows = [(6, 6, 0, 0, 0)]
    w.pbx_start()
    w.conf(spool=["ready=done-file"])
    w.drop()
    w.write("spool/incoming/people.csv.done", "")
    w.go("extspoold", "--once")


def folder(w):
    """A file with its marker in the folder of a profile, which nothing but that folder names: by its
    headings it would be another's."""
    w.rows = [(6, 6, 0, 0, 0)]
    w.pbx_start()
    os.makedirs(w.path + "/profiles")
    for name, word in (("aa", "by the headings"), ("zz", "by the folder")):
        w.write("profiles/" + name + ".json", json.dumps({
            "name": name, "columns": {"Nr": [], "username": [], "registerpassword": []},
            "recognise": ["Nr", "registerpassword"],
            "fields": {"number": {"column": "Nr"}, "callerid": {"constant": word}}}))
    w.conf("profiles=" + w.path + "/profiles", spool=["ready=done-file"])
    os.makedirs(w.path + "/spool/incoming/zz")
    w.drop("zz/people.csv", key="Nr")
    w.write("spool/incoming/zz/people.csv.done", "")
    w.go("extspoold", "--once")


def numbered(w, name, people):
    """A file of these people, who have neither number nor password."""
    w.write("spool/incoming/" + name,
            "ID,Name\n" + "".join("E%d,Person %d\n" % (i, i) for i in people))


def check_secrets(w):
    """Whom the PBX has, each once, by one number; and that each password it has is told, in the
    file of the import that created him alone, and can be made again."""
    w.pbx_stop()
    with open(w.path + "/pbx.json", encoding="utf-8") as file:
        extensions = json.load(file)["extensions"]
    for field in ("number", "username"):
        if len({e[field] for e in extensions}) != len(extensions):
            raise Wrong("a %s twice: %s" % (field, sorted(e[field] for e in extensions)))
    made = {tuple(e[field] for field in ("number", "username", *w.made_up))
            for e in extensions if e["username"] != "By hand"}
    told = []
    for name, report in w.reports().items():
        path = w.path + "/spool/secrets/" + name.replace(".json", ".secrets.csv")
        rows = secrets_rows(path)
        if len(rows) != report["counts"]["created"]:
            raise Wrong("%s has %d of %d" % (path, len(rows), report["counts"]["created"]))
        told += [tuple(row.values()) for row in rows]
        key = os.stat(w.path + "/state/secrets/" + name[:6] + ".key")
        if (stat.S_IMODE(key.st_mode), key.st_size) != (0o600, 32):
            raise Wrong("the key of %s: mode %o, %d bytes" % (name, key.st_mode, key.st_size))
    if len(told) != len(made) or set(told) != made:
        raise Wrong("%d are told, the PBX has %d, both have %d"
                    % (len(told), len(made), len(made & set(told))))


def pool(w):
    """Numbers of a pool and passwords that are made up: two files, the second with the people of
    the first and one more; somebody else has a number of the pool."""
    w.rows = [(4, 4, 0, 0, 0), (5, 1, 0, 0, 0)]
    w.made_up = ("registerpassword", "vmsecret")
    w.end = check_secrets
    w.write("pbx.json", json.dumps({"version": 1, "extensions": [
        {"number": "2001", "username": "By hand", "registerpassword": "Abc12345x2001"}]}))
    w.pbx_start()
    os.makedirs(w.path + "/profiles")
    w.write("profiles/staff.json", json.dumps({
        "name": "staff", "columns": {"ID": [], "Name": []},
        "fields": {"number": {"pool": "2000-2009", "key": "ID"}, "username": {"column": "Name"},
                   "registerpassword": {"generate": "password", "length": 20},
                   "hasvoicemail": {"constant": "on"},
                   "vmsecret": {"generate": "pin", "length": 6}}}))
    w.conf("profiles=" + w.path + "/profiles")
    numbered(w, "a.csv", range(1, 5))
    w.go("extspoold", "--once")
    numbered(w, "b.csv", range(5, 0, -1))
    w.go("extspoold", "--once")


def rejected(w):
    """No usable heading."""
    w.rows = [(0, 0, 0, 0, 0)]
    w.pbx_start()
    w.conf()
    w.write("spool/incoming/people.csv", "nothing,known\n1,2\n")
    w.go("extspoold", "--once")


def in_flight(w):
    """Two rows created, a third in doubt that the PBX has and a fourth that it has not, two not
    sent."""
    w.pbx_start("add number=2003 : hang", "add number=2004 : hang-before")
    w.conf()
    w.drop()
    daemon = subprocess.Popen([w.place.build + "/extspoold", "-c", w.path + "/conf"],
                              stderr=subprocess.DEVNULL)
    try:
        w.until(lambda: w.adds() >= 4, "four calls")
    finally:
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()


def cancel(w):
    """Cancelled with rows in doubt."""
    w.rows = [(6, 3, 3, 0, 0)]
    in_flight(w)
    w.go("extspool", "cancel", "1")
    w.go("extspoold", "--once")


def hold_cancel(w):
    """Held with rows in doubt, and then cancelled."""
    w.rows = [(6, 3, 3, 0, 0)]
    in_flight(w)
    w.go("extspool", "hold", "1")
    w.go("extspool", "cancel", "1")
    w.go("extspoold", "--once")


def retry(w):
    """A file of more than one piece: its private copy, made again, must not be taken for whole too
    early."""
    w.rows = [(6, 5, 0, 1, 0)]
    w.pbx_start("add number=2003 times=1 : errno=10004")
    w.conf()
    w.drop(bad=4, note="0" * 100000)
    w.go("extspoold", "--once")
    w.go("extspool", "retry", "1")
    w.go("extspoold", "--once")


def same(w):
    """A second file with the numbers of the first, which waits for a PBX meanwhile."""
    w.rows = [(6, 6, 0, 0, 0), (6, 0, 0, 1, 0)]
    w.pbx_start()
    w.conf(url="")
    w.drop()
    w.go("extspoold", "--once")
    w.drop("zz.csv", bad=4)
    w.go("extspoold", "--once")
    w.conf()
    w.go("extspoold", "--once")


def ledger_asks(w, text):
    """What the ledger answers, a line for each row; of a copy, so that nothing is taken up."""
    copy = w.path + "/ledger-copy"
    shutil.rmtree(copy, ignore_errors=True)
    os.makedirs(copy)
    for name in ("ledger.db", "ledger.db-wal"):
        if os.path.exists(w.path + "/state/" + name):
            shutil.copy(w.path + "/state/" + name, copy)
    return subprocess.run(["sqlite3", copy + "/ledger.db", text], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.split()


def check_told(w):
    """Each message was told, or is noted to be told later, where its first try has failed."""
    noted = ledger_asks(w, "SELECT name FROM note WHERE name LIKE 'announce:%'")
    told = ""
    if os.path.exists(w.path + "/told"):
        with open(w.path + "/told", encoding="utf-8") as file:
            told = file.read()
    for number, event in ((1, "finished"), (2, "rejected")):
        if "%06d %s\n" % (number, event) not in told and not any(
                ":%012d:%s:" % (number, event) in name for name in noted):
            raise Wrong("nobody is told that %d is %s" % (number, event))


def announced(w):
    """A program tells people of two files, one of which has no usable heading."""
    w.rows = [(6, 6, 0, 0, 0), (0, 0, 0, 0, 0)]
    w.end = check_told
    w.pbx_start()
    w.write("tell", "#!/bin/sh\necho \"$EXTSPOOLD_ID $EXTSPOOLD_EVENT\" >>'%s/told'\n" % w.path)
    os.chmod(w.path + "/tell", 0o755)
    w.conf("[notify]", "command=" + w.path + "/tell")
    w.drop("a.csv")
    w.write("spool/incoming/b.csv", "nothing,known\n1,2\n")
    w.go("extspoold", "--once")


def check_order(w):
    """After a death: passwords go before anything else of an import, and the ledger's entry last."""
    known = ledger_asks(w, "SELECT id FROM import")
    for top, _, names in os.walk(w.path + "/spool"):
        for name in names:
            if name[:6] in ("000001", "000002") and str(int(name[:6])) not in known:
                raise Wrong("%s/%s stands, and the ledger has forgotten it" % (top, name))
    secret = w.path + "/spool/secrets/000001-a.secrets.csv"
    if os.path.exists(secret) and not os.path.exists(w.path + "/state/secrets/000001.key"):
        raise Wrong("the passwords stand, and the key that says so is gone")
    if os.path.exists(secret) and not os.path.exists(w.path + "/spool/done/000001-a.csv"):
        raise Wrong("the original has gone before the passwords")


def check_kept(w):
    """Of the first import nothing is left, of the second its reports, of the third all; whom they
    created is not forgotten, nor who has which number."""
    kept = sorted(name for _, _, names in os.walk(w.path + "/spool") for name in names
                  if name[:6].isdigit())
    wanted = ["000002-b" + e for e in (".html", ".json", ".results.csv")]
    wanted += ["000003-c" + e for e in (".csv", ".html", ".json", ".results.csv", ".secrets.csv")]
    if kept != sorted(wanted):
        raise Wrong("kept are %s" % kept)
    if os.listdir(w.path + "/state/secrets") != ["000003.key"]:
        raise Wrong("keys are %s" % os.listdir(w.path + "/state/secrets"))
    for text, answer in (("SELECT id FROM import", ["2", "3"]),
                         ("SELECT DISTINCT import FROM block", ["2", "3"]),
                         ("SELECT count(*) FROM made", ["6"]), ("SELECT count(*) FROM pool", ["6"]),
                         ("PRAGMA integrity_check", ["ok"])):
        if ledger_asks(w, text) != answer:
            raise Wrong("%s: %s" % (text, ledger_asks(w, text)))


def retention(w):
    """An import whose time is over, one whose passwords' and original's time is over, and one that
    has just come."""
    w.rows = [(2, 2, 0, 0, 0), (2, 2, 0, 0, 0)]
    w.made_up = ("registerpassword",)
    w.between = check_order
    w.end = check_kept
    w.pbx_start()
    os.makedirs(w.path + "/profiles")
    w.write("profiles/staff.json", json.dumps({
        "name": "staff", "columns": {"ID": [], "Name": []},
        "fields": {"number": {"pool": "2000-2009", "key": "ID"}, "username": {"column": "Name"},
                   "registerpassword": {"generate": "password", "length": 20}}}))
    w.conf("profiles=" + w.path + "/profiles")
    for name, first in (("a", 1), ("b", 3)):
        numbered(w, name + ".csv", range(first, first + 2))
        w.run("extspoold", ["--once"])
    subprocess.run(["sqlite3", w.path + "/state/ledger.db", "UPDATE import SET finished = finished - "
                    "iif(id=1, 100, 40) * 86400000"], check=True)
    numbered(w, "c.csv", range(5, 7))
    w.go("extspoold", "--once")


def url_digest(w, key):
    """How a ledger with this key knows the PBX: a new one is asked, with a spool of its own."""
    for folder in ("spool", "state"):
        shutil.rmtree(w.path + "/" + folder)
    os.makedirs(w.path + "/state")
    with open(w.path + "/state/key", "wb") as file:
        file.write(key)
    w.run("extspoold", ["--once"])
    digest = subprocess.run(["sqlite3", w.path + "/state/ledger.db", "SELECT quote(url) FROM pbx"],
                            check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    shutil.rmtree(w.path + "/spool")
    for name in os.listdir(w.path + "/state"):
        if name.startswith("ledger.db"):
            os.unlink(w.path + "/state/" + name)
    return digest


def upgrade(w):
    """What a daemon with version 1 of the ledger left when it was killed (tests/upgrade): one import
    is done, two are begun."""
    w.rows = [(4, 3, 0, 1, 0), (6, 6, 0, 0, 0), (4, 3, 0, 0, 0)]
    source = TREE + "/tests/upgrade/"
    shutil.copy(source + "version-1/pbx.json", w.path + "/pbx.json")
    w.pbx_start()
    w.conf()
    with open(source + "version-1/key.hex", encoding="ascii") as file:
        digest = url_digest(w, bytes.fromhex(file.read()))
    with open(source + "version-1/ledger.sql", encoding="utf-8") as file:
        text = file.read() + "UPDATE pbx SET url=" + digest + ";"
    subprocess.run(["sqlite3", w.path + "/state/ledger.db"], input=text, text=True, check=True)
    shutil.copytree(source + "version-1/spool", w.path + "/spool")
    for folder in ("schemas", "profiles"):
        shutil.copytree(source + folder, w.path + "/state/" + folder)
    w.go("extspoold", "--once")


SCENARIOS = (plain, retries, doubt, hold, two, guard, marker, folder, pool, rejected, announced,
             cancel, hold_cancel, retry, same, retention, upgrade, receipts)


# ---- walking --------------------------------------------------------------------------------------


class Walk:
    """Runs one thing after the other, a few at a time, and says what went wrong."""

    def __init__(self, place, side_by_side=2):
        self.place = place
        self.side_by_side = side_by_side
        self.lock = threading.Lock()
        self.journals = {}
        self.wrong = {}
        self.tried = 0
        self.passed = self.failed = 0

    def world(self, scenario, name, shim, target, judge, prepare=lambda world: None):
        """One run; true when the shim's moment came. judge(world) raises Wrong."""
        w = World(self.place, name, shim, target)
        prepare(w)
        wrong = []
        try:
            scenario(w)
            judge(w)
            w.end(w)
        except (Wrong, OSError, ValueError, KeyError) as error:
            wrong.append("%s: %s" % (type(error).__name__, error))
        finally:
            w.pbx_stop()
        hit = w.was_hit() or target == 0
        with self.lock:
            if hit or wrong:
                self.tried += 1
                self.journals[name] = w.journal()
                if wrong:
                    self.wrong[name] = wrong
        if not wrong and not os.environ.get("KEEP"):
            shutil.rmtree(w.path)
        return hit

    def each(self, numbers, one):
        """one(n) for each of the numbers, until one is false."""
        numbers = iter(numbers)
        more = [True]

        def work():
            while more[0]:
                with self.lock:
                    n = next(numbers, None)
                if n is None:
                    return
                if not one(n):
                    more[0] = False

        threads = [threading.Thread(target=work) for _ in range(self.side_by_side)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def tell(self, title):
        """The result of what was run since it was told last."""
        for name, found in breaches(self.journals).items():
            self.wrong.setdefault(name, []).extend(found)
        for name, found in sorted(self.wrong.items()):
            print("not ok " + name)
            for line in found:
                print("    " + line.replace("\n", "\n    "))
        print("%s: %d runs, %d of them wrong" % (title, self.tried, len(self.wrong)), flush=True)
        self.passed += self.tried - len(self.wrong)
        self.failed += len(self.wrong)
        self.journals, self.wrong, self.tried = {}, {}, 0

    def end(self):
        print("%d passed, %d failed" % (self.passed, self.failed))
        return 1 if self.failed or not self.passed else 0


def differences(wanted, got):
    lines = ["- " + line for line in wanted if line not in got]
    lines += ["+ " + line for line in got if line not in wanted]
    return "\n".join(lines)


def chosen(names):
    known = {s.__name__: s for s in SCENARIOS}
    for name in names:
        if name not in known:
            sys.exit("no such scenario: " + name)
    return [known[name] for name in names] or list(SCENARIOS)
