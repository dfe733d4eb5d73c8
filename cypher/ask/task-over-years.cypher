// Theme: tasks
// Why: how the work on a task grows: papers, people and new methods by year
// Param: task (Task) the task's name, acronym or long form
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: year, papers, authors, methods (proposed in those papers)
// Empty: no paper here that addresses the task has a date
MATCH (t:Task)
WHERE toLower(t.name) = toLower($task) OR toLower(coalesce(t.long_form, '')) = toLower($task) OR any(v IN coalesce(t.aliases, []) WHERE toLower(v) = toLower($task))
MATCH (p:Paper)-[r:ADDRESSES]->(t:Task)
WHERE p.year IS NOT NULL AND r.confidence >= $min_confidence
OPTIONAL MATCH (a:Author)-[w:AUTHORED]->(p:Paper)
WHERE w.confidence >= $min_confidence
OPTIONAL MATCH (p:Paper)-[s:PROPOSES]->(m:Method)
WHERE s.confidence >= $min_confidence
WITH p.year AS year, count(DISTINCT p.id) AS papers, count(DISTINCT a.id) AS authors, count(DISTINCT m.id) AS methods
RETURN year AS year, papers AS papers, authors AS authors, methods AS methods
ORDER BY year
