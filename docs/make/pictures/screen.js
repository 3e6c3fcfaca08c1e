// What a terminal shows at the end of a stream of text, as far as coffer, git and shells write to it:
// colours, line ends, and lines that are written again, such as progress.

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/**
 * @returns one array for each line, of runs of text with the same style:
 *   `{column, text, colour?, bold?, dim?, underline?}`; columns count from 0
 * @throws Error for a control sequence that it does not know
 */
export function readScreen(output) {
  const lines = [[]];
  let column = 0;
  let style = {};
  for (const [part, escape] of output.matchAll(/\u001b\[([\d;]*[A-Za-z])|[^]/gu)) {
    const line = lines.at(-1);
    if (escape?.endsWith('m')) style = escape.slice(0, -1).split(';').reduce(restyled, style);
    else if (escape === 'K') line.length = column;
    else if (part === '\r') column = 0;
    else if (part === '\n') {
      lines.push([]);
      column = 0;
    } else if (part < ' ') throw new Error(`unknown in a terminal: ${JSON.stringify(part)}`);
    else line[column++] = { text: part, style };
  }
  if (lines.at(-1).length === 0) lines.pop();
  return lines.map(runsOf);
}

function restyled(style, code) {
  const number = Number(code);
  if (number === 0) return {};
  if (number === 1) return { ...style, bold: true };
  if (number === 2) return { ...style, dim: true };
  if (number === 4) return { ...style, underline: true };
  if (number === 22) return { ...style, bold: undefined, dim: undefined };
  if (number === 24) return { ...style, underline: undefined };
  if (number === 39) return { ...style, colour: undefined };
  if (number >= 30 && number <= 37) return { ...style, colour: COLOURS[number - 30] };
  if (number >= 90 && number <= 97) return { ...style, colour: COLOURS[number - 90] };
  throw new Error(`unknown style of a terminal: ${code}`);
}

/** Joins cells of one style. Spaces between them only move to a column, and end a run. */
function runsOf(cells) {
  const runs = [];
  for (const [column, cell] of cells.entries()) {
    const last = runs.at(-1);
    const isNext = last !== undefined && last.column + last.text.length === column;
    if (cell === undefined || (cell.text === ' ' && cells[column + 1]?.text === ' ')) continue;
    if (isNext && isSame(last.style, cell.style)) last.text += cell.text;
    else if (cell.text !== ' ') runs.push({ column, text: cell.text, style: cell.style });
  }
  return runs.map(({ column, text, style }) => ({ column, text: text.trimEnd(), ...style }));
}

function isSame(a, b) {
  return ['colour', 'bold', 'dim', 'underline'].every((key) => a[key] === b[key]);
}
