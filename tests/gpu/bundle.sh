#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: bundle.sh TOP BUILD OUT : the programs of BUILD with all libraries they need in the folder OUT, for a machine that has an
# NVIDIA driver and may have nothing else. Part of `make gpu-bundle`. NVIDIA's own libraries are not in it.
#
#   inferometer, inferometer-worker, tests/gpu/agree    scripts that set paths and start what stands in bin
#   bin, lib, libc, data                                programs, their libraries, glibc, the shipped model
#
# OpenBLAS, half of it all, is compressed until something is started. glibc is taken from libc only where the machine's own is too old for
# the programs.
set -eu
top=$1 build=$2 out=$3
most_mib=60

die() {
	printf '%s\n' "bundle.sh: $*" >&2
	exit 1
}

# Loaded by name when it is asked for. PAPI's libraries take 3 MiB and count nothing of a GPU.
loaded_later=libopenblas.so.0
# Empty since glibc 2.34, but drivers name them, and those of another glibc do not go with ours.
libc_parts='libpthread.so.0 libdl.so.2 librt.so.1'

libraries_of() { # file... -> paths
	ldd "$@" 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// && NF == 2 && $1 !~ /:$/ { print $1 }' | sort -u
}

library_named() { # name that begins so -> path
	{ ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | awk -v n="$1" 'index($1, n) == 1 { print $NF; exit }'
}

is_glibc() {
	case ${1##*/} in
	ld-linux* | ld-*.so* | libc.so.* | libm.so.* | libmvec.so.* | libpthread.so.* | libdl.so.* | librt.so.* | libresolv.so.*) return 0 ;;
	esac
	return 1
}

copy_library() { # path
	is_glibc "$1" && to=$out/libc || to=$out/lib
	[ -e "$to/${1##*/}" ] || cp -L "$1" "$to/"
}

copy_programs() {
	cp "$build/inferometer" "$build/inferometer-worker" "$out/bin/"
	[ ! -e "$build/tests/gpu/agree" ] || cp "$build/tests/gpu/agree" "$out/bin/"
	"${STRIP:-strip}" "$out"/bin/* || die "cannot strip the programs"
}

copy_libraries() {
	for l in $(libraries_of "$out"/bin/*); do
		copy_library "$l"
	done
	for name in $loaded_later $libc_parts; do
		path=$(library_named "$name")
		[ -n "$path" ] || continue
		for l in "$path" $(libraries_of "$path"); do
			copy_library "$l"
		done
	done
}

compress() {
	[ ! -e "$out/lib/libopenblas.so.0" ] || gzip -9 "$out/lib/libopenblas.so.0"
}

# Starts bin/NAME by what it finds beside itself, wherever the folder is, also through a link.
starter() { # name, the bundle as seen from the script
	cat <<END
#!/bin/sh
# Made by make gpu-bundle.
here=\$(cd "\$(dirname "\$(readlink -f "\$0")")/$2" && pwd) || exit 2
export INFEROMETER_DATA="\${INFEROMETER_DATA:-\$here/data}"
export INFEROMETER_WORKER="\${INFEROMETER_WORKER:-\$here/inferometer-worker}"
own=\$here/bin/$1
for l in "\$here"/lib/*.gz; do
	[ ! -e "\$l" ] || { gzip -dc "\$l" >"\${l%.gz}.\$\$" && mv "\${l%.gz}.\$\$" "\${l%.gz}" && rm -f "\$l"; }
done
ours=\$here/lib\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}
# A glibc that lacks what the programs or their libraries were linked with says so before anything runs.
if [ -z "\${IFM_BUNDLE_LIBC:-}" ]; then
	if LD_LIBRARY_PATH=\$ours LD_BIND_NOW=1 LD_TRACE_LOADED_OBJECTS=1 "\$own" 2>&1 | grep -q 'not found'; then
		IFM_BUNDLE_LIBC=own
	else
		IFM_BUNDLE_LIBC=here
	fi
	export IFM_BUNDLE_LIBC
fi
if [ "\$IFM_BUNDLE_LIBC" = own ]; then
	exec "\$here"/libc/ld-linux* --library-path "\$here/libc:\$ours" "\$own" "\$@"
fi
LD_LIBRARY_PATH=\$ours exec "\$own" "\$@"
END
}

write_starters() {
	for name in inferometer inferometer-worker; do
		starter "$name" . >"$out/$name"
		chmod +x "$out/$name"
	done
	[ -e "$out/bin/agree" ] || return 0
	starter agree ../.. >"$out/tests/gpu/agree"
	chmod +x "$out/tests/gpu/agree"
}

case $out in
/*/*) ;;
*) die "\"$out\": expected a folder by its whole path" ;;
esac
rm -rf "$out"
mkdir -p "$out/bin" "$out/lib" "$out/libc" "$out/data/models" "$out/tests/gpu"
copy_programs
copy_libraries
cp "$top/workloads/models/default.gguf" "$out/data/models/"
compress
write_starters
size=$(du -sm "$out" | awk '{ print $1 }')
[ "$size" -le "$most_mib" ] || die "it has $size MiB, more than $most_mib"
echo "gpu-bundle: $size MiB, $(find "$out/lib" -type f | wc -l) libraries"
