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
  let told;
  const hide = () => {
    tip.hidden = true;
    if (told) told.classList.remove('near');
    told = undefined;
  };
  const middle = (point) => {
    const box = (point.querySelector('.mark, .bar') || point).getBoundingClientRect();
    return { box, x: box.left + box.width / 2, y: box.top + box.height / 2 };
  };
  const show = (point) => {
    if (point === told) return;
    hide();
    told = point;
    point.classList.add('near');
    tip.textContent = point.getAttribute('aria-label');
    tip.hidden = false;
    const { box, x } = middle(point);
    const own = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, x - own.width / 2), innerWidth - own.width - 8);
    const above = box.top - own.height - 10;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 8 ? above : box.bottom + 10}px`;
  };
  const tell = (point) => { if (point) show(point); else hide(); };
  // Each mark answers in a circle about it, and where circles overlap the nearest does, not the last drawn.
  const nearest = ({ clientX, clientY }) => {
    const away = (point) => Math.hypot(middle(point).x - clientX, middle(point).y - clientY);
    const under = document.elementsFromPoint(clientX, clientY).map((element) => element.closest('.chart .point'));
    return under.filter(Boolean).sort((a, b) => away(a) - away(b))[0];
  };
  for (const kind of ['pointerover', 'pointermove']) document.addEventListener(kind, (event) => tell(nearest(event)));
  document.addEventListener('focusin', (event) => tell(event.target.closest('.chart .point')));
  document.addEventListener('focusout', hide);
  document.addEventListener('scroll', hide, { passive: true });
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') hide(); });
  // The first network of a list, which is the most accurate, that keeps every limit.
  for (const box of document.querySelectorAll('.choice')) {
    const [form, said] = [box.querySelector('form'), box.querySelector('output')];
    const rows = [...box.querySelectorAll('tbody tr')];
    const within = (input, value) => {
      const limit = input.valueAsNumber * Number(input.dataset.size);
      return value !== undefined && ('least' in input.dataset ? Number(value) >= limit : Number(value) <= limit);
    };
    const name = (row) => row.cells[0].textContent;
    const describe = (row, limits, kept) => {
      const ends = (input) => ['low', 'high'].map((end) => row.cells[input.dataset.column].dataset[end]);
      const sure = limits.every((input) => ends(input).every((end) => end === undefined || within(input, end)));
      const places = (row.dataset.asGood ?? '').split(' ').filter(Boolean);
      const rivals = [...new Set(places.map((place) => rows[place]).filter((other) => kept.includes(other)).map(name))];
      const costs = [...row.cells].slice(4).map((cell, index) => cell.textContent && `${box.querySelectorAll('thead th')[4 + index].textContent} ${cell.textContent}`);
      return `Take ${name(row)} (${row.cells[1].textContent}, ${row.cells[2].textContent}): test accuracy ${row.cells[3].textContent}; ${costs.filter(Boolean).join(', ')}.`
        + (sure ? '' : ' Its 95 % interval reaches beyond a limit: more seeds or sets would tell.')
        + (rivals.length ? ` It is not shown to be more accurate than ${rivals.join(', ')}.` : '');
    };
    const choose = () => {
      const limits = [...form.elements].filter((input) => input.value !== '' && input.validity.valid);
      const keeps = (row) => limits.every((input) => within(input, row.cells[input.dataset.column].dataset.value));
      const kept = rows.filter(keeps);
      for (const row of rows) {
        row.classList.toggle('beyond', !kept.includes(row));
        row.classList.toggle('taken', row === kept[0]);
      }
      said.textContent = kept.length ? describe(kept[0], limits, kept) : 'No measured network keeps these limits.';
    };
    form.hidden = false;
    form.addEventListener('input', choose);
    form.addEventListener('submit', (event) => event.preventDefault());
    choose();
  }
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
