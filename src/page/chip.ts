import { markup, type Markup } from './markup.ts';
import type { State } from './model.ts';
import { STATE_WORDS } from './words.ts';

/** A state as a mark, a word and a colour, so that nobody needs to see the colour. */
export function chip(state: State): Markup {
  const { mark, word } = STATE_WORDS[state];
  return markup`<span class="chip ${state}"><i aria-hidden="true">${mark}</i>${word}</span>`;
}
