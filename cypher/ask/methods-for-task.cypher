// Theme: tasks
// Why: which methods are proposed, used or compared in papers that address a task
// Param: task (Task) the task's name, acronym or long form
// Param: limit (integer = 50) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: method, proposed, used, compared (papers of each kind), first_year
// Empty: no paper here that addresses the task names a method
MATCH (t:Task)
WHERE toLower(t.name) = toLower($task) OR toLower(coalesce(t.long_form, '')) = toLower($task) OR any(v IN coalesce(t.aliases, []) WHERE toLower(v) = toLower($task))
MATCH (p:Paper)-[a:ADDRESSES]->(t:Task)
MATCH (p:Paper)-[r:PROPOSES|USES|COMPARES_WITH]->(m:Method)
WHERE a.confidence >= $min_confidence AND r.confidence >= $min_confidence
WITH m, count(DISTINCT CASE type(r) WHEN 'PROPOSES' THEN p.id END) AS proposed, count(DISTINCT CASE type(r) WHEN 'USES' THEN p.id END) AS used, count(DISTINCT CASE type(r) WHEN 'COMPARES_WITH' THEN p.id END) AS compared, min(p.year) AS first_year
RETURN m.name AS method, proposed AS proposed, used AS used, compared AS compared, first_year AS first_year, m.id AS id
ORDER BY proposed DESC, used DESC, compared DESC, method, id
LIMIT $limit
