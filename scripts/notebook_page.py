"""A notebook as an HTML page: python scripts/notebook_page.py NOTEBOOK PAGE [NOTEBOOK PAGE …]"""

import re
import sys
from pathlib import Path

import nbformat
from jinja2 import DictLoader
from nbconvert import HTMLExporter

# nbconvert's own page leaves out what a chart says of itself, and on A4 the end of a line of 75 columns; it sets numbers,
# operators and prompts in colours that are too pale to read on their background, and tells links from the text around them
# by little but a shade.
PAGE = """
{%- extends 'index.html.j2' -%}
{%- block notebook_css -%}
{{ super() }}
<style type="text/css">
body {
  --jp-mirror-editor-number-color: #006b00;
  --jp-mirror-editor-keyword-color: #006b00;
  --jp-mirror-editor-operator-color: #8a1ad6;
  --jp-mirror-editor-comment-color: #35696a;
  --jp-cell-prompt-not-active-font-color: #636363;
  --jp-cell-prompt-not-active-opacity: 1;
}
.jp-RenderedHTMLCommon.jp-RenderedMarkdown a:link { text-decoration: underline; }
@media print { body { --jp-code-font-size: 12px; } }
</style>
{%- endblock -%}
{%- block data_png scoped -%}
{%- set alt = output | get_metadata('alt', 'image/png') -%}
{%- set image = super() -%}
{{ image | replace('<img ', '<img alt="' ~ (alt | escape_html) ~ '" ', 1) if alt else image }}
{%- endblock -%}
"""


def page(notebook, name):
    """The executed notebook as HTML, with its first heading as title; where it has none, `name` is the title."""
    exporter = HTMLExporter(extra_loaders=[DictLoader({"page.html.j2": PAGE})], template_file="page.html.j2")
    heading = re.search(r"^# +(.+)$", notebook.cells[0].source if notebook.cells else "", re.MULTILINE)
    title = heading[1].strip() if heading else name
    return exporter.from_notebook_node(notebook, {"metadata": {"name": title}})[0]


if __name__ == "__main__":
    for source, target in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        path = Path(source)
        Path(target).write_text(page(nbformat.read(path, as_version=4), path.stem), encoding="utf-8")
