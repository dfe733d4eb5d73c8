// Theme: tasks
// Why: which tasks are addressed, by how many papers and methods, since when
// Param: limit (integer = 25) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: task, papers, methods (proposed in those papers), first_year, last_year
// Empty: no paper here names a task
MATCH (p:Paper)-[r:ADDRESSES]->(t:Task)
WHERE r.confidence >= $min_confidence
WITH t, count(*) AS papers
ORDER BY papers DESC, t.name, t.id
LIMIT $limit
MATCH (p:Paper)-[r:ADDRESSES]->(t:Task)
WHERE r.confidence >= $min_confidence
OPTIONAL MATCH (p:Paper)-[s:PROPOSES]->(m:Method)
WHERE s.confidence >= $min_confidence
WITH t, papers, min(p.year) AS first_year, max(p.year) AS last_year, count(DISTINCT m.id) AS methods
RETURN t.name AS task, papers AS papers, methods AS methods, first_year AS first_year, last_year AS last_year, t.id AS id
ORDER BY papers DESC, task, id
LIMIT $limit
