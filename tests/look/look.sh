#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Reports in a real browser (look.mjs): a measured sweep with evil names, a failed point and several tables, its
# comparison, a run of 500 points, and verdicts of trials made by hand, one of 500 points. Part of `make bigcheck`; left
# out where there is no node or no Chromium.
# LOOK_SHOTS=FOLDER keeps pictures and paper for people to look at. With a validator ($VNU: its jar) the pages are
# held against it, too; its style sheet checker is older than some properties.
set -u
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
export CHROMIUM
[ -n "$CHROMIUM" ] || skip_all "no Chromium"
command -v node >/dev/null || skip_all "no node"
[ "$(node -p 'parseInt(process.versions.node) >= 18')" = true ] || skip_all "a node older than 18"
work=$(mktemp -d "${TMPDIR:-/tmp}/ifm-look.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

INFEROMETER_STORE=$work/store.db
export INFEROMETER_STORE
cat >"$work/look.yaml" <<'END'
name: "look <script>alert(1)</script>"
rounds: 6
warmup: 0
repeat: 1
min_time: 0
sweeps:
  - model: default
    workload: [tg4, pp8]
    precision: [f32, bf16, q8_0, q4_0, no_such_type]
    sequences: [1, 2, 4]
    threads: [1, 2]
  - {workload: gemm, m: 64, n: 64, k: 64, precision: f32, blocking: [auto, 64x128x512]}
END
label="l<script>alert(1)</script>\"'\$(id)\`id\`"
"$IFM" run "$work/look.yaml" -q --label "$label" --html "$work/sweep" >"$work/log" 2>&1
if [ ! -f "$work/sweep/report.html" ]; then
	sed 's/^/# /' "$work/log"
	echo "Bail out! the sweep has no page"
	exit 1
fi
"$IFM" report --by precision --html "$work/by" 2>/dev/null || echo "# no comparison"
"${top_builddir:-.}/tests/unit/big_store" "$work/big.db" 500 6 24 && "$IFM" report --store "$work/big.db" --html "$work/big" 2>/dev/null
page=${top_builddir:-.}/tests/golden/t_verdict_page
"$page" "$work/verdicts" && "$page" "$work/verdicts500" 500
mv "$work/verdicts/compare.html" "$work/verdicts.html"
mv "$work/verdicts500/compare.html" "$work/verdicts500.html"
mv "$work/sweep/report.html" "$work/sweep.html"
mv "$work/by/compare.html" "$work/compare.html"
mv "$work/big/report.html" "$work/big.html"
if [ -n "${VNU:-}" ]; then
	java -Xss8m -jar "$VNU" "$work"/*.html 2>&1 | grep -v ' CSS: ' | sed 's/^/# /'
fi
node "$top_srcdir/tests/look/look.mjs" "$work/sweep.html" "$work/compare.html" "$work/big.html" \
	"$work/verdicts.html" "$work/verdicts500.html" ${LOOK_SHOTS:+--shots "$LOOK_SHOTS"}
