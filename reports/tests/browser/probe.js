// Looks at the page from inside and tells what it sees, to the page around it too.
addEventListener('load', () => setTimeout(() => {
  const middle = (mark) => {
    const box = mark.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  };
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  const point = document.querySelector('.chart .point');
  point.focus();
  const tip = document.getElementById('tip');
  const focused = tip.hidden ? '' : tip.textContent;
  point.blur();
  const touch = (mark) => {
    const { x, y } = middle(mark);
    for (const kind of ['pointerover', 'pointermove']) {
      document.elementFromPoint(x, y)?.dispatchEvent(new PointerEvent(kind, { bubbles: true, clientX: x, clientY: y }));
    }
    return tip.hidden ? '' : tip.textContent;
  };
  const before = getComputedStyle(document.body).backgroundColor;
  document.querySelector('.theme').click();
  const after = getComputedStyle(document.body).backgroundColor;
  document.querySelector('.theme').click();
  const saying = (mark) => mark.closest('.point').getAttribute('aria-label');
  const marks = [...document.querySelectorAll('.chart .point :is(.mark, .bar)')];
  // Another's circle lies over some marks; of two at one place either may answer.
  const apart = (a, b) => Math.hypot(middle(a).x - middle(b).x, middle(a).y - middle(b).y);
  const twin = (mark) => marks.some((other) => other !== mark && apart(mark, other) < 1);
  const astray = [];
  let overlaid = 0;
  for (const mark of marks) {
    mark.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    const { x, y } = middle(mark);
    const over = document.elementFromPoint(x, y)?.closest('.point');
    const told = touch(mark);
    if (twin(mark)) continue;
    if (over !== mark.closest('.point')) overlaid += 1;
    if (told !== saying(mark)) astray.push(saying(mark));
  }
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
    dead: [...document.querySelectorAll('a[href^="#"]')].map((a) => a.hash.slice(1).split('?')[0]).filter((id) => !document.getElementById(id)),
    plots: document.querySelectorAll('figure svg').length, tables: document.querySelectorAll('table').length,
    marks: marks.length, astray, overlaid, covered, copied: document.querySelectorAll('.command button').length, names: names.length, hidden,
    unnamed: document.querySelectorAll('.chart .point:not([aria-label])').length,
    loaded: performance.getEntriesByType('resource').map((entry) => entry.name),
    title: document.title, focused, before, after, dark: matchMedia('(prefers-color-scheme: dark)').matches,
  };
  const told = document.createElement('pre');
  told.id = 'probe';
  told.textContent = JSON.stringify(seen);
  document.body.append(told);
  if (parent !== window) parent.postMessage(told.textContent, '*');
}, 50));
