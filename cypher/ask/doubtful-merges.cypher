// Theme: trust
// Why: which forms were joined on little ground, or kept apart though they look alike
// Param: below (number = 1) joins with a lower score than this; what was kept apart is always listed
// Param: limit (integer = 100) rows at most
// Returns: kind, name (of the node), left, right, rule, score, joined, evidence
// Empty: every join here has at least that score, and nothing was kept apart
MATCH (x:Paper|Author|Method|Dataset|Benchmark|Task|Metric)
WHERE x.merge_left IS NOT NULL
WITH x, split(x.merge_left, '\n') AS lefts, split(x.merge_right, '\n') AS rights, split(x.merge_rule, '\n') AS rules, split(x.merge_score, '\n') AS scores,
  split(x.merge_joined, '\n') AS joins, split(coalesce(x.merge_evidence, ''), '\n') AS reasons
UNWIND range(0, size(lefts) - 1) AS i
WITH x, lefts[i] AS left, rights[i] AS right, rules[i] AS rule, toFloat(scores[i]) AS score, joins[i] = 'true' AS joined, coalesce(reasons[i], '') AS evidence
WHERE joined = false OR score < $below
RETURN x.kind AS kind, x.label AS name, left AS left, right AS right, rule AS rule, score AS score, joined AS joined, evidence AS evidence, x.id AS id
ORDER BY joined, score, kind, left, right, rule, evidence, id
LIMIT $limit
