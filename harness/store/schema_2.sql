-- SPDX-License-Identifier: Apache-2.0
-- What schema 2 adds to schema.sql: the plan of a run, so that one that was interrupted or killed can be finished. A new
-- store is made by schema.sql and then this; an older one becomes the same by this alone.
ALTER TABLE run ADD COLUMN build TEXT REFERENCES build; -- of the worker that the plan was made with
-- The visits to make, in their order: number 1 comes first. What was resolved when the plan was made is in run_point.
CREATE TABLE planned (
  run INTEGER NOT NULL REFERENCES run, number INTEGER NOT NULL, point TEXT NOT NULL REFERENCES point,
  round INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('pilot', 'timing', 'counter', 'energy', 'quality', 'profile', 'aa')),
  pass INTEGER NOT NULL, -- of the counter visits of its point, from 0
  PRIMARY KEY (run, number)
) STRICT;
ALTER TABLE visit ADD COLUMN planned INTEGER; -- its number in the plan; NULL: not of the plan (quality)
-- No visit is made twice, whoever resumes.
CREATE UNIQUE INDEX visit_by_plan ON visit (run, planned) WHERE planned IS NOT NULL;
