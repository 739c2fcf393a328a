-- SPDX-License-Identifier: Apache-2.0
-- The store: one SQLite file. Times are integers: *_ns of the monotonic clock of one boot,
-- *_wall_ns since 1970. Nothing is averaged before it is stored; verdicts are computed, not stored.
-- Raw samples are blobs of little-endian int64. JSON columns hold objects of plain values.
CREATE TABLE machine (id TEXT PRIMARY KEY, class TEXT NOT NULL, facts TEXT NOT NULL) STRICT;
CREATE TABLE environment (id TEXT PRIMARY KEY, facts TEXT NOT NULL) STRICT;
CREATE TABLE build (id TEXT PRIMARY KEY, program TEXT NOT NULL, version TEXT NOT NULL, facts TEXT NOT NULL) STRICT;
CREATE TABLE spec (id TEXT PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL) STRICT;
CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  label TEXT NOT NULL, notes TEXT NOT NULL DEFAULT '',
  spec TEXT NOT NULL REFERENCES spec, machine TEXT NOT NULL REFERENCES machine,
  environment TEXT NOT NULL REFERENCES environment,
  command TEXT NOT NULL, seed INTEGER NOT NULL, rounds INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'interrupted')),
  start_wall_ns INTEGER NOT NULL, end_wall_ns INTEGER
) STRICT;
-- A point as such: what its id is the hash of.
CREATE TABLE point (id TEXT PRIMARY KEY, canonical TEXT NOT NULL) STRICT;
-- A point in a run: where it stands in the plan and what became of it. `keys` is its JSON object with the model as it
-- was named there: another run may have named the same content otherwise.
CREATE TABLE run_point (
  run INTEGER NOT NULL REFERENCES run, point TEXT NOT NULL REFERENCES point,
  position INTEGER NOT NULL, keys TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('measure', 'ceiling')),
  state TEXT NOT NULL CHECK (state IN ('planned', 'done', 'failed', 'skipped', 'unavailable')),
  reason TEXT NOT NULL DEFAULT '',
  check_answer TEXT, -- JSON: memory plan and work of a repetition
  model TEXT,        -- JSON: hash, name, arch, ... of the model it ran
  describe TEXT,     -- what ran, "key: value" lines
  PRIMARY KEY (run, point)
) STRICT;
CREATE TABLE process (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES run,
  build TEXT REFERENCES build, worker TEXT NOT NULL, arm TEXT NOT NULL, pid INTEGER NOT NULL,
  start_wall_ns INTEGER NOT NULL, end_wall_ns INTEGER, peak_bytes INTEGER, ended TEXT -- 'exit 0', 'signal 9', ...
) STRICT;
CREATE INDEX process_by_run ON process (run);
CREATE TABLE visit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES run, point TEXT NOT NULL REFERENCES point,
  process INTEGER REFERENCES process,
  round INTEGER NOT NULL, position INTEGER NOT NULL, arm TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('pilot', 'timing', 'counter', 'energy', 'quality', 'profile', 'aa')),
  state TEXT NOT NULL CHECK (state IN ('done', 'failed')),
  reason TEXT NOT NULL DEFAULT '',
  host_before TEXT, host_after TEXT, -- JSON: load, pressure, steal, frequency, ...
  start_wall_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL, -- of the `run` request, stamped by the harness
  load_ns INTEGER, weight_bytes INTEGER,
  tokens REAL, flops REAL, bytes REAL,  -- of one repetition
  window_version INTEGER
) STRICT;
CREATE INDEX visit_by_point ON visit (run, point);
CREATE TABLE series (
  id INTEGER PRIMARY KEY AUTOINCREMENT, visit INTEGER NOT NULL REFERENCES visit,
  name TEXT NOT NULL, unit TEXT NOT NULL, clock TEXT NOT NULL, t0 INTEGER NOT NULL, n INTEGER NOT NULL,
  samples BLOB NOT NULL, offsets BLOB NOT NULL, marks BLOB NOT NULL, reps BLOB NOT NULL
) STRICT;
CREATE INDEX series_by_visit ON series (visit);
-- Counters, and residuals of quality visits (op names the reference). usable = 0: value is NULL, why says why;
-- usable = 1 and NULL is NaN, which SQLite does not have.
CREATE TABLE reading (
  visit INTEGER NOT NULL REFERENCES visit, counter TEXT NOT NULL, unit TEXT NOT NULL, source TEXT NOT NULL,
  thread INTEGER NOT NULL, op TEXT NOT NULL DEFAULT '', pass INTEGER NOT NULL,
  usable INTEGER NOT NULL, why TEXT NOT NULL DEFAULT '', value ANY,
  enabled_ns INTEGER, running_ns INTEGER
) STRICT;
CREATE INDEX reading_by_visit ON reading (visit);
CREATE TABLE op (visit INTEGER NOT NULL REFERENCES visit, name TEXT NOT NULL, calls INTEGER NOT NULL,
  total_ns INTEGER NOT NULL, flops REAL, bytes REAL) STRICT;
CREATE TABLE artifact (id INTEGER PRIMARY KEY AUTOINCREMENT, visit INTEGER REFERENCES visit, process INTEGER REFERENCES process,
  name TEXT NOT NULL, data BLOB NOT NULL) STRICT;
CREATE INDEX artifact_by_visit ON artifact (visit);
CREATE TABLE annotation (run INTEGER NOT NULL REFERENCES run, key TEXT NOT NULL, value TEXT NOT NULL) STRICT;
CREATE TABLE decision (run INTEGER NOT NULL REFERENCES run, name TEXT NOT NULL, inputs TEXT NOT NULL, outcome TEXT NOT NULL) STRICT;
