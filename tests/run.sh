#!/bin/bash
# Runs the named parts of the tests (all: every one), goes on after a failed one, and ends with the sum: `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
out=build/test
mkdir -p "$out"
passed=0 failed=0
python="/usr/bin/python3 -B"
shopt -s nullglob

# What a log says it ran: lines of cmocka, pytest and prove. A part that failed without saying so counts as one.
count() {
	local code=$1 sums p f
	sums=$(sed -nE 's/^\[  PASSED  \] ([0-9]+) test.*/\1 0/p; s/^\[  FAILED  \] ([0-9]+) test.*/0 \1/p
		s/^Files=[0-9]+, Tests=([0-9]+),.*/\1 0/p
		/ in [0-9.]+s/{ h; s/^(.*[ ,=])?([0-9]+) passed.*/\2 0/p; g; s/^(.*[ ,=])?([0-9]+) failed.*/0 \2/p
		g; s/^(.*[ ,=])?([0-9]+) errors?.*/0 \2/p }' "$2" | awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }')
	p=${sums% *} f=${sums#* }
	[ "$code" = 0 ] || [ "$f" -gt 0 ] || f=1
	[ "$p" -gt 0 ] || [ "$f" -gt 0 ] || p=1
	passed=$((passed + p)) failed=$((failed + f))
}

part() {
	local name=$1 began=$SECONDS code=0
	shift
	printf '\n== %s\n' "$name"
	"$@" 2>&1 | tee "$out/$name.log" || code=1
	count $code "$out/$name.log"
	printf '== %s: %s (%d s)\n' "$name" "$([ $code = 0 ] && echo good || echo FAILED)" $((SECONDS - began))
	return $code
}

build() { make -s -j2 all && make -s -j2 B=build-asan all; }

layers() { $python api/contract/lint.py && $python tests/layers.py; }

unit_c() {
	make -s -j2 B=build-asan unit || return 1
	local program code=0
	for program in build-asan/tests/unit/test_*; do
		[ -x "$program" ] && [ -f "tests/unit/${program##*/}.c" ] || continue
		timeout 120 "$program" || { echo "FAILED: $program"; code=1; }
	done
	# what the fuzzers began with and what they once found
	local target inputs
	for target in tests/fuzz/fuzz_*.c; do
		target=$(basename "$target" .c)
		inputs=(tests/fuzz/corpus/"${target#fuzz_}"/* tests/fuzz/regressions/"${target#fuzz_}"/*)
		timeout 120 "build-asan/tests/fuzz/$target" "${inputs[@]}" || { echo "FAILED: $target"; code=1; }
	done
	return $code
}

# One fuzzer: what it once found, then SECONDS_EACH of new inputs. One line; the log keeps the rest.
fuzz_one() {
	local name=$1 log=$out/fuzz/$1.log state=good
	mkdir -p "$out/corpus/$name"
	local found=(tests/fuzz/regressions/"${name#fuzz_}"/*)
	{ [ ${#found[@]} = 0 ] || "build/fuzz/$name" "${found[@]}"
	} >"$log" 2>&1 || state=FAILED
	{ "build/fuzz/$name" -max_total_time="${SECONDS_EACH:-8}" -timeout=10 -verbosity=0 -print_final_stats=1 -max_len=16384 \
			-artifact_prefix="$out/fuzz/$name-" "$out/corpus/$name" "tests/fuzz/corpus/${name#fuzz_}"
	} >>"$log" 2>&1 || state=FAILED
	printf 'fuzz %-10s %s: %s runs\n' "${name#fuzz_}" $state "$(sed -n 's/^stat::number_of_executed_units: //p' "$log")"
	[ $state = good ] || { tail -n 40 "$log"; return 1; }
}

fuzz() {
	make -s -j2 fuzzers || return 1
	local source names=() good=0 bad=0 began=$SECONDS i
	mkdir -p "$out/fuzz"
	for source in tests/fuzz/fuzz_*.c; do
		names+=("$(basename "$source" .c)")
	done
	for ((i = 0; i < ${#names[@]}; i += 2)); do
		local running=()
		for source in "${names[@]:i:2}"; do
			fuzz_one "$source" & running+=($!)
		done
		for source in "${running[@]}"; do
			wait "$source" && good=$((good + 1)) || bad=$((bad + 1))
		done
	done
	echo "fuzz: $bad failed, $good passed in $((SECONDS - began)).0s"
	[ $bad = 0 ]
}

# Octets of all kinds on sockets, with the sanitizers in Kore itself too: built anew from its packaged sources.
hostile() {
	local kore=$PWD/build-asan/kore
	if [ ! -x "$kore/bin/kore" ]; then
		rm -rf "$kore" && mkdir -p "$kore" && cp -r /usr/share/kore/. "$kore" && mkdir "$kore/bin" || return 1
		make -s -C "$kore" OBJDIR=obj PGSQL=1 TASKS=1 NOOPT=1 SANITIZE=address obj obj/version.c objects kore >"$out/kore.log" 2>&1 &&
			mv "$kore/kore" "$kore/bin/kore" || { tail "$out/kore.log"; return 1; }
	fi
	PATH=$kore/bin:$PATH HZ_SANITIZE=1 $python -m pytest -q tests/api/test_http_raw.py tests/api/test_hostile.py
}

run_part() {
	case $1 in
	build) part build build || { echo "0 passed, 1 failed"; exit 1; } ;;
	layers) part layers layers ;;
	unit) part unit_c unit_c; part unit_py $python -m pytest -q tests/unit ;;
	sql) part sql $python tests/sql/run.py ;;
	api) part api $python -m pytest -q tests/api ;;
	asan) part asan env HZ_SANITIZE=1 $python -m pytest -q tests/api ;;
	fault) part fault $python -m pytest -q tests/fault ;;
	fuzz) part fuzz fuzz ;;
	hostile) part build build && part hostile hostile ;;
	all) for one in build layers unit sql api fault asan fuzz; do run_part $one; done ;;
	*) echo "no part is called $1" >&2; exit 2 ;;
	esac
}

for one in "$@"; do
	run_part "$one"
done
printf '\n%d passed, %d failed\n' $passed $failed
[ $failed = 0 ]
