// Theme: methods
// Why: which methods stand beside a method in the same papers
// Param: method (Method) the method's name, acronym or long form
// Param: limit (integer = 25) rows at most
// Returns: other, papers (that name both), first_year, last_year
// Empty: no paper here names another method beside it
MATCH (m:Method)
WHERE toLower(m.name) = toLower($method) OR toLower(coalesce(m.long_form, '')) = toLower($method) OR any(v IN coalesce(m.aliases, []) WHERE toLower(v) = toLower($method))
MATCH (m:Method)-[u:USED_WITH]-(o:Method)
RETURN o.name AS other, size(u.papers) AS papers, u.first_year AS first_year, u.last_year AS last_year, o.id AS id, m.id AS method_id
ORDER BY papers DESC, other, id, method_id
LIMIT $limit
