'use strict';
(() => {
  const root = document.documentElement;
  // The page's own theme, over the system's.
  const button = document.querySelector('.theme');
  button.hidden = false;
  button.addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
  });
  // Names and values of marks: beside the pointer, and on focus. The native title would show a second time.
  const tip = document.createElement('div');
  tip.id = 'tip';
  tip.hidden = true;
  tip.setAttribute('role', 'tooltip');
  document.body.append(tip);
  for (const point of document.querySelectorAll('.chart .point')) {
    const title = point.querySelector('title');
    point.setAttribute('aria-label', title.textContent);
    title.remove();
  }
  const show = (point) => {
    tip.textContent = point.getAttribute('aria-label');
    tip.hidden = false;
    const mark = (point.querySelector('.mark, .bar') || point).getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, mark.left + mark.width / 2 - own.width / 2), innerWidth - own.width - 8);
    const above = mark.top - own.height - 10;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 8 ? above : mark.bottom + 10}px`;
  };
  const hide = () => { tip.hidden = true; };
  const over = (event) => {
    const point = event.target.closest && event.target.closest('.chart .point');
    if (point) show(point); else hide();
  };
  document.addEventListener('pointerover', over);
  document.addEventListener('focusin', over);
  document.addEventListener('focusout', hide);
  document.addEventListener('scroll', hide, { passive: true });
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') hide(); });
  // Commands to take along.
  for (const code of document.querySelectorAll('#reproduce > pre')) {
    if (!navigator.clipboard) break;
    const copy = document.createElement('button');
    copy.type = 'button';
    copy.textContent = 'Copy';
    copy.addEventListener('click', () => navigator.clipboard.writeText(code.querySelector('code').textContent)
      .then(() => { copy.textContent = 'Copied'; }, () => { copy.textContent = 'Not copied'; }));
    const box = document.createElement('div');
    box.className = 'command';
    code.replaceWith(box);
    box.append(code, copy);
  }
})();
