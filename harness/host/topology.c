/* SPDX-License-Identifier: Apache-2.0 */
/* hwloc's picture of a machine as facts. */
#include "config.h"

#include "harness/host/topology.h"

#include <hwloc.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/host/files.h"

#if HWLOC_API_VERSION >= 0x00020100
#include <hwloc/distances.h>
#endif

/* Distances are a square: more nodes than this fill pages, and no fact. */
enum { NODES_MAX = 32, KINDS_MAX = 16 };

static void put_strbuf(json_t *o, const char *key, struct strbuf *text)
{
	json_object_set_new(o, key, fact_long(strbuf_text(text)));
	strbuf_free(text);
}

static json_t *count(hwloc_topology_t t, hwloc_obj_type_t type)
{
	int n = hwloc_get_nbobjs_by_type(t, type);

	return n > 0 ? json_integer(n) : fact_unknown("hwloc sees no %s", hwloc_obj_type_string(type));
}

/* ---- cores ---- */

/* "2", or "1 to 2" where cores differ. */
static void put_threads_per_core(json_t *o, hwloc_topology_t t)
{
	int least = 0, most = 0, n = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_CORE);
	char text[64];

	for (int i = 0; i < n; i++) {
		int w = hwloc_bitmap_weight(hwloc_get_obj_by_type(t, HWLOC_OBJ_CORE, (unsigned)i)->cpuset);
		least = i == 0 || w < least ? w : least;
		most = w > most ? w : most;
	}
	snprintf(text, sizeof text, "%d to %d", least, most);
	if (most <= 0)
		json_object_set_new(o, "cpu.threads_per_core", fact_unknown("hwloc sees no Core"));
	else
		json_object_set_new(o, "cpu.threads_per_core",
				    least == most ? json_integer(most) : fact_text(text));
}

/* ---- caches ---- */

struct kind {
	uint64_t bytes;
	int ways, threads, n;
};

static int kind_add(struct kind *all, int n, const struct kind *k)
{
	for (int i = 0; i < n; i++)
		if (all[i].bytes == k->bytes && all[i].ways == k->ways && all[i].threads == k->threads) {
			all[i].n++;
			return n;
		}
	if (n < KINDS_MAX)
		all[n++] = *k;
	return n;
}

static void ways_put(struct strbuf *out, int ways)
{
	if (ways > 0)
		strbuf_printf(out, ", %d ways", ways);
	else
		strbuf_puts(out, ways < 0 ? ", fully associative" : ", ways unknown");
}

/* "8 x 32 KiB, 8 ways, of 2 threads each"; cores of two kinds give two of these, joined by " + ". */
static void put_cache(json_t *o, hwloc_topology_t t, const char *key, hwloc_obj_type_t type)
{
	struct kind all[KINDS_MAX];
	struct strbuf text = {0};
	int n = 0;

	for (hwloc_obj_t c = NULL; (c = hwloc_get_next_obj_by_type(t, type, c)) != NULL;) {
		struct kind one = {c->attr->cache.size, c->attr->cache.associativity,
				   hwloc_bitmap_weight(c->cpuset), 1};
		n = kind_add(all, n, &one);
	}
	for (int i = 0; i < n; i++) {
		char size[32];
		strbuf_printf(&text, "%s%d x %s", i ? " + " : "", all[i].n,
			      all[i].bytes ? size_text((int64_t)all[i].bytes, size, sizeof size)
					   : "size unknown");
		ways_put(&text, all[i].ways);
		strbuf_printf(&text, ", of %d thread%s%s", all[i].threads, all[i].threads == 1 ? "" : "s",
			      all[i].n > 1 ? " each" : "");
	}
	if (n == 0)
		json_object_set_new(o, key, fact_unknown("hwloc sees none"));
	else
		put_strbuf(o, key, &text);
}

static void put_caches(json_t *o, hwloc_topology_t t)
{
	static const struct {
		const char *key;
		hwloc_obj_type_t type;
	} caches[] = {
		{"cpu.l1d", HWLOC_OBJ_L1CACHE}, {"cpu.l1i", HWLOC_OBJ_L1ICACHE},
		{"cpu.l2", HWLOC_OBJ_L2CACHE},	{"cpu.l3", HWLOC_OBJ_L3CACHE},
		{"cpu.l4", HWLOC_OBJ_L4CACHE},
	};
	bool any = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_L1CACHE) > 0;

	for (size_t i = 0; i < sizeof caches / sizeof caches[0]; i++)
		put_cache(o, t, caches[i].key, caches[i].type);
	/* Where the first level is told, one that is not told is not there. */
	for (size_t i = 3; any && i < sizeof caches / sizeof caches[0]; i++)
		if (hwloc_get_nbobjs_by_type(t, caches[i].type) <= 0)
			json_object_set_new(o, caches[i].key, fact_absent("no cache of this level"));
}

