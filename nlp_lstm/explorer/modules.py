"""web/*.js -> one script: the modules in the order of their imports, without their import and export lines.

The modules are written so that this is all it takes: they import by `import {a} from "./b.js";`, export only
functions, classes and constants, and no two of them give a name twice. `tests/test_explorer.py` holds that.
"""

import re
from pathlib import Path

WEB = Path(__file__).parent / "web"
ENTRY, START = "app.js", "start(document);"
IMPORT = re.compile(r'^import\s*\{[^}]*\}\s*from\s*"\./([\w.]+)";?[ \t]*\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?function|class |const )", re.MULTILINE)
NAME = re.compile(r"^(?:export )?(?:async )?(?:function\*?|class|const|let|var)\s+([\w$]+)", re.MULTILINE)


def join_modules(web: Path = WEB) -> str:
    """Return the script that starts the page.

    Args:
        web: the folder of the modules.
    """
    modules = {name: (web / name).read_text(encoding="utf-8") for name in in_order(web)}
    parts = [
        f"// {name}\n\n{EXPORT.sub('', IMPORT.sub('', text)).strip()}\n" for name, text in modules.items()
    ]
    return "\n\n".join([*parts, f"{START}\n"])


def in_order(web: Path = WEB) -> list[str]:
    """Return the names of the modules that the page needs, each behind those that it imports."""
    found: dict[str, None] = {}
    asked = set[str]()

    def add(name: str) -> None:
        """Put a module behind those that it imports."""
        if name not in asked:
            asked.add(name)
            for other in IMPORT.findall((web / name).read_text(encoding="utf-8")):
                add(other)
            found[name] = None

    add(ENTRY)
    return [*found]
