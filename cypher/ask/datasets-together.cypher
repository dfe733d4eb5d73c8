// Theme: data
// Why: which data sets and benchmarks are used together in one paper
// Param: limit (integer = 25) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: first, second, papers (how many use both)
// Empty: no paper here names two data sets
MATCH (p:Paper)-[r:EVALUATES_ON]->(d:Dataset|Benchmark)
MATCH (p:Paper)-[s:EVALUATES_ON]->(e:Dataset|Benchmark)
WHERE d.id < e.id AND r.confidence >= $min_confidence AND s.confidence >= $min_confidence
WITH d, e, count(DISTINCT p.id) AS papers
WITH papers, CASE WHEN d.name <= e.name THEN [d.name, e.name, d.id, e.id] ELSE [e.name, d.name, e.id, d.id] END AS pair
RETURN pair[0] AS first, pair[1] AS second, papers AS papers, pair[2] AS id, pair[3] AS second_id
ORDER BY papers DESC, first, second, id, second_id
LIMIT $limit
