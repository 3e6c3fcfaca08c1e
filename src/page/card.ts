import { chip, nameOf } from './chip.ts';
import { markup, join, type Markup } from './markup.ts';
import type { Cell, Seen, SeenVersion } from './model.ts';
import { ago, day, dueWords, FITS_WORDS, HOME_WORDS, money, versionWords, who } from './words.ts';

/** All that is known of one parameter in one environment. */
export function renderCard(cell: Cell, now: string): Markup {
  const { environment, state, fullName, type, description, tags, store, tier, fits } = cell;
  const { age, monthly, regions } = cell;
  const [only] = regions.length === 1 ? regions : [];
  const labels = Object.entries(tags).map(([key, value]) => markup`<code>${key}=${value}</code>`);
  return markup`<section class="card"><h3>${environment} ${chip(state)}</h3>
<dl>
${fact('Name', nameOf(fullName))}
${fact('About', description)}
${only ? seenFacts(only, now) : regions.map((one) => fact(one.region, markup`${chip(one.state)}<dl>${seenFacts(one, now)}</dl>`))}
${fact('Changed', age?.changed && markup`${day(age.changed)}, ${ago(age.changed, now)}`)}
${fact('Due', dueFact(cell))}
${fact('Type', type)}
${fact('Kept in', markup`${HOME_WORDS[store]}${only && `, ${only.region}`}`)}
${fact('Tier', tier)}
${fact('Size', fits && FITS_WORDS[fits])}
${fact('Cost', monthly === undefined ? undefined : monthly === 0 ? 'free' : `${money(monthly)} a month`)}
${fact('Tags', labels.length > 0 ? join(labels, ' ') : undefined)}
</dl></section>
`;
}

function fact(word: string, value: Markup | string | undefined): Markup | undefined {
  if (value === undefined || value === '') return undefined;
  return markup`<dt>${word}</dt><dd>${value}</dd>`;
}

function dueFact({ age }: Cell): Markup | string | undefined {
  if (age?.maxAge === undefined) return undefined;
  if (age.due === undefined)
    return `unknown: nobody knows when it changed; max_age is ${age.maxAge}`;
  const words = dueWords(age);
  const kind = age.state === 'overdue' ? 'late' : 'soon';
  const told = age.state === 'ok' ? words : markup`<span class="${kind}">${words}</span>`;
  return markup`${day(age.due)}, ${told}, of ${age.maxAge}`;
}

function seenFacts(seen: Seen, now: string): readonly (Markup | undefined)[] {
  const { differences, version, modified, user, key, versions } = seen;
  const written = modified === undefined ? undefined : `${day(modified)}, ${ago(modified, now)}`;
  return [
    fact('Differs in', differences.length > 0 ? differences.join(', ') : undefined),
    fact('Version', versionWords(version)),
    fact('Written', written),
    fact('By', user && who(user)),
    fact('Key', key && nameOf(key)),
    fact('History', versions && renderVersions(versions)),
  ];
}

function renderVersions(versions: readonly SeenVersion[]): Markup {
  return markup`<ol class="versions">${versions.map(
    ({ version, modified, user, labels }) =>
      markup`<li>${versionWords(version)}${modified && markup` <time>${day(modified)}</time>`}${user && ` ${who(user)}`}${labels.length > 0 ? markup` <em>${labels.join(', ')}</em>` : undefined}</li>`,
  )}</ol>`;
}
