// Theme: trust
// Why: which forms were joined on little ground, or kept apart though they look alike
// Param: below (number = 1) joins with a lower score than this; what was kept apart is always listed
// Param: limit (integer = 100) rows at most
// Returns: kind, name (of the node), left, right, rule, score, joined, evidence
// Empty: every join here has at least that score, and nothing was kept apart
MATCH (x:Paper|Author|Method|Dataset|Benchmark|Task|Metric)
WHERE x.merge_left IS NOT NULL
UNWIND range(0, size(x.merge_left) - 1) AS i
WITH x, x.merge_left[i] AS left, x.merge_right[i] AS right, x.merge_rule[i] AS rule, x.merge_score[i] AS score, x.merge_joined[i] AS joined,
  coalesce(x.merge_evidence, [])[i] AS evidence
WHERE joined = false OR score < $below
RETURN x.kind AS kind, x.label AS name, left AS left, right AS right, rule AS rule, score AS score, joined AS joined, coalesce(evidence, '') AS evidence, x.id AS id
ORDER BY joined, score, kind, left, right, rule, evidence, id
LIMIT $limit
