// Looks at the page from inside and tells what it sees, to the page around it too.
addEventListener('load', () => setTimeout(() => {
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  const point = document.querySelector('.chart .point');
  point.focus();
  const tip = document.getElementById('tip');
  const focused = tip.hidden ? '' : tip.textContent;
  point.blur();
  document.querySelectorAll('.chart .point')[3].dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
  const hovered = tip.hidden ? '' : tip.textContent;
  const before = getComputedStyle(document.body).backgroundColor;
  document.querySelector('.theme').click();
  const after = getComputedStyle(document.body).backgroundColor;
  document.querySelector('.theme').click();
  const centre = (mark) => {
    mark.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    const box = mark.getBoundingClientRect();
    return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  };
  const saying = (mark) => mark.closest('.point').getAttribute('aria-label');
  const deaf = [...document.querySelectorAll('.chart .point .mark')].filter((mark) => !centre(mark)?.closest('.point')).map(saying);
  const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const covered = [...document.querySelectorAll('.command')].filter((box) => {
    const text = document.createRange();
    text.selectNodeContents(box.querySelector('code'));
    const button = box.querySelector('button').getBoundingClientRect();
    return [...text.getClientRects()].some((line) => meets(line, button));
  }).length;
  const names = [...document.querySelectorAll('#parts .chart .name')];
  const hidden = names.filter((name) => name.getBoundingClientRect().height < 8).length;
  dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
  const seen = {
    wide: document.documentElement.scrollWidth, window: innerWidth,
    repeated: ids.filter((id, index) => ids.indexOf(id) !== index),
    sections: [...document.querySelectorAll('main > section')].map((section) => section.id),
    dead: [...document.querySelectorAll('a[href^="#"]')].map((a) => a.hash.slice(1)).filter((id) => !document.getElementById(id)),
    plots: document.querySelectorAll('figure svg').length, tables: document.querySelectorAll('table').length,
    deaf, covered, copied: document.querySelectorAll('.command button').length, names: names.length, hidden,
    unnamed: document.querySelectorAll('.chart .point:not([aria-label])').length,
    loaded: performance.getEntriesByType('resource').map((entry) => entry.name),
    title: document.title, focused, hovered, before, after, dark: matchMedia('(prefers-color-scheme: dark)').matches,
  };
  const told = document.createElement('pre');
  told.id = 'probe';
  told.textContent = JSON.stringify(seen);
  document.body.append(told);
  if (parent !== window) parent.postMessage(told.textContent, '*');
}, 50));
