"""The manifest of a graph folder: its inputs, versions and counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kg.errors import StoreError

# 2: the embedded database holds abstracts, merges, and the source of each claim.
# 3: entries have keywords, identifiers, references; there are venues, citations and papers that are only cited.
FORMAT = 3


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a graph folder. Raises StoreError, with the mend, if the folder is none or is of another format."""
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{folder.as_posix()}: no graph folder (it has no manifest.json): make one with: kg build FILE… -o {folder.as_posix()}") from None
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError, OSError) as e:
        raise StoreError(f"{path.as_posix()}: damaged ({e}): build the folder again from its sources") from None
    if not isinstance(manifest, dict):
        raise StoreError(f"{path.as_posix()}: damaged (no JSON object): build the folder again from its sources")
    if manifest.get("format") != FORMAT:
        raise StoreError(
            f"{path.as_posix()}: format {manifest.get('format')} is not the one this version writes ({FORMAT}): build the folder again with: kg build FILE… -o NEW"
        )
    return manifest
