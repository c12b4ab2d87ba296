# SPDX-License-Identifier: GPL-2.0-or-later
# extspoold. `make help` lists what can be made.

B      ?= build
PREFIX ?= /usr
CC     ?= gcc

# ---- packages: the one list ------------------------------------------------------------------
# PACKAGES builds and demonstrates; CHECK_PACKAGES adds what `make check` needs, ALL_PACKAGES what
# `make check-all` needs. libcurl must be the GnuTLS build: the program is GPL-2 with
# libinotifytools, and OpenSSL 3 does not go with that.
PACKAGES       = gcc make pkg-config libcsv-dev libcurl4-gnutls-dev libjson-c-dev \
                 libinotifytools0-dev libsqlite3-dev libinih-dev libexpat1-dev libpcre2-dev \
                 nettle-dev libsystemd-dev libmicrohttpd-dev jq
CHECK_PACKAGES = libcmocka-dev bats curl inotify-tools util-linux sqlite3 python3-minimal
ALL_PACKAGES   = clang-14 libclang-rt-14-dev valgrind clang-format-14 cppcheck shellcheck mandoc \
                 universal-ctags systemd

# ---- flags -----------------------------------------------------------------------------------
SYSTEMD   ?= yes
WERROR    ?=
OPTIMIZE  ?= -O2 -g
WARNINGS   = -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Wstrict-prototypes \
             -Wformat=2 -Wundef $(WERROR)
HARDEN    ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -fcf-protection
HARDEN_LD ?= -pie -Wl,-z,relro,-z,now
VERSION   := 0.1.0
CPPFLAGS  += -D_GNU_SOURCE -Idaemon -DVERSION='"$(VERSION)"' -DSCHEMAS_DIR='"$(PREFIX)/share/extspoold/schemas"'
CFLAGS    += -std=gnu17 $(OPTIMIZE) $(WARNINGS) $(HARDEN) $(SANITIZE) -pthread -MMD -MP
LDFLAGS   += $(HARDEN_LD) $(SANITIZE) -pthread
LIBS       = -lcsv -lcurl-gnutls -ljson-c -linotifytools -lsqlite3 -linih -lexpat -lpcre2-8 -lnettle
ifeq ($(SYSTEMD),yes)
CPPFLAGS  += -DWITH_SYSTEMD
LIBS      += -lsystemd
endif

DAEMON_SRC  = $(filter-out daemon/main.c daemon/ctl%.c,$(wildcard daemon/*.c))
CTL_SRC     = $(wildcard daemon/ctl*.c)
PBXSIM_SRC  = $(wildcard tests/pbxsim/*.c)
UNIT_SRC    = $(wildcard tests/unit/test_*.c)
DAEMON_OBJ  = $(DAEMON_SRC:%.c=$B/%.o)
CTL_OBJ     = $(CTL_SRC:%.c=$B/%.o)
UNIT_BIN    = $(UNIT_SRC:tests/unit/%.c=$B/unit/%)

all: $B/extspoold $B/extspool $B/pbxsim

$B/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$B/libextspoold.a: $(DAEMON_OBJ)
	@rm -f $@
	ar rcs $@ $^

$B/extspoold: $B/daemon/main.o $B/libextspoold.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$B/extspool: $(CTL_OBJ) $B/libextspoold.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$B/pbxsim: $(PBXSIM_SRC:%.c=$B/%.o)
	$(CC) $(LDFLAGS) -o $@ $^ -lmicrohttpd -ljson-c -lexpat -lnettle

$B/unit/%: $B/tests/unit/%.o $B/libextspoold.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

-include $(shell find $B -name '*.d' 2>/dev/null)

.SECONDARY:
.PHONY: all
