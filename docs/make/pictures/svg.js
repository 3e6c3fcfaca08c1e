// Draws a terminal's window as SVG. The text stays text, so that it can be read aloud, searched and
// copied. Every run has its place and its width, so that columns line up in any monospaced font.

const CELL = { width: 8, height: 19 };
const SIZE = 13.3;
const MARGIN = { side: 20, top: 52, bottom: 16 };
const FONTS =
  "ui-monospace, 'SFMono-Regular', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";

/** One dark window on light pages and on dark ones: its border keeps it apart from the latter. */
const WINDOW = { ground: '#10151d', bar: '#1b222d', border: '#4b5563', title: '#9aa6b5' };
const TEXT = '#dbe2ea';
const COLOURS = {
  black: '#8b949e',
  red: '#ff8f85',
  green: '#7ee093',
  yellow: '#f0c674',
  blue: '#82b7ff',
  magenta: '#d7a6ff',
  cyan: '#7fd8e0',
  white: '#ffffff',
};
const DIM = '#9aa6b5';

/**
 * @param lines of `readScreen`
 * @param window `title` in the bar; `summary` for people who do not see the picture; `columns`
 */
export function drawTerminal(lines, { title, summary, columns }) {
  const width = 2 * MARGIN.side + columns * CELL.width;
  const height = MARGIN.top + lines.length * CELL.height + MARGIN.bottom;
  const text = lines.flatMap((runs, row) => runs.map((run) => drawRun(run, row)));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title summary">
<title id="title">${escaped(title)}</title>
<desc id="summary">${escaped(summary)}</desc>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${WINDOW.ground}" stroke="${WINDOW.border}"/>
<path d="M1 34V8.5A7.5 7.5 0 0 1 8.5 1H${width - 8.5}A7.5 7.5 0 0 1 ${width - 1} 8.5V34z" fill="${WINDOW.bar}"/>
<circle cx="20" cy="17.5" r="5.5" fill="#e0655b"/>
<circle cx="38" cy="17.5" r="5.5" fill="#d9a942"/>
<circle cx="56" cy="17.5" r="5.5" fill="#58a86b"/>
<g font-family="${FONTS}" font-size="${SIZE}" fill="${TEXT}" xml:space="preserve">
<text x="${width / 2}" y="22" text-anchor="middle" fill="${WINDOW.title}">${escaped(title)}</text>
${text.join('\n')}
</g>
</svg>
`;
}

function drawRun({ column, text, colour, bold, dim, underline }, row) {
  const fill = colour ? COLOURS[colour] : dim ? DIM : undefined;
  const attributes = [
    `x="${MARGIN.side + column * CELL.width}"`,
    `y="${MARGIN.top + row * CELL.height + 5}"`,
    `textLength="${[...text].length * CELL.width}"`,
    ...(fill ? [`fill="${fill}"`] : []),
    ...(bold ? ['font-weight="bold"'] : []),
    ...(underline ? ['text-decoration="underline"'] : []),
  ];
  return `<text ${attributes.join(' ')}>${escaped(text)}</text>`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
