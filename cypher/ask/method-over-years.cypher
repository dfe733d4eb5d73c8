// Theme: methods
// Why: how often a method is proposed, used and compared with, year by year
// Param: method (Method) the method's name, acronym or long form
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: year, proposed, used, compared (papers of each kind)
// Empty: no paper here that names the method has a date
MATCH (m:Method)
WHERE toLower(m.name) = toLower($method) OR toLower(coalesce(m.long_form, '')) = toLower($method) OR any(v IN coalesce(m.aliases, []) WHERE toLower(v) = toLower($method))
MATCH (p:Paper)-[r:PROPOSES|USES|COMPARES_WITH]->(m:Method)
WHERE p.year IS NOT NULL AND r.confidence >= $min_confidence
WITH p.year AS year, count(DISTINCT CASE type(r) WHEN 'PROPOSES' THEN p.id END) AS proposed, count(DISTINCT CASE type(r) WHEN 'USES' THEN p.id END) AS used, count(DISTINCT CASE type(r) WHEN 'COMPARES_WITH' THEN p.id END) AS compared
RETURN year AS year, proposed AS proposed, used AS used, compared AS compared
ORDER BY year
