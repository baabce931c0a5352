'use strict';
// Filters and sorts the table of every number. What is chosen stands behind the # of the address.
(() => {
  const explorer = document.querySelector('.explorer');
  const [form, table, told, links] = ['form', 'table', 'output', '.links'].map((name) => explorer.querySelector(name));
  const rows = [...table.tBodies[0].rows];
  const titles = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const words = rows.map((row) => [...row.cells].map((cell) => cell.textContent));
  const fields = [...form.elements].filter((field) => field.name);
  let order = '';
  // The number that a cell says, or else its words; what is empty comes last.
  const key = (row, column) => {
    const { value } = row.cells[column].dataset;
    return value === undefined ? row.cells[column].textContent : Number(value);
  };
  const compare = (column, back) => (a, b) => {
    const [one, other] = [key(a, column), key(b, column)];
    if (one === '' || other === '') return (one === '') - (other === '');
    const ahead = typeof one === 'number' ? one - other : one.localeCompare(other, undefined, { numeric: true });
    return back ? -ahead : ahead;
  };
  const sort = () => {
    const back = order.startsWith('-');
    const column = titles.indexOf(back ? order.slice(1) : order);
    [...table.tHead.rows[0].cells].forEach((cell, index) => {
      if (index === column) cell.setAttribute('aria-sort', back ? 'descending' : 'ascending');
      else cell.removeAttribute('aria-sort');
    });
    table.tBodies[0].append(...(column < 0 ? rows : [...rows].sort(compare(column, back))));
  };
  const filter = () => {
    const wanted = fields.filter((field) => field.dataset.column && field.value);
    const sought = form.elements.find.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = wanted.some((field) => words[index][field.dataset.column] !== field.value) || !texts[index].includes(sought);
      shown += !row.hidden;
    });
    told.textContent = `${shown} of ${rows.length} numbers`;
  };
  const write = () => {
    const chosen = new URLSearchParams(fields.filter((field) => field.value).map((field) => [field.name, field.value]));
    if (order) chosen.set('sort', order);
    history.replaceState(null, '', `#explore?${chosen}`);
  };
  const read = () => {
    const [section, chosen] = location.hash.slice(1).split('?');
    if (section !== 'explore' || chosen === undefined) return;
    const given = new URLSearchParams(chosen);
    for (const field of fields) field.value = given.get(field.name) ?? '';
    order = given.get('sort') ?? '';
    sort();
    filter();
    document.getElementById('explore').scrollIntoView();
  };
  titles.forEach((title, index) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = title;
    button.addEventListener('click', () => {
      order = order === title ? `-${title}` : title;
      sort();
      write();
    });
    table.tHead.rows[0].cells[index].replaceChildren(button);
  });
  form.addEventListener('input', () => { filter(); write(); });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(() => { filter(); write(); }));
  addEventListener('hashchange', read);
  form.hidden = links.hidden = false;
  read();
})();
