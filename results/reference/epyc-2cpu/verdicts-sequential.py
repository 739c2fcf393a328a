# The same visits, compared as if the arms had run one after the other: arm a of a comparison against arm b of the next.
import sqlite3, struct, math, sys
c = sqlite3.connect(sys.argv[1])
def p10(x):
    x = sorted(x); h = (len(x) - 1) * .1; i = int(h); return x[i] + (h - i) * (x[min(i + 1, len(x) - 1)] - x[i])
runs = {}
for run, arm, n, samples, marks in c.execute("select v.run, v.arm, s.n, s.samples, s.marks from visit v join series s on s.visit = v.id where v.kind = 'timing' and s.name = 'step' order by v.id"):
    x = struct.unpack(f"<{n}q", samples); m = struct.unpack(f"<{n}q", marks)
    runs.setdefault(run, {}).setdefault(arm, []).append(p10([v for v, k in zip(x, m) if not k & 1]))
def mw(a, b):
    n, m = len(a), len(b); u = sum((x < y) + .5 * (x == y) for x in a for y in b)
    z = (abs(u - n * m / 2) - .5) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(z / math.sqrt(2))
ids = sorted(runs); pairs = list(zip(ids, ids[1:]))
k = sum(mw(runs[i]['a'], runs[j]['b']) < .05 for i, j in pairs)
print("one after the other, Mann-Whitney over processes: different in", k, "of", len(pairs))
far = [(i, ids[n + 10]) for n, i in enumerate(ids[:-10])]
print("half a minute apart:", sum(mw(runs[i]['a'], runs[j]['b']) < .05 for i, j in far), "of", len(far))
