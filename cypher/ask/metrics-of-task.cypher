// Theme: tasks
// Why: by which metrics is a task measured, and on which data
// Param: task (Task) the task's name, acronym or long form
// Param: limit (integer = 25) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: metric, papers, datasets (names, in order)
// Empty: no paper here that addresses the task names a metric
MATCH (t:Task)
WHERE toLower(t.name) = toLower($task) OR toLower(coalesce(t.long_form, '')) = toLower($task) OR any(v IN coalesce(t.aliases, []) WHERE toLower(v) = toLower($task))
MATCH (p:Paper)-[a:ADDRESSES]->(t:Task)
MATCH (p:Paper)-[r:REPORTS]->(x:Metric)
WHERE a.confidence >= $min_confidence AND r.confidence >= $min_confidence
OPTIONAL MATCH (p:Paper)-[s:EVALUATES_ON]->(d:Dataset|Benchmark)
WHERE s.confidence >= $min_confidence
WITH x, p.id AS paper, d.name AS dataset
ORDER BY dataset, paper
WITH x, count(DISTINCT paper) AS papers, collect(DISTINCT dataset) AS datasets
RETURN x.name AS metric, papers AS papers, datasets AS datasets, x.id AS id
ORDER BY papers DESC, metric, id
LIMIT $limit
