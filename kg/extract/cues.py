"""Words round a name that say what it is and what a paper does with it."""

# Cue words, in four groups: proposing, being ours, comparing, using.
CUES = {
    "propose": "propose proposes proposed proposing introduce introduces introduced introducing present presents presented presenting develop develops developed developing design designs designed designing devise "
    "devises devised call called named namely naming term termed dub dubbed coin coined referred create creates created creating build builds built construct constructs constructed release releases released "
    "releasing establish establishes established describe describes derive derives curate curated curates collect collected contribute contributes annotate annotated offer provide provides",
    "ours": "our ours we novel new this work here us",
    "compare": "outperform outperforms outperformed outperforming surpass surpasses surpassed surpassing exceed exceeds exceeded exceeding beat beats beating compare compared comparing comparison comparable than over "
    "baseline baselines against superior better versus vs art competitive rival unlike competing prior existing previous conventional traditional improvement improvements",
    "use": "use uses used using apply applies applied applying based leverage leverages leveraged leveraging employ employs employed employing adopt adopts adopted extend extends extended extending via with combine "
    "combines combined combining integrate integrates integrated integrating incorporate incorporates incorporating incorporated evaluate evaluates evaluated evaluating evaluation experiment experiments on train "
    "trained training test tested analyze analyse analyzed analysis study studied studies investigate investigated",
}  # fmt: skip
# Words that say what a name near by is: "X, a dataset of …", "a framework called X".
SORTS = {
    "data": "dataset datasets corpus corpora collection database annotated annotations images samples examples instances videos pairs sentences questions labels testset treebank",
    "benchmark": "benchmark benchmarks benchmarking challenge competition leaderboard suite testbed environment environments games track",
    "method": "method methods model models framework frameworks architecture architectures algorithm algorithms approach approaches network networks system module mechanism technique strategy scheme "
    "pipeline toolkit library optimizer loss encoder decoder agent",
    "task": "task tasks problem problems setting field area application applications challenging",
    "metric": "metric metrics score scores accuracy measure measures measured rate error percentage points improvement gain reduction",
}
LEFT = 16  # words before a name in which a cue counts
