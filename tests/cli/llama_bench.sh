# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For tests of llama-bench's records: their keys in order, with types; and what a Markdown table begins with.

# Reads a JSON object a line; prints "key type" of the first.
record_keys() {
	head -n 1 | sed 's/^{//; s/}$//; s/, *"\([a-z_]*\)": /\n"\1": /g' |
		sed -E 's/^"([a-z_]*)": \[.*/\1 list/; s/^"([a-z_]*)": ".*/\1 string/; s/^"([a-z_]*)": (true|false).*/\1 bool/
			s/^"([a-z_]*)": -?[0-9]+$/\1 int/; s/^"([a-z_]*)": -?[0-9]+\.[0-9]+$/\1 real/'
}
# Prints the value of key $1 of each line.
record_values() {
	sed -n -E "s/.*\"$1\": (\"[^\"]*\"|[^,}]*).*/\1/p" | tr -d '"'
}
