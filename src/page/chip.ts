import { join, markup, Markup } from './markup.ts';
import type { State } from './model.ts';
import { STATE_WORDS } from './words.ts';

/** A state as a mark, a word and a colour, so that nobody needs to see the colour. */
export function chip(state: State): Markup {
  const { mark, word } = STATE_WORDS[state];
  return markup`<span class="chip ${state}"><i aria-hidden="true">${mark}</i>${word}</span>`;
}

/** A name or a path in AWS; a long one breaks behind its slashes. */
export function nameOf(name: string): Markup {
  const parts = name.split(/(?<=\/)(?=.)/);
  return markup`<code>${join(parts, new Markup('<wbr>'))}</code>`;
}
