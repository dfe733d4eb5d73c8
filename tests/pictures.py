"""The README's pictures: views of the sample as a browser shows them. `python -m tests.pictures` writes them into .github/pictures."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from kg.build import build
from kg.views import write_view
from tests.conftest import ROOT, SAMPLE_FILES, find_chromium

PICTURES = ROOT / ".github" / "pictures"


def choose(page: Page, name: str) -> None:
    page.fill("#search", name)
    page.keyboard.press("Enter")


def main() -> None:
    chromium = find_chromium()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as p:
        graph, out = Path(folder) / "graph", Path(folder) / "view.html"
        build(SAMPLE_FILES, graph)
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for view, name, scheme in (("all", "PocketField", "light"), ("methods", None, "dark"), ("timeline", None, "light")):
            write_view(view, graph, out)
            page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
            page.goto(out.as_uri())
            page.wait_for_selector("body[data-ready]")
            if name:
                choose(page, name)
            page.wait_for_timeout(500)
            page.screenshot(path=PICTURES / f"{view}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
