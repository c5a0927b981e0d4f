"""The explorer as one page: modules joined by a strict rewriter, a policy of hashes, data that cannot break out."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bullwhip.errors import LoadError
from bullwhip.export.explorer_page import explorer_page
from bullwhip.export.script_modules import join_modules

HOSTILE = "</script><script>alert(1)</script><!-- \" ' & \u202e\u2028 ]]>"
INDEX = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>x</title>
<link rel="stylesheet" href="assets/a.css">
</head>
<body>
<script type="module" src="assets/app.js"></script>
</body>
</html>
"""
FILES = {
    "index.html": INDEX,
    "a.css": b"@font-face { src: url('vendor/f.woff2') } /* url(x.png) */ b { color: red }\n",
    "vendor/f.woff2": b"font",
    "app.js": b"import { n } from './lib/n.js';\ndocument.title = String(n);\n",
    "lib/n.js": b"export const n = 1;\n",
}
SOURCES = {
    "app.js": """
import { twice as double, COUNTS } from './lib/double.js';
import * as all from "./lib/double.js";
import {
  Thing,
  shared,
} from './lib/thing.js';

/** A comment with `import x from 'y'` in it. */
const before = COUNTS.size;
async function later() { return all.plus(1, 2); }
console.log(JSON.stringify([double(4), before, new Thing().name(), shared(), all.twice === double]));
later().then((three) => console.log(three));
""",
    "lib/double.js": """
export const COUNTS = new Map([[1, 2]]);
export function twice(n) { return 2 * plus(n, 0); }
function plus(a, b) { return a + b; }
// export default nothing
export { plus };
""",
    "lib/thing.js": """import { COUNTS } from '../lib/double.js';
const hidden = () => `a line
 of text`;
export class Thing { name() { return hidden(); } }
export async function unused() { return await import('./not/there.js'); }
function own() { return COUNTS; }
export { own as whole };
export const shared = () => own() === COUNTS
""",
}
MINIFIED = {
    "app.js": "import{a as q}from './m.js'\nconsole.log(q)\n",
    "m.js": "/*! notice */var x=1,y=x+1;export{y as a,x as b};\n",
}


