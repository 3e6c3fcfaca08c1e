import { PRICES, PRICES_DATE } from '../plan/prices.ts';
import { markup, type Markup } from './markup.ts';
import { STATES, type Overview } from './model.ts';
import { chip } from './chip.ts';
import { day, STATE_MEANINGS } from './words.ts';

/** What the states that occur mean. */
export function renderLegend({ total }: Overview): Markup {
  const states = STATES.toReversed().filter((state) => total.counts[state] > 0);
  return markup`<section aria-labelledby="legend">
<h2 id="legend">States</h2>
<dl class="legend">
${states.map(
  (state) => markup`<div><dt>${chip(state)}</dt><dd>${STATE_MEANINGS[state]}</dd></div>
`,
)}
</dl>
</section>`;
}

/** What the costs are made of. */
export function renderPrices(): Markup {
  const prices = Object.values(PRICES).map(
    ({ one, dollars }) => markup`<li>${one}: $${dollars < 0.1 ? dollars : dollars.toFixed(2)}</li>
`,
  );
  return markup`<section aria-labelledby="prices">
<h2 id="prices">Costs</h2>
<p>What AWS charges in us-east-1 for a month of keeping, as of ${day(PRICES_DATE)}. Requests cost extra. A key that several environments share counts once in the sum.</p>
<ul>
${prices}
</ul>
</section>`;
}
