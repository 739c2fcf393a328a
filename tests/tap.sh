# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034 # status, out and err are for those who source this
# Test Anything Protocol for shell tests: source it, call the functions, end with `done_testing`.
# $work is an empty folder that is removed at the end; $IFM is the program; $top_srcdir the sources.
set -u
LC_ALL=C.UTF-8
export LC_ALL
work=$(mktemp -d "${TMPDIR:-/tmp}/ifm-test.XXXXXX") || { echo "Bail out! no temporary folder"; exit 1; }
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
INFEROMETER_STORE=$work/store.db
export INFEROMETER_STORE
n=0 failed=0

ok() { # status name: 0 passes
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=$((failed + 1))
		return 1
	fi
}
# Runs a command; leaves $status, $out and $err (files $work/out, $work/err).
run() {
	"$@" >"$work/out" 2>"$work/err" </dev/null && status=0 || status=$?
	out=$(cat "$work/out")
	err=$(cat "$work/err")
}
is() { # got want name; 1 when it fails
	[ "$1" = "$2" ]
	ok $? "$3" && return
	printf '# got: %s\n# expected: %s\n' "$1" "$2" | sed 's/^\([^#]\)/# \1/'
	return 1
}
like() { # text pattern(extended regular expression) name
	printf '%s\n' "$1" | grep -Eq -- "$2"
	ok $? "$3" || printf '%s\n' "$1" | head -n 20 | sed "s/^/# /;\$a # does not match: $(printf '%s' "$2" | sed 's/[\\/&]/\\&/g')"
}
unlike() { # text pattern name
	! printf '%s\n' "$1" | grep -Eq -- "$2"
	ok $? "$3" || printf '%s\n' "$1" | head -n 20 | sed "s/^/# /"
}
skip() { # why
	n=$((n + 1))
	echo "ok $n # SKIP $1"
}
skip_all() { # why
	echo "1..0 # SKIP $1"
	exit 0
}
done_testing() {
	echo "1..$n"
	[ "$failed" -eq 0 ]
	exit $?
}
