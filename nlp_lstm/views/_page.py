"""The frame of a page: its head, its style, and what may be in it."""

from nlp_lstm.report.markup import escape
from nlp_lstm.report.palette import DARK, INK, PAPER, dark_rules

# Nothing is loaded and nothing runs: styles that stand in the page, pictures that stand in the page, no more.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

COLOURS = f"""
:root {{ color-scheme: light dark; --ink: {INK}; --soft: #595959; --line: #d5d5d5; --paper: {PAPER};
  --band: #f4f5f7; --focus: #0072b2; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: {DARK[INK]}; --soft: #b0b0b0; --line: #454545;
  --paper: {DARK[PAPER]}; --band: #232529; --focus: #56b4e9; }} }}
"""
STYLE = """
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1, h2, p, figcaption, li, summary { overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 2.5rem 0 .5rem; }
p, figcaption, nav { color: var(--soft); font-size: .9rem; max-width: 90ch; }
figcaption strong { color: var(--ink); }
nav ul { padding-left: 1.2rem; margin: .5rem 0; }
a { color: var(--focus); }
figure { margin: 1rem 0 1.5rem; }
.scroll, .picture { border: 1px solid var(--line); border-radius: 6px; }
.scroll { overflow: auto; max-width: 100%; }
.scroll:focus-visible, a:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.picture { margin-top: .5rem; overflow: hidden; }
.picture svg { display: block; margin: 0 auto; stroke-linejoin: round; stroke-linecap: butt;
  max-width: 100%; height: auto; }
.narrow { display: none; }
@media screen and (max-width: 60rem) { .wide { display: none; } .narrow { display: block; } }
.numbers { max-height: 80vh; }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: .9rem; }
caption { text-align: left; padding: .6rem .75rem; color: var(--soft); }
caption span { position: sticky; left: .75rem; display: inline-block;
  max-width: min(80ch, calc(100vw - 4rem)); }
caption strong { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right;
  vertical-align: top; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead th { background: var(--band); position: sticky; top: 0; z-index: 1;
  vertical-align: bottom; white-space: normal; }
th:first-child, .text { text-align: start; }
.long { white-space: normal; overflow-wrap: anywhere; min-width: 14rem; }
tbody th { position: sticky; left: 0; background: var(--paper); font-weight: 600; }
@media (max-width: 40rem) { main { padding: .75rem; } tbody th.long { min-width: 10rem; } }
@page { margin: 10mm; }
@media print { :root { color-scheme: light; --ink: #000; --soft: #333; --line: #bbb; --paper: #fff;
  --band: #eee; } html { font-size: 9pt; } body { line-height: 1.3; } main { max-width: none; padding: 0; }
  .scroll { overflow: visible; border: 0; } .numbers { max-height: none; } .picture { border: 0; }
  .picture svg { max-height: 22cm; } p, figcaption { max-width: none; } figure { margin: .5rem 0; }
  h1 { font-size: 14pt; margin: 0; } h2 { font-size: 11pt; margin: 1rem 0 .25rem; break-after: avoid; }
  figcaption { break-after: avoid; } nav { display: none; }
  thead th, tbody th, caption span { position: static; } caption span { max-width: none; }
  table { font-size: 8pt; } th, td, caption { padding: .15rem .3rem; }
  section:not(:first-of-type), figure, table, tr { break-inside: avoid; } }
"""


def page(title: str, body: str) -> str:
    """Return a whole page that loads nothing and runs nothing.

    Args:
        title: its title, as text.
        body: what it holds, as HTML.
    """
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>{COLOURS}{STYLE}{dark_rules(body, ".picture")}</style>
</head>
<body>
<main>
<h1 dir="auto">{escape(title)}</h1>
{body}
</main>
</body>
</html>"""


def region(kind: str, label: str, content: str) -> str:
    """Return content that scrolls by itself where it is wide, and that the keyboard reaches to scroll it.

    Args:
        kind: what it is, such as "numbers".
        label: what it is about, as text.
        content: as HTML.
    """
    label = escape(f"{kind}: {label}")
    return f'<div class="scroll {kind}" role="region" tabindex="0" aria-label="{label}">{content}</div>'
