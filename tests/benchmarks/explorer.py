"""How fast the page of explore() answers in a browser, in milliseconds.

    python tests/benchmarks/explorer.py [rounds]

It makes the page with both shipped runs and opens it in chromium: until the first answer stands; a key at the
end and at the beginning of a text of 40 words, until the picture of the page is renewed; and all squares of
A | B, 6 parts of 2 layers at 8 words, with the longest time in which the page could not answer meanwhile.
"""

import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

import nlp_lstm

RUNS = ["sentiment-sst", "next-word-stories"]
SENTENCE = "the little girl and her brother went to the park because they were not happy at home "
WORDS = (SENTENCE * 3).split()[:40]
ONE, OTHER = "the boy that the girls saw was here", "the boys that the girls saw was here"
SQUARES = f"#text={ONE}&other={OTHER}&run=1&panel=versus".replace(" ", "+")
OPENED = "() => document.querySelector('.answer')?.textContent ? performance.now() : 0"
KEY = """place => new Promise(done => {
  const field = document.getElementById("text"), began = performance.now();
  field.setRangeText("s", place, place);
  field.dispatchEvent(new Event("input", {bubbles: true}));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
})"""
FILL = """() => new Promise(done => {
  const began = performance.now();
  let last = began, longest = 0;
  document.querySelector(".fill-all").click();
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (document.querySelectorAll("#panel-versus tbody tr").length >= 96) done([now - began, longest]);
    else setTimeout(look);
  };
  look();
})"""


def measure(browser: Any, address: str) -> dict[str, float]:
    """What one opening of the page takes."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}#text={'+'.join(WORDS)}")
    found = {"first answer": page.wait_for_function(OPENED).json_value()}
    page.wait_for_timeout(1000)
    end = len(" ".join(WORDS))
    found["key at the end of 40 words"] = statistics.median(page.evaluate(KEY, end) for _ in range(9))
    found["key at their beginning"] = statistics.median(page.evaluate(KEY, 0) for _ in range(9))
    page.close()
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address + SQUARES)
    page.wait_for_timeout(1500)
    page.locator("#panel-versus summary").click()
    found["96 squares"], found["longest without an answer meanwhile"] = page.evaluate(FILL)
    page.close()
    return found


def main(rounds: int) -> None:
    """Print each time over the rounds."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        address = nlp_lstm.explore(RUNS).save(Path(folder) / "explore.html").as_uri()
        options = {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox"]}
        browser = playwright.chromium.launch(**options)
        found = [measure(browser, address) for _ in range(rounds)]
        browser.close()
    for name in found[0]:
        values = sorted(one[name] for one in found)
        print(f"{name}: min {values[0]:.0f} median {statistics.median(values):.0f} max {values[-1]:.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