def _run(script: str) -> list[str]:
    """Run a script in Node; its lines."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    done = subprocess.run([node, "--input-type=module"], input=script, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_joined_modules_do_what_the_modules_do(tmp_path: Path) -> None:
    """One script has the output of the modules that it was joined from."""
    for path, text in SOURCES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    apart = _run(f"await import({json.dumps((tmp_path / 'app.js').as_uri())});")

    assert ['[8,1,"a line\\n of text",true,true]', "3"] == apart
    assert apart == _run(join_modules(SOURCES, "app.js"))


def test_a_minified_module_is_joined_and_keeps_its_notice() -> None:
    """A vendored module, all on one line, is taken apart at its last export; its licence stays."""
    joined = join_modules(MINIFIED, "app.js")

    assert ["2"] == _run(joined)
    assert "/*! notice */" in joined


def test_comments_that_document_stay_behind() -> None:
    """Doc comments are for readers of the sources, not for every reader of a page."""
    assert "A comment with" not in join_modules(SOURCES, "app.js")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import x from './m.js';", "cannot be joined"),
        ("import './m.js';", "cannot be joined"),
        ("import { a } from 'preact';", "not one of the explorer's own modules"),
        ("import { a } from 'https://example.org/m.js';", "not one of the explorer's own modules"),
        ("import { nothing } from './m.js';", "imports nothing, which m.js does not export"),
        ("import { a, } from './none.js';", "is not there"),
        ("import { a-b } from './m.js';", "cannot be read"),
        ("export default 1;", "cannot be joined"),
        ("export let n = 1;", "cannot be joined"),
        ("export * from './m.js';", "cannot be joined"),
        ("export { a } from './m.js';", "cannot be joined"),
        ("  export const n = 1;", "cannot be joined"),
        ("export const n = 1;\nexport { n };", "twice"),
        ("import { a } from './app.js';\nexport const a = 1;", "circle: app.js → app.js"),
        ("const text = '</script>';", "end a script"),
        ("const text = '<!--';", "end a script"),
    ],
)
def test_another_form_is_refused(text: str, said: str) -> None:
    """What the rewriter does not know it does not guess at: it names the module and the form."""
    with pytest.raises(LoadError, match="BW103 module") as told:
        join_modules({"app.js": text + "\n", "m.js": MINIFIED["m.js"]}, "app.js")

    assert said in str(told.value)


def test_a_circle_over_several_modules_is_shown() -> None:
    """The path of a circle is told, so that it can be opened."""
    circle = {
        "a.js": "import { b } from './b.js';\nexport const a = 1;\n",
        "b.js": "import { a } from './a.js';\nexport const b = 1;\n",
    }
    with pytest.raises(LoadError, match=re.escape("a.js → b.js → a.js")):
        join_modules(circle, "a.js")


def _page(**data: object) -> str:
    return explorer_page(FILES, data, f"title {HOSTILE}", f"about {HOSTILE}")


def _blocks(page: str) -> dict[str, bytes]:
    """What stands compressed in the elements of a page, by their ids."""
    found = re.findall(r'<script type="application/octet-stream" id="(\w+)" [^>]*>([A-Za-z0-9+/=]+)</script>', page)
    return {name: gzip.decompress(base64.b64decode(packed)) for name, packed in found}


def test_the_policy_names_scripts_and_style_by_their_hashes() -> None:
    """The page allows exactly what is in it: the program, what unpacks it, one style, a font, and no request."""
    page = _page(model={})
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    said = dict(part.split(" ", 1) for part in policy[1].split("; "))
    scripts = [text.encode() for text in re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)]
    styles = [text.encode() for text in re.findall(r"<style>(.*?)</style>", page, re.DOTALL)]
    for name, found in {"script-src": [*scripts, _blocks(page)["program"]], "style-src": styles}.items():
        hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(one).digest()).decode()}'" for one in found]
        assert " ".join(hashes) == said.pop(name)

    assert said == {
        "default-src": "'none'", "font-src": "data:", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'",
    }  # fmt: skip


def test_the_page_asks_for_nothing() -> None:
    """No address is left in the page: the font is inside, and what a comment of the style names is gone."""
    page = _page(model={})

    assert f"data:font/woff2;base64,{base64.b64encode(b'font').decode()}" in page
    assert [] == re.findall(r"(?:src|href)=\"(?!data:)|url\((?![\"']?data:)", page)


def test_data_come_back_as_they_went_in() -> None:
    """What stands in an element of data is what was given, hostile or not, and holds no letter that could end it."""
    data = {"label": HOSTILE, "nothing": None, "第": 1.5}

    assert data == json.loads(_blocks(_page(model=data))["model"])


def test_data_that_are_written_already_are_not_written_anew() -> None:
    """Bytes stand in the page as they are: a model from the cache gives the page that a new one gives."""
    data = {"label": HOSTILE, "nothing": None, "第": 1.5}
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()

    assert _page(model=data) == _page(model=written)


def test_hostile_titles_are_text() -> None:
    """Markup in the title of a workspace is written as text; one module script and one style remain."""
    page = _page(model={"label": HOSTILE})

    assert ["application/octet-stream"] * 2 + ["module"] == re.findall(r'<script type="(.*?)"', page)
    assert 3 == page.count("</script>")
    assert "alert(1)&lt;/script&gt;" in page
    assert "\u202e" not in page


def test_the_same_inputs_give_the_same_page() -> None:
    """No time and no order of a machine is in the page."""
    assert _page(model={"a": 1}, answers={"b": 2}) == _page(model={"a": 1}, answers={"b": 2})


@pytest.mark.parametrize("missing", ["index.html", "a.css", "vendor/f.woff2", "lib/n.js"])
def test_a_missing_file_is_told(missing: str) -> None:
    """An installation without a file says which."""
    files = {path: text for path, text in FILES.items() if path != missing}
    with pytest.raises(LoadError, match=f"BW10[13] .*{re.escape(missing)}"):
        explorer_page(files, {}, "t", "a")
