# SPDX-License-Identifier: GPL-2.0-or-later
# extspoold. `make help` lists what can be made.

B      ?= build
PREFIX ?= /usr
CC     ?= gcc

# ---- packages: the one list ------------------------------------------------------------------
# PACKAGES builds and demonstrates; DEB_PACKAGES adds what `make deb` needs, CHECK_PACKAGES what
# `make check` needs, ALL_PACKAGES what `make check-all` needs. libcurl must be the GnuTLS build: the program is GPL-2 with
# libinotifytools, and OpenSSL 3 does not go with that.
PACKAGES       = gcc make pkg-config libcsv-dev libcurl4-gnutls-dev libjson-c-dev \
                 libinotifytools0-dev libsqlite3-dev libinih-dev libexpat1-dev libpcre2-dev \
                 nettle-dev libsystemd-dev libmicrohttpd-dev jq
DEB_PACKAGES   = debhelper lintian
CHECK_PACKAGES = libcmocka-dev bats curl inotify-tools util-linux sqlite3 python3-minimal \
                 python3-aiosmtpd
ALL_PACKAGES   = clang-14 libclang-rt-14-dev clang-tidy-14 clang-format-14 valgrind cppcheck \
                 shellcheck mandoc universal-ctags systemd python3 libreoffice-calc-nogui \
                 $(DEB_PACKAGES) $(BROWSER_PACKAGES) systemd-container mmdebstrap prometheus \
                 zsh fish faketime systemd-journal-remote \
                 openssh-server openssh-client samba smbclient
# What the tests in a browser and `make screenshots` need: packages, and modules of Node.
BROWSER_PACKAGES = chromium fonts-dejavu-core pngquant
BROWSER_MODULES  = playwright-core axe-core
# What `make bench` compares with, where it is installed: packages, and modules of Node.
BENCH_PACKAGES = syslog-ng-core syslog-ng-mod-http csvkit csvtool python3
BENCH_MODULES  = @duckdb/node-api csv-parse papaparse

# ---- flags -----------------------------------------------------------------------------------
SYSTEMD   ?= yes
WERROR    ?=
OPTIMIZE  ?= -O2 -g
WARNINGS   = -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Wstrict-prototypes \
             -Wformat=2 -Wundef $(WERROR)
HARDEN    ?= -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
             -fcf-protection -fPIE
HARDEN_LD ?= -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code
# The one place of the version is the first line of debian/changelog.
VERSION   := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
CPPFLAGS  += -D_GNU_SOURCE -Idaemon -DVERSION='"$(VERSION)"' -DSCHEMAS_DIR='"$(PREFIX)/share/extspoold/schemas"'
# The place of the tree is in no program: the same source gives the same bytes.
CFLAGS    += -std=gnu17 -ffile-prefix-map=$(CURDIR)=. $(OPTIMIZE) $(WARNINGS) $(HARDEN) $(SANITIZE) -pthread -MMD -MP
LDFLAGS   += $(HARDEN_LD) $(SANITIZE) -pthread
LIBS       = -lcsv -lcurl-gnutls -ljson-c -linotifytools -lsqlite3 -linih -lexpat -lpcre2-8 -lnettle
ifeq ($(SYSTEMD),yes)
CPPFLAGS  += -DWITH_SYSTEMD
LIBS      += -lsystemd
endif

