// Keeps the place where the language is switched, and lets the keyboard scroll what is wider than the page.
'use strict';

const language = document.querySelector('.language-switch');
language?.addEventListener('click', () => {
  const query = location.search;
  const headings = [...document.querySelectorAll('article section[id], article dt[id]')];
  const passed = headings.filter((heading) => heading.getBoundingClientRect().top < 120).at(-1);
  // At the top of the page, its very top.
  const anchor = passed && window.scrollY > 0 ? `#${passed.id}` : '';
  language.href = language.href.replace(/[?#].*$/, '') + query + anchor;
});

function reachable() {
  for (const box of document.querySelectorAll('article pre, .table-wrapper, .vega-embed')) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
  }
}
reachable();
addEventListener('resize', reachable);
