"""Sphinx's settings for the book in one language; course/site/build.mjs writes the pages and book.json beside them."""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.search import SearchLanguage

book = json.loads((Path(__file__).parent / "book.json").read_text("utf-8"))

project = "onpa"
language = book["language"]
html_title = book["title"]
html_short_title = "onpa"
extensions = ["myst_parser"]
# What has no language is commands.
highlight_language = "text"
exclude_patterns = []
# Links are made by links.mjs, which knows the whole site.
myst_all_links_external = True
myst_enable_extensions = ["deflist", "colon_fence"]
suppress_warnings = ["myst.header"]

html_theme = "furo"
html_static_path = ["static"]
templates_path = ["templates"]
locale_dirs = ["locale"]
html_favicon = "static/icon.svg"
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_use_index = False
html_context = {"book": book}
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {"color-brand-primary": "#0b5c8c", "color-brand-content": "#0b5c8c"},
    "dark_css_variables": {"color-brand-primary": "#7cc4ee", "color-brand-content": "#7cc4ee"},
}
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "places.html",
        "sidebar/scroll-end.html",
    ]
}


class JapaneseSearch(SearchLanguage):
    """Finds any piece of Japanese, whatever its words: by single characters and pairs of them, which follow each other."""

    lang = "ja"
    language_name = "Japanese"
    _runs = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々ー]+|[^\W\u3040-\u30ff\u3400-\u9fff々ー]+")
    js_splitter_code = """
function splitQuery(query) {
  const japanese = "\\u3040-\\u30ff\\u3400-\\u9fff々ー";
  const run = new RegExp(`[${japanese}]+|(?:(?![${japanese}])[\\\\p{Letter}\\\\p{Number}_])+`, "gu");
  const isJapanese = new RegExp(`^[${japanese}]{2}`, "u");
  return (query.match(run) ?? []).flatMap((word) =>
    isJapanese.test(word) ? Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2)) : [word],
  );
}
"""

    def split(self, input):
        words = []
        for run in self._runs.findall(input):
            if re.match(r"[\u3040-\u30ff\u3400-\u9fff々ー]", run):
                words += [*run, *(run[i : i + 2] for i in range(len(run) - 1))]
            else:
                words.append(run)
        return words

    def word_filter(self, word):
        return len(word) > 0


def name_anchors(app, doctree):
    """Gives headings and terms the same anchors in both languages, before the table of contents is made of them."""
    anchors = book["anchors"].get(app.env.docname, {})
    for section, anchor in zip(doctree.findall(nodes.section), anchors.get("headings", [])):
        section["ids"] = [anchor]
    for term, anchor in zip(doctree.findall(nodes.term), anchors.get("terms", [])):
        term["ids"] = [anchor]


def level_captions(app, pagename, templatename, context, doctree):
    """Says how deep the captions of the navigation are, which are headings to screen readers."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def setup(app):
    app.add_search_language(JapaneseSearch)
    app.connect("doctree-read", name_anchors, priority=1)
    # After Furo has made it.
    app.connect("html-page-context", level_captions, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
