"""The manifest of a graph folder: its inputs, versions and counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kg.errors import StoreError

# 2: the embedded database holds abstracts, merges, and the source of each claim.
# 3: entries have keywords, identifiers, references; there are venues, citations and papers that are only cited.
# 4: entries have the hash of their content, and blocks of people what they were judged.
# 5: what was resolved together (units), and by what (touched), of people, names and papers.
FORMAT = 5


OLDER = (3, 4)  # what kg build can upgrade


def read_manifest(folder: Path, older: bool = False) -> dict[str, Any]:
    """The manifest of a graph folder, or if asked for an `older` one that can be upgraded. StoreError, with the mend, if the folder is none or is of another format."""
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{folder.as_posix()}: no graph folder (it has no manifest.json): make one with: kg build FILE… -o {folder.as_posix()}") from None
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError, OSError) as e:
        raise StoreError(f"{path.as_posix()}: damaged ({e}): build the folder again from its sources") from None
    if not isinstance(manifest, dict):
        raise StoreError(f"{path.as_posix()}: damaged (no JSON object): build the folder again from its sources")
    found = manifest.get("format")
    if found == FORMAT or (older and found in OLDER):
        return manifest
    if found in OLDER:
        mend = f"upgrade the folder with: kg build -o {folder.as_posix()}"
    elif isinstance(found, int) and found > FORMAT:
        mend = "read it with a newer kg, or build the folder again from its sources with: kg build FILE… -o NEW"
    else:
        mend = "build the folder again from its sources with: kg build FILE… -o NEW"
    raise StoreError(f"{path.as_posix()}: format {found} is not the one of this version ({FORMAT}): {mend}")
