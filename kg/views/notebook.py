"""A page in a notebook: a frame of its own, so that neither styles nor scripts of notebook and page meet."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from kg.files import whole_file


@dataclass(frozen=True, repr=False)
class Frame:
    """An HTML page that a notebook shows; `write` keeps it as a file, for hosts whose own policy lets no frame run."""

    page: str
    height: int = 620

    def _repr_html_(self) -> str:
        # Without allow-same-origin the page can neither read the notebook nor ask for anything.
        return (
            f'<iframe srcdoc="{escape(self.page, quote=True)}" sandbox="allow-scripts allow-downloads allow-popups" title="kg view" '
            f'style="width:100%;height:{self.height}px;border:1px solid #999"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<page of {len(self.page):,} characters: shown in a notebook; .write(path) keeps it as a file>"

    def write(self, out: Path | str) -> Path:
        """Write the page to a file, whole or not at all."""
        with whole_file(Path(out)) as aside:
            aside.write_text(self.page, encoding="utf-8", newline="\n")
        return Path(out)
