# SPDX-License-Identifier: Apache-2.0
"""The site: `make docs` builds it from the Markdown files as they are.

Why so: docs/adr/documentation-site.md.
"""

from importlib.metadata import version as version_of
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

HERE = Path(__file__).parent
MERMAID = HERE.parent / "node_modules/@mermaid-js/tiny/dist"

project = "Telesift"
release = version_of("telesift")
root_doc = "docs/index"
include_patterns = [
    "*.md",
    "browser-sdk/README.md",
    "collector-config/README.md",
    "docs/**.md",
    "examples/prompt-vault/README.md",
]
extensions = ["myst_parser"]
myst_heading_anchors = 4  # made as GitHub makes them: one link works here and there

html_theme = "furo"
html_title = "Telesift"
html_additional_pages = {"index": "to-the-map.html"}
html_copy_source = False
html_show_copyright = False
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["site.css"]
if MERMAID.is_dir():  # without Node packages diagrams stay text
    html_static_path.append(str(MERMAID))
    html_js_files = ["mermaid.tiny.js", "diagrams.js"]

# Pages that are in no menu stop the build: list a new one here.
MENU = {
    "Start": ["/README", "getting-started", "guides/*", "/examples/prompt-vault/README"],
    "Measure": ["telemetry/events", "psr", "dashboard", "/browser-sdk/README"],
    "Run": ["operations", "rollout", "privacy", "/collector-config/README"],
    "Look up": ["reference/*"],
    "Understand": ["telemetry/architecture", "adr/*", "/CONTRIBUTING", "/CHANGELOG"],
}


def add_menu(app: Sphinx, page: str, source: list[str]) -> None:
    """Add the site's menu to the map, which as Markdown alone has no use for one."""
    if page == root_doc:
        for caption, pages in MENU.items():
            lines = "\n".join(pages)
            options = f":hidden:\n:glob:\n:caption: {caption}"
            source[0] += f"\n```{{toctree}}\n{options}\n\n{lines}\n```\n"


class LeaveFolders(SphinxPostTransform):
    """Show a link to a folder of the repository as its text: the site has no page for it."""

    default_priority = 1  # before MyST looks for the page and complains

    def run(self) -> None:
        """Replace every such link of a page."""
        here = Path(self.env.doc2path(self.env.docname)).parent
        for link in [*self.document.findall(pending_xref)]:
            if (here / link["reftarget"]).is_dir():
                link.replace_self(link.children)


def setup(app: Sphinx) -> None:
    """Connect the menu and the links to Sphinx."""
    app.add_lexer("mermaid", TextLexer)
    app.connect("source-read", add_menu)
    app.add_post_transform(LeaveFolders)