CONFIG      = systemd/extspoold.conf
DAEMON_SRC  = $(filter-out daemon/main.c daemon/ctl%.c $(if $(SANITIZE),daemon/memory.c), \
                $(wildcard daemon/*.c))
CTL_SRC     = $(wildcard daemon/ctl*.c)
PBXSIM_SRC  = $(wildcard tests/pbxsim/*.c)
UNIT_SRC    = $(wildcard tests/unit/test_*.c)
SIM_SRC     = $(wildcard tests/sim/*.c)
DAEMON_OBJ  = $(DAEMON_SRC:%.c=$B/%.o)
CTL_OBJ     = $(CTL_SRC:%.c=$B/%.o)
UNIT_BIN    = $(UNIT_SRC:tests/unit/%.c=$B/unit/%)
FUZZ_SRC    = $(wildcard tests/fuzz/target_*.c)
FUZZ_BIN    = $(FUZZ_SRC:tests/fuzz/target_%.c=$B/fuzz/%)
REPLAY_BIN  = $(FUZZ_SRC:tests/fuzz/target_%.c=$B/fuzz/replay_%)

all: $B/extspoold $B/extspool $B/pbxsim

$B/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$B/libextspoold.a: $(DAEMON_OBJ)
	@rm -f $@
	ar rcs $@ $^

# The status page's library is for this program alone.
$B/extspoold: $B/daemon/main.o $B/libextspoold.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lmicrohttpd

$B/extspool: $(CTL_OBJ) $B/libextspoold.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$B/pbxsim: $(PBXSIM_SRC:%.c=$B/%.o)
	$(CC) $(LDFLAGS) -o $@ $^ -lmicrohttpd -ljson-c -lexpat -lnettle

$B/unit/%: $B/tests/unit/%.o $B/libextspoold.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS) -lmicrohttpd

# For the tests that look into the ledger.
$B/ledger_rows: $B/tests/e2e/ledger_rows.o $B/libextspoold.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# Preloaded into the programs by the tests of crashes and faults: in no way a part of them.
$B/faultshim.so: $(wildcard tests/fault/shim*.[ch])
	@mkdir -p $(@D)
	$(CC) -D_GNU_SOURCE -std=gnu17 $(OPTIMIZE) $(WARNINGS) -fPIC -fno-builtin -shared -o $@ $(filter %.c,$^)

$B/fuzz/replay_%: $B/tests/fuzz/target_%.o $B/tests/fuzz/replay.o $B/libextspoold.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$B/fuzz/%: $B/tests/fuzz/target_%.o $B/libextspoold.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# The engine in a world of its own: http.o and notify.o are not taken from the library, since their
# names are there already. It forks thousands of times, which is faster with few shared libraries.
SIM_LDFLAGS = -Wl,--as-needed,--wrap=ledger_commit,--wrap=xcalloc,--wrap=free
SIM_LIBS    = -Wl,-Bstatic -lcsv -ljson-c -lsqlite3 -linih -lexpat -lpcre2-8 -lnettle \
              -Wl,-Bdynamic -lm
$B/sim: $(SIM_SRC:%.c=$B/%.o) $B/libextspoold.a
	$(CC) $(LDFLAGS) $(SIM_LDFLAGS) -o $@ $^ $(SIM_LIBS)

-include $(shell find $B -path $B/deb -prune -o -name '*.d' -type f -print 2>/dev/null)

# ---- tests -----------------------------------------------------------------------------------
check-build: all $(UNIT_BIN) $(REPLAY_BIN) $B/sim $B/faultshim.so $B/ledger_rows

# What a newcomer runs: see README.md. tests/run prints `N passed, N failed` last.
check: deps-check
	@$(MAKE) --no-print-directory -j$$(nproc) check-build
	@tests/run $B unit fuzz cases e2e sim

check-all: deps-all
	@tests/check-all

# Every death and every fault of every scenario: an hour each.
crash: check-build
	@tests/crash/walk $B kept torn all data names
faults: check-build
	@tests/fault/walk $B

# Makes inputs up: SECONDS for each target, all of them or TARGET.
SECONDS ?= 30
TARGET  ?=
fuzz: deps-all
	@$(MAKE) --no-print-directory -s -j$$(nproc) B=$B/fuzzing CC=clang-14 HARDEN= HARDEN_LD= \
	    OPTIMIZE='-O1 -g' SANITIZE='-fsanitize=fuzzer-no-link,address,undefined \
	    -fno-sanitize-recover=all -fno-omit-frame-pointer' fuzz-build
	@tests/fuzz/run $B/fuzzing $(SECONDS) $(TARGET)

fuzz-build: $(FUZZ_BIN)

lint:
	@tests/lint/run

# Every list of configuration keys, from the table in daemon/config.c.
docs: $B/extspoold
	@{ sed '/^\[/,$$d' $(CONFIG) && $B/extspoold -c /dev/null --print-config | \
	    sed 's/^[^#[]/#&/'; } >$B/example.conf
	@cmp -s $B/example.conf $(CONFIG) || cp $B/example.conf $(CONFIG)
	@docs/tables

demo: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@tests/demo.sh $B

# The report and the status page in a real browser.
browser: check-build browser-deps
	@tests/run $B browser
# The pictures of README.md anew, in docs/img.
screenshots: all browser-deps
	@BUILD=$B tests/browser/screenshots docs/img

# 20,000 rows, 200 kills of the daemon, 20 of the PBX; SEED= repeats the dice.
torture: all
	@nice tests/crash/torture $B

# QUICK=1: small sizes, one round.
bench: all
	@tests/bench/run $B

# Instructions a row, by callgrind, beside their bounds.
guard: all
	@tests/bench/guard $B

# The modules go into the build folder.
bench-others:
	@tests/deps $(BENCH_PACKAGES)
	@command -v npm >/dev/null || tests/deps nodejs npm
	@npm install --silent --no-audit --no-fund --prefix $B/others $(BENCH_MODULES)

# ---- packages --------------------------------------------------------------------------------
# Installs by name what is missing, with sudo when not root; touches no network when nothing is.
deps:
	@tests/deps $(PACKAGES)
deps-check:
	@tests/deps $(PACKAGES) $(CHECK_PACKAGES)
deps-all:
	@tests/deps $(PACKAGES) $(CHECK_PACKAGES) $(ALL_PACKAGES)
	-@$(MAKE) --no-print-directory browser-deps
# The modules go into the build folder; Node may come from elsewhere. The browser is Debian's.
browser-deps:
	@tests/deps $(BROWSER_PACKAGES)
	@command -v npm >/dev/null || tests/deps nodejs npm
	@for m in $(BROWSER_MODULES); do test -d $B/browser/node_modules/$$m || \
	    exec npm install --silent --no-audit --no-fund --prefix $B/browser $(BROWSER_MODULES); done

# A Debian package in $B/deb. It is built from a copy, since its tools write beside the tree, with
# none of this make's variables, and is to be without fault.
DEB_SOURCE = $B/deb/extspoold-$(VERSION)
deb: deps
	@tests/deps $(DEB_PACKAGES)
	@rm -rf $B/deb && mkdir -p $(DEB_SOURCE)
	@{ git ls-files -z -co --exclude-standard 2>/dev/null || \
	    find . -path './build*' -prune -o -type f -print0; } | \
	    tar -c --null --no-recursion -T - | tar -x -C $(DEB_SOURCE)
	@cd $(DEB_SOURCE) && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u B -u PREFIX -u SYSTEMD \
	    DEB_BUILD_OPTIONS="nocheck parallel=$$(nproc)" dpkg-buildpackage -b -us -uc
	@lintian --fail-on error,warning $B/deb/*.changes
	@ls $B/deb/*.deb

clean:
	rm -rf $B

help:
	@echo 'make           build extspoold, extspool and pbxsim into $B/'
	@echo 'make deps      install the packages that the build needs (deps-check, deps-all: tests)'
	@echo 'make demo      import the samples into a simulated PBX and show what became of them'
	@echo 'make check     unit, case and end-to-end tests'
	@echo 'make check-all all of it: both compilers, sanitizers, deaths, faults, fuzzing, lint'
	@echo 'make crash     death at every step of every scenario, with and without loss of power'
	@echo 'make faults    failure of every system call of every scenario'
	@echo 'make fuzz      SECONDS=30 TARGET=: made-up inputs for what reads files and answers'
	@echo 'make lint      style, layers, ceilings, static analysis'
	@echo 'make docs      the lists of configuration keys anew, from the table in daemon/config.c'
	@echo 'make torture   20,000 rows while daemon and PBX are killed again and again (SEED=)'
	@echo 'make bench     speed and memory, as ratios to a bare libcurl loop and others (QUICK=1)'
	@echo 'make guard     instructions a row, beside their bounds'
	@echo 'make bench-others  install what make bench compares with'
	@echo 'make browser   the report and the status page in Chromium (it is part of check-all)'
	@echo 'make screenshots  the pictures in docs/img, anew'
	@echo 'make deb       a Debian package, in $B/deb'
	@echo 'make install   DESTDIR= PREFIX=/usr (uninstall takes it away again)'

# ---- install ---------------------------------------------------------------------------------
# DESTDIR is put before every path. PREFIX is compiled in as well (the place of the schemas).
SHARE   = $(PREFIX)/share
UNITS   = $(if $(filter /usr,$(PREFIX)),/lib,$(PREFIX)/lib)/systemd/system
EXAMPLE = /etc/extspoold/extspoold.conf

# MODE:SOURCE:DESTINATION, what install puts in place and uninstall takes away.
INSTALLED  = 0755:$B/extspoold:$(PREFIX)/sbin/extspoold
INSTALLED += 0755:$B/extspool:$(PREFIX)/bin/extspool
INSTALLED += 0755:$B/pbxsim:$(PREFIX)/bin/pbxsim
INSTALLED += $(foreach f,$(shell find schemas -name '*.json'),0644:$f:$(SHARE)/extspoold/$f)
INSTALLED += $(foreach f,$(shell find samples -type f),0644:$f:$(SHARE)/doc/extspoold/$f)
INSTALLED += $(foreach f,$(wildcard docs/monitoring/*),\
               0644:$f:$(SHARE)/doc/extspoold/monitoring/$(notdir $f))
INSTALLED += $(foreach f,$(wildcard docs/examples/*),\
               0755:$f:$(SHARE)/doc/extspoold/examples/$(notdir $f))
INSTALLED += $(foreach f,$(wildcard docs/man/*.[158]),\
               0644:$f:$(SHARE)/man/man$(patsubst .%,%,$(suffix $f))/$(notdir $f))
INSTALLED += 0644:$B/completion/bash:$(SHARE)/bash-completion/completions/extspool
INSTALLED += 0644:$B/completion/zsh:$(SHARE)/zsh/vendor-completions/_extspool
INSTALLED += 0644:$B/completion/fish:$(SHARE)/fish/vendor_completions.d/extspool.fish
ifeq ($(SYSTEMD),yes)
UNIT_FILES = $(notdir $(wildcard systemd/*.service systemd/*.socket systemd/*.timer))
INSTALLED += $(foreach f,$(UNIT_FILES),0644:$B/$f:$(UNITS)/$f)
INSTALLED += 0644:systemd/extspoold.catalog:$(PREFIX)/lib/systemd/catalog/extspoold.catalog
INSTALLED += 0644:systemd/extspoold.sysusers:$(PREFIX)/lib/sysusers.d/extspoold.conf
INSTALLED += 0644:systemd/extspoold.tmpfiles:$(PREFIX)/lib/tmpfiles.d/extspoold.conf
INSTALLED += 0644:systemd/instance.tmpfiles:$(SHARE)/extspoold/instance.tmpfiles
INSTALLED += $(foreach f,drop-in.conf instance.conf,\
               0644:systemd/$f:$(SHARE)/doc/extspoold/examples/$f)
endif

# Changes when PREFIX does, and only then.
$B/prefix: FORCE
	@mkdir -p $(@D)
	@echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' >$@

$B/daemon/config_path.o: $B/prefix

# Only lines that start something: the name of a place in a comment is an example.
$B/%.service: systemd/%.service $B/prefix
	sed '/^Exec/s|/usr/|$(PREFIX)/|' $< >$@

$B/%.timer: systemd/%.timer
	cp $< $@

$B/%.socket: systemd/%.socket
	cp $< $@

# What shells complete the tool's arguments by, from its own table.
COMPLETIONS = $(addprefix $B/completion/,bash zsh fish)
$(COMPLETIONS): $B/completion/%: $B/extspool
	@mkdir -p $(@D)
	$< completion $* >$@.new
	@mv $@.new $@

install: all $(COMPLETIONS) $(addprefix $B/,$(UNIT_FILES))
	@set -e; for f in $(INSTALLED); do \
	    (IFS=:; set -- $$f; install -D -m "$$1" "$$2" "$(DESTDIR)$$3"); \
	done
	@test -e "$(DESTDIR)$(EXAMPLE)" || \
	    install -D -m 0644 $(CONFIG) "$(DESTDIR)$(EXAMPLE)"

# A configuration that somebody changed stays.
uninstall:
	@for f in $(INSTALLED); do rm -f "$(DESTDIR)$${f##*:}"; done
	@! cmp -s $(CONFIG) "$(DESTDIR)$(EXAMPLE)" || rm "$(DESTDIR)$(EXAMPLE)"
	@for d in $(SHARE)/extspoold $(SHARE)/doc/extspoold /etc/extspoold; do \
	    test ! -d "$(DESTDIR)$$d" || find "$(DESTDIR)$$d" -depth -type d -empty -delete; \
	done

FORCE:
.PHONY: install uninstall FORCE

.SECONDARY:
.PHONY: all check-build check check-all crash faults fuzz fuzz-build lint docs demo torture bench \
        guard bench-others deps deps-check deps-all browser-deps browser screenshots \
        deb clean help
