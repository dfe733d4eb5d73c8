// Theme: tasks
// Why: who works on a task
// Param: task (Task) the task's name, acronym or long form
// Param: limit (integer = 50) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: author, papers (on the task), first_year, last_year
// Empty: no paper here that addresses the task has an author
MATCH (t:Task)
WHERE toLower(t.name) = toLower($task) OR toLower(coalesce(t.long_form, '')) = toLower($task) OR any(v IN coalesce(t.aliases, []) WHERE toLower(v) = toLower($task))
MATCH (p:Paper)-[r:ADDRESSES]->(t:Task)
MATCH (a:Author)-[w:AUTHORED]->(p:Paper)
WHERE r.confidence >= $min_confidence AND w.confidence >= $min_confidence
WITH a, count(DISTINCT p.id) AS papers, min(p.year) AS first_year, max(p.year) AS last_year
RETURN a.label AS author, papers AS papers, first_year AS first_year, last_year AS last_year, a.id AS id
ORDER BY papers DESC, author, id
LIMIT $limit
