#!/bin/bash
# Static checks of everything: the document, the C code (gcc's analyzer, cppcheck, clang-tidy: .clang-tidy says what is off and why), the
# scripts, the Compose file. Called by `make lint` with the compiler's flags in CPPFLAGS and CFLAGS; arguments: the program's C files.
# Goes on after a failed check; fails when one has.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
program=("$@")
mapfile -t all < <(printf '%s\n' "$@" tests/unit/*.c tests/fuzz/*.c)
mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
mkdir -p build/lint
failed=()

check() {
	local name=$1 began=$SECONDS state=good
	shift
	"$@" || { state=FAILED; failed+=("$name"); }
	printf 'lint %-10s %s (%d s)\n' "$name" $state $((SECONDS - began))
}

# What gcc 12 takes for leaks are a PQresult kept in the call that a callback ends, and elements in a TAILQ: the leaks are looked for at
# run time (`make hostile`).
gcc_analyzer() {
	printf '%s\n' "${program[@]}" | xargs -P2 -I{} gcc $CPPFLAGS $CFLAGS -fanalyzer -Wno-analyzer-malloc-leak -c {} -o /dev/null
}

# cppcheck is told the macros it must see through, and first has to find something: a macro it cannot read would silence it.
# funcArgOrderDifferent: goes by the names of parameters, which differ here between a header and its code.
cppcheck_all() {
	local options=(-q -j2 "--enable=warning,performance,portability" --suppress=funcArgOrderDifferent --error-exitcode=1 -Iapi -Ibuild/gen
		-Itests/unit --include=/usr/include/x86_64-linux-gnu/sys/queue.h --include=/usr/include/kore/seccomp.h)
	printf 'int f(void);\nint f(void) { int a[3]; a[3] = 1; return a[3]; }\n' >build/lint/fault.c
	if cppcheck "${options[@]}" build/lint/fault.c 2>/dev/null; then
		echo "cppcheck sees nothing" >&2
		return 1
	fi
	cppcheck "${options[@]}" "${all[@]}"
}

# A file each: clang-tidy 14 finds a va_list without a beginning in every file but its first.
clang_tidy() {
	printf '%s\n' "${all[@]}" | xargs -P2 -I{} sh -c 'clang-tidy -quiet {} -- $CPPFLAGS -Itests/unit -std=gnu11 2>build/lint/tidy.$$ ||
		{ cat build/lint/tidy.$$; exit 1; }'
}

# Words that are to be split, variables of a sourced file, `A=b command`: meant so.
shell_scripts() { shellcheck -S warning -e SC1007,SC1091,SC2034,SC2154,SC2155,SC2046,SC2086 -s bash "${scripts[@]}"; }

# Debian's docker-compose 1.29 reads the file without a daemon. It is older than the member `name`.
compose() { sed '/^name: /d' docker-compose.yml | docker-compose --project-directory . -f - config -q; }

check document tests/contract/lint.sh
check gcc gcc_analyzer
check cppcheck cppcheck_all
check clang-tidy clang_tidy
check shellcheck shell_scripts
check compose compose
[ ${#failed[@]} = 0 ] || { echo "lint failed: ${failed[*]}"; exit 1; }
