// Keeps the place where the language is switched, and lets the keyboard scroll what is wider than the page.
'use strict';

for (const link of document.querySelectorAll('.language-switch')) {
  link.addEventListener('click', () => {
    const headings = [...document.querySelectorAll('article section[id], article dt[id]')];
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < 120).at(-1);
    // At the top of the page, its very top.
    const anchor = passed && window.scrollY > 0 ? `#${passed.id}` : '';
    link.href = link.href.replace(/[?#].*$/, '') + location.search + anchor;
  });
}

function reachable() {
  for (const box of document.querySelectorAll('article pre, .table-wrapper, .vega-embed')) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
  }
}
reachable();
addEventListener('resize', reachable);

// A page that is opened as a file may not read the others for what stands around the word that is looked for.
if (location.protocol === 'file:') DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
