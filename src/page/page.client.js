// Runs in the page. Everything is readable without it: it only filters, and turns the colours.
const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);
root.classList.add('has-script');

// Light or dark, as the system is until somebody chooses.
const theme = one('#theme');
const system = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (root.style.colorScheme || (system.matches ? 'dark' : 'light')) === 'dark';
const tellTheme = () => {
  theme.textContent = isDark() ? 'Light theme' : 'Dark theme';
};
theme.addEventListener('click', () => {
  root.style.colorScheme = isDark() ? 'light' : 'dark';
  tellTheme();
});
system.addEventListener('change', tellTheme);
tellTheme();

// A row shows if its name has the text, and a shown cell one of the chosen states.
const search = one('#search');
const buttons = all('.states button');
const boxes = all('.columns input');
const heads = all('.matrix thead th');
const rows = all('.matrix tbody').map((body) => ({
  body,
  name: body.querySelector('summary').textContent.toLowerCase(),
  cells: [...body.rows[0].cells],
}));
const chosen = () =>
  buttons
    .filter((button) => button.getAttribute('aria-pressed') === 'true')
    .map((button) => button.dataset.show);
const has = (cell, state) => cell.dataset.state === state || cell.dataset.age === state;

const filter = () => {
  const text = search.value.trim().toLowerCase();
  const states = chosen();
  let shown = 0;
  for (const { body, name, cells } of rows) {
    const isMeant =
      name.includes(text) &&
      (states.length === 0 ||
        cells.some((cell) => !cell.hidden && states.some((state) => has(cell, state))));
    body.hidden = !isMeant;
    shown += isMeant ? 1 : 0;
  }
  one('#status').textContent = `${shown} of ${rows.length}`;
};

search.addEventListener('input', filter);
for (const button of buttons) {
  button.addEventListener('click', () => {
    const isPressed = button.getAttribute('aria-pressed') === 'true';
    button.setAttribute('aria-pressed', String(!isPressed));
    filter();
  });
}
for (const box of boxes) {
  box.addEventListener('change', () => {
    const column = Number(box.value);
    heads[column].hidden = !box.checked;
    for (const { cells } of rows) cells[column].hidden = !box.checked;
    filter();
  });
}

document.addEventListener('keydown', (event) => {
  const isTyping = event.target.matches('input:not([type=checkbox])');
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  } else if (event.key === 'Escape') {
    const menu = one('.columns[open]');
    if (menu) {
      menu.open = false;
      menu.querySelector('summary').focus();
    } else if (event.target === search) {
      search.value = '';
      filter();
    }
  }
});
