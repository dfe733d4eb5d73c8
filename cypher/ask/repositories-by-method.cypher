// Theme: code
// Why: where is the code of a method
// Param: method (Method) the method's name, acronym or long form
// Returns: method, repository, url, papers (how many say so)
// Empty: no paper here that proposes the method names a repository of its own
MATCH (m:Method)
WHERE toLower(m.name) = toLower($method) OR toLower(coalesce(m.long_form, '')) = toLower($method) OR any(v IN coalesce(m.aliases, []) WHERE toLower(v) = toLower($method))
MATCH (g:Repository)-[i:IMPLEMENTS]->(m:Method)
RETURN m.name AS method, g.name AS repository, g.url AS url, size(i.papers) AS papers, g.id AS id, m.id AS method_id
ORDER BY papers DESC, repository, id, method_id
