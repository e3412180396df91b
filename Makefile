# `make help` lists what there is. Settings by name: PORT=8080 RUN_DIR=.run DATABASE_URL= DEMO=1 (make run PORT=8081 DEMO=0).
SHELL    := /bin/bash
B        ?= build
PORT     ?= 8080
RUN_DIR  ?= .run
export B PORT RUN_DIR DATABASE_URL DEMO ROLE DISTRICT INSTITUTION TYPE STREET NAME ACTOR Q WITH FILE PUBLIC APPLY
PYTHON   := /usr/bin/python3 -B
CC       := gcc

# The folder decides the build: build-asan has the sanitizers (and no seccomp, which they do not bear).
ifeq ($(B),build-asan)
SAN      := -fsanitize=address,undefined -fno-omit-frame-pointer -Wno-format-truncation
endif
# Kore's features are an ABI matter: struct http_request is #ifdef'd.
KORE     := $(patsubst -I%,-isystem %,$(shell cat /usr/share/kore/features 2>/dev/null)) -isystem /usr/include/kore
WARN     := -Wall -Wextra -Wconversion -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wformat=2
CPPFLAGS := -D_GNU_SOURCE -Iapi -Ibuild/gen $(KORE) $(if $(SAN),-DHZ_NO_SECCOMP,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
CFLAGS   := -std=gnu11 -O2 -g -fPIC -fstack-protector-strong $(WARN) $(SAN)
LDFLAGS  := -Wl,-z,relro,-z,now,--as-needed $(SAN)
LDLIBS   := -lpq -ljansson -lsodium -lcrypto -lmagic -lqrencode -lpng -lm

API  := $(sort $(filter-out api/jobs/% api/media/% api/custodian/%,$(wildcard api/*.c api/*/*.c)))
JOBS := $(wildcard api/jobs/*.c)
MEDIA := $(wildcard api/media/*.c)
CUSTODIAN := $(wildcard api/custodian/*.c)
GEN  := build/gen/contract_tables.c
PAGE := build/gen/media/document_py.h
objects = $(patsubst %.c,$(B)/obj/%.o,$(1))
# What a test program links beside itself: the line `sources: api/…` in its first comment (and `ldflags: …`).
named = $(shell sed -n 's,^.*\b$(1): *\([^*]*\).*,\1,p' $(2))

.PHONY: help all unit fuzzers run up db down reset key calendar recompute standard custodian-key erase-reports deps test test-unit test-sql test-api test-asan layers lint fuzz bench explain replay fault hostile image-check clean verify-attachments
.SECONDEXPANSION:
.DELETE_ON_ERROR:

help:              ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

all: $(B)/api.so $(B)/hz-jobs $(B)/hz-media $(B)/hz-custodian   ## build the API module, the jobs, the media worker, the custodian's program

$(B)/api.so: $(call objects,$(API) $(GEN))
	$(CC) -shared -Wl,-z,nodelete $(LDFLAGS) $^ -o $@ $(LDLIBS)
$(B)/hz-jobs: $(call objects,$(JOBS)) $$(filter $(B)/obj/api/base/% %/store_dir.o %/digest.o,$(call objects,$(API)))
	$(CC) $(LDFLAGS) $^ -o $@ $(LDLIBS)
$(B)/hz-media: $(call objects,$(MEDIA)) $$(filter $(B)/obj/api/base/% %/store_dir.o %/digest.o,$(call objects,$(API)))
	$(CC) $(LDFLAGS) $^ -o $@ $(LDLIBS)
$(B)/hz-custodian: $(call objects,$(CUSTODIAN))
	$(CC) $(LDFLAGS) $^ -o $@ -lsodium
$(B)/obj/%.o: %.c Makefile | $(GEN) $(PAGE)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@
$(B)/tests/unit/%: tests/unit/%.c $$(call objects,$$(call named,sources,tests/unit/$$*.c))
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests/unit $(CFLAGS) -MMD -MP $(LDFLAGS) $(filter-out %.h,$^) -o $@ $(call named,ldflags,$<) -lcmocka $(LDLIBS)
$(B)/tests/fuzz/%: tests/fuzz/%.c tests/fuzz/replay.c $$(call objects,$$(call named,sources,tests/fuzz/$$*.c))
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(call named,ldflags,$<) $(LDLIBS)
build/fuzz/%: tests/fuzz/%.c $$(call named,sources,tests/fuzz/$$*.c) Makefile | $(GEN)
	@mkdir -p $(@D)
	clang $(CPPFLAGS) -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined $(filter %.c,$^) -o $@ $(call named,ldflags,$<) $(LDLIBS)
$(GEN): $(wildcard api/contract/*.py docs/openapi/*.yaml docs/openapi/examples/*.json db/queries/*.sql db/queries/*/*.sql)
	$(PYTHON) api/contract/generate.py build/gen
	@touch $@
# a program that hz-media carries in itself and hands to the interpreter
$(PAGE): api/media/document.py
	@mkdir -p $(@D)
	(echo 'static const unsigned char document_py[] = {'; od -An -v -tu1 $< | sed 's/ *\([0-9][0-9]*\)/\1,/g'; echo '};') >$@
# written beside it: objects that include them are compiled anew in the same run
build/gen/problems.h build/gen/handlers.h: $(GEN) ;
-include $(wildcard $(B)/obj/*/*.d $(B)/obj/*/*/*.d $(B)/obj/*/*/*/*.d $(B)/tests/*/*.d)

run: deps          ## everything, in the foreground; Ctrl-C stops it
	@$(MAKE) --no-print-directory -s -j2 all
	@exec conf/dev/run.sh
up: deps           ## the same in the background
	@$(MAKE) --no-print-directory -s -j2 all
	@conf/dev/up.sh
db: deps           ## only the database, deployed
	@conf/dev/up.sh database
down:              ## stop it (the data stay)
	@conf/dev/down.sh
reset:             ## stop it and delete RUN_DIR with its database
	@conf/dev/down.sh remove
key:               ## print one API key: ROLE= DISTRICT= [INSTITUTION= TYPE= STREET= NAME= ACTOR=]
	@conf/dev/key.sh
calendar:          ## load a notice of holidays, FILE=2027.csv, and list the deadlines that would move
	@conf/dev/calendar.sh
standard:          ## load a hazard standard, or clauses of one that are missing: FILE=standard.csv
	@conf/dev/standard.sh
recompute:         ## count running deadlines again along the calendar: a list; APPLY=1 sets them
	@conf/dev/recompute.sh
custodian-key: $(B)/hz-custodian   ## what identities of reports are sealed to from now on: DISTRICT= PUBLIC= [NAME=]
	@conf/dev/custodian_key.sh
erase-reports:     ## reports at the end of their retention: lists them; APPLY=1 erases them. [DISTRICT=]
	@conf/dev/erase_reports.sh
explain:           ## the plan of one statement: Q=findings/list WITH="state=confirmed sort=found_at"
	@conf/dev/explain.sh
replay:            ## replay the real records of REALDATA through the running API: all, or FINDINGS=2000
	@tests/replay/run.sh
deps:              ## install what is missing (Debian packages, Swagger UI)
	@conf/dev/deps.sh run

unit: $(patsubst %.c,$(B)/%,$(wildcard tests/unit/test_*.c tests/fuzz/fuzz_*.c))
fuzzers: $(patsubst tests/%.c,build/%,$(wildcard tests/fuzz/fuzz_*.c))
test:              ## install what it needs, then everything; ends with `N passed, N failed`
	@conf/dev/deps.sh test
	@tests/run.sh all
verify-attachments: $(B)/hz-jobs   ## re-hash every kept file and hold it against the database: RUN_DIR, or HZ_DATABASE and HZ_FILES
	@conf/dev/verify.sh
test-unit:         ## C programs under the sanitizers, and the generator's own
	@tests/run.sh build unit
test-sql:          ## pgTAP, in a private database
	@tests/run.sh sql
test-api:          ## black box, every answer checked against the contract
	@tests/run.sh build api
test-asan:         ## the same with ASan and UBSan in the server
	@tests/run.sh build asan
layers:            ## includes point downward only; the contract is well formed
	@tests/run.sh layers
lint: $(GEN) $(PAGE)      ## gcc's analyzer, clang-tidy, cppcheck, shellcheck; the document by redocly and spectral; docker-compose.yml
	@conf/dev/deps.sh lint
	@CPPFLAGS='$(CPPFLAGS)' CFLAGS='$(CFLAGS)' tests/lint.sh $(API) $(JOBS) $(MEDIA) $(CUSTODIAN)
fuzz:              ## SECONDS_EACH=8 of each target
	@tests/run.sh fuzz
bench:             ## speed as ratios; QUICK=1 for five minutes, NAMES="point_read create"
	@conf/dev/deps.sh bench
	@$(MAKE) --no-print-directory -s -j2 all
	@/usr/bin/python3 -B tests/bench/bench.py $(NAMES)
hostile:           ## octets of all kinds, bad requests and mutated ones among good ones, with ASan in Kore too (3 min)
	@conf/dev/deps.sh test
	@tests/run.sh hostile
fault:             ## kill -9, held locks, full disk, slow clients, clock jumps: all of it, times judged (6 min)
	@conf/dev/deps.sh test
	@HZ_FAULT=1 tests/run.sh build fault
image-check:       ## what the container images hold, built in a clean Debian and run closed (root; minutes)
	@tests/container/check.sh
clean:             ## delete what was built
	rm -rf build build-asan
