import { visible } from '../formats/visible.ts';

/** Text that is HTML already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Piece = Markup | string | number | undefined | readonly Piece[];

/**
 * A template of HTML. What is put into it is text, unless it is a template itself: names,
 * descriptions and messages come from files and from AWS, and may hold anything. `undefined` is
 * nothing. An attribute needs double quotes.
 */
export function markup(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const texts = parts.map((part, i) => (i === 0 ? part : render(pieces[i - 1]) + part));
  return new Markup(texts.join(''));
}

/** Several pieces with another between them. */
export function join(pieces: readonly (Markup | string)[], between: Markup | string): Markup {
  return new Markup(pieces.map(render).join(render(between)));
}

function render(piece: Piece): string {
  if (piece === undefined) return '';
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'object') return piece.map(render).join('');
  return escape(String(piece));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // Nobody's text is a line of its own, in case something else than a browser reads the page.
  '\n': '&#10;',
};

/** Characters that are invisible or turn the reading direction are shown as their codes. */
function escape(text: string): string {
  const shown = text.split('\n').map(visible).join('\n');
  return shown.replaceAll(/[&<>"'\n]/g, (character) => ENTITIES[character] ?? character);
}
