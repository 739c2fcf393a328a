# SPDX-License-Identifier: Apache-2.0
# The names of tiles, stages and clusters, from a preprocessed cublasLt.h: rows TILE(20, "128x128"), ...
BEGIN {
	print "/* Made from cublasLt.h by build-aux/lt-parts.awk. */"
	for (i = split("TILE STAGES CLUSTER", kinds); i > 0; i--)
		printf "#ifndef %s\n#define %s(id, name)\n#endif\n", kinds[i], kinds[i]
}
match($0, /CUBLASLT_(MATMUL_TILE|MATMUL_STAGES|CLUSTER_SHAPE)_[A-Za-z0-9]+ = [0-9]+/) {
	split(substr($0, RSTART, RLENGTH), part, " = ")
	kind = part[1] ~ /TILE/ ? "TILE" : part[1] ~ /STAGES/ ? "STAGES" : "CLUSTER"
	name = part[1]
	sub(/^CUBLASLT_(MATMUL_TILE|MATMUL_STAGES|CLUSTER_SHAPE)_/, "", name)
	printf "%s(%d, \"%s\")\n", kind, part[2], part[2] == 0 ? "auto" : name
}
END { print "#undef TILE\n#undef STAGES\n#undef CLUSTER" }