/* ---- memory nodes ---- */

static void put_nodes(json_t *o, hwloc_topology_t t)
{
	struct strbuf cpus = {0}, memory = {0};

	for (hwloc_obj_t node = NULL;
	     (node = hwloc_get_next_obj_by_type(t, HWLOC_OBJ_NUMANODE, node)) != NULL;) {
		char list[FACT_MAX];
		hwloc_bitmap_list_snprintf(list, sizeof list, node->cpuset);
		strbuf_printf(&cpus, "%s%u: %s", cpus.len ? "; " : "", node->os_index, *list ? list : "none");
		strbuf_printf(&memory, "%s%u: %" PRIu64, memory.len ? "; " : "", node->os_index,
			      (uint64_t)node->attr->numanode.local_memory);
	}
	put_strbuf(o, "cpu.numa_cpus", &cpus);
	put_strbuf(o, "memory.numa_bytes", &memory);
	uint64_t total = hwloc_get_root_obj(t)->total_memory;
	json_object_set_new(o, "memory.hwloc_bytes",
			    total > 0 && total <= INT64_MAX ? json_integer((json_int_t)total)
							    : fact_unknown("hwloc sees no memory"));
}

/* "10 21; 21 10" */
static json_t *distances_text(const struct hwloc_distances_s *d)
{
	struct strbuf text = {0};

	for (unsigned i = 0; i < d->nbobjs && d->nbobjs <= NODES_MAX; i++)
		for (unsigned k = 0; k < d->nbobjs; k++)
			strbuf_printf(&text, "%s%" PRIu64,
				      k	  ? " "
				      : i ? "; "
					  : "",
				      (uint64_t)d->values[i * d->nbobjs + k]);
	json_t *fact = text.len ? fact_long(text.text) : fact_unknown("%u nodes are too many", d->nbobjs);
	strbuf_free(&text);
	return fact;
}

static void put_distances(json_t *o, hwloc_topology_t t)
{
	struct hwloc_distances_s *d = NULL;
	unsigned n = 1;
	int nodes = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_NUMANODE);

	if (hwloc_distances_get_by_type(t, HWLOC_OBJ_NUMANODE, &n, &d,
					HWLOC_DISTANCES_KIND_FROM_OS | HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0))
		n = 0;
	if (n > 0 && d) {
		json_object_set_new(o, "memory.numa_distances", distances_text(d));
		hwloc_distances_release(t, d);
		return;
	}
	json_object_set_new(o, "memory.numa_distances",
			    nodes == 1 ? fact_absent("one node") : fact_unknown("the firmware tells none"));
}

/* ---- all of it ---- */

static void put_source(json_t *o, hwloc_topology_t t)
{
	char text[FACT_MAX];
	unsigned v = hwloc_get_api_version();

	snprintf(text, sizeof text, "hwloc, interface %u.%u.%u%s", v >> 16, v >> 8 & 0xff, v & 0xff,
		 hwloc_topology_is_thissystem(t) ? "" : ", not of this machine");
	json_object_set_new(o, "cpu.topology_source", fact_text(text));
}

static json_t *facts_of(hwloc_topology_t t)
{
	json_t *o = json_object();

	put_source(o, t);
	json_object_set_new(o, "cpu.sockets", count(t, HWLOC_OBJ_PACKAGE));
	json_object_set_new(o, "cpu.cores", count(t, HWLOC_OBJ_CORE));
	json_object_set_new(o, "cpu.threads", count(t, HWLOC_OBJ_PU));
	json_object_set_new(o, "cpu.numa_nodes", count(t, HWLOC_OBJ_NUMANODE));
	put_threads_per_core(o, t);
	put_caches(o, t);
	put_nodes(o, t);
	put_distances(o, t);
	return o;
}

int topology_load(json_t **out, struct diag *d)
{
	hwloc_topology_t t;

	if (hwloc_topology_init(&t))
		return diag_set(d, ERR_INTERNAL, "hwloc does not begin");
	/* What the machine has, not what this process may use of it: that is told apart. */
	bool bad = hwloc_topology_set_flags(t, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) ||
		   hwloc_topology_set_icache_types_filter(t, HWLOC_TYPE_FILTER_KEEP_ALL) ||
		   hwloc_topology_load(t);
	if (!bad)
		*out = facts_of(t);
	hwloc_topology_destroy(t);
	return bad ? diag_set(d, ERR_UNAVAILABLE, "hwloc cannot load the topology") : 0;
}
