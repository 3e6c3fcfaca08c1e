import { countOf } from '../formats/count.ts';
import { PRICES, type Priced } from '../plan/prices.ts';
import { nameOf } from './chip.ts';
import { markup, join, type Markup } from './markup.ts';
import { STATES, type Environment, type Overview, type State } from './model.ts';
import { HOME_WORDS, minute, money, STATE_WORDS } from './words.ts';

type Counts = Readonly<Record<State, number>>;

/** When and from what it was made. */
export function renderMade({ madeAt, isCompared, environments }: Overview): Markup {
  const commits = new Set(environments.map(({ commit }) => commit?.id));
  const [id] = commits;
  const isOne = commits.size === 1 && id !== undefined;
  const changed = environments.filter(({ commit }) => commit?.isChanged).length;
  const from = isOne ? markup` from commit <code>${id.slice(0, 10)}</code>` : undefined;
  const uncommitted =
    changed > 0 ? markup`; ${countOf(changed, 'manifest')} not as committed` : undefined;
  const offline = isCompared ? undefined : markup`, <strong>without asking AWS</strong>`;
  return markup`<p class="made">Made <time datetime="${madeAt}">${minute(madeAt)}</time>${from}${uncommitted}${offline}</p>`;
}

/** The whole at a glance. */
export function renderFigures({ total }: Overview): Markup {
  const { counts, overdue, unknownAge, monthly } = total;
  const states = STATES.toReversed().filter((state) => counts[state] > 0);
  return markup`<section class="figures" aria-labelledby="summary">
<h2 id="summary" class="unseen">Summary</h2>
<dl>
${states.map((state) => figure(state, STATE_WORDS[state].word, String(counts[state])))}
${overdue > 0 ? figure('overdue', 'overdue', String(overdue)) : undefined}
${unknownAge > 0 ? figure('unaged', 'of unknown age', String(unknownAge)) : undefined}
${figure('cost', 'a month', money(monthly))}
</dl>
${bar(counts)}
</section>`;
}

function figure(kind: string, word: string, number: string): Markup {
  return markup`<div class="figure ${kind}"><dt>${word}</dt><dd>${number}</dd></div>
`;
}

/** Shares of states; the numbers are beside it in words. */
function bar(counts: Counts): Markup {
  const all = STATES.reduce((sum, state) => sum + counts[state], 0);
  let from = 0;
  const parts = STATES.toReversed()
    .filter((state) => counts[state] > 0)
    .map((state) => {
      const width = (counts[state] / all) * 1000;
      const part = markup`<rect class="${state}" x="${from.toFixed(1)}" width="${width.toFixed(1)}" height="10"/>`;
      from += width;
      return part;
    });
  return markup`<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}

/** What could not be read, so that nobody takes the page for the whole. */
export function renderProblems({ environments }: Overview): Markup | undefined {
  const items = environments.flatMap(({ name, problems, regions }) => [
    ...problems.map((problem) => ({ where: name, ...problem })),
    ...regions.flatMap(({ region, problem }) =>
      problem ? [{ where: placeOf(name, region, problem.message), ...problem }] : [],
    ),
  ]);
  if (items.length === 0) return undefined;
  return markup`<section class="problems" aria-labelledby="problems">
<h2 id="problems">Not read</h2>
<ul>
${items.map(
  ({ where, message, hint }) =>
    markup`<li><strong>${where}</strong> ${message}${hint === undefined ? undefined : markup`<small>${hint}</small>`}</li>
`,
)}
</ul>
</section>`;
}

/** Where several regions are read, messages begin with theirs. */
function placeOf(name: string, region: string, message: string): string {
  return message.startsWith(`${region}: `) ? name : `${name}, ${region}`;
}

/** One row for each environment. */
export function renderEnvironments({ environments, total }: Overview): Markup {
  const columns = {
    hasCommits: new Set(environments.map(({ commit }) => commit?.id)).size > 1,
    hasOverdue: total.overdue > 0,
    hasUnknownAge: total.unknownAge > 0,
  };
  return markup`<section aria-labelledby="environments">
<h2 id="environments">Environments</h2>
<div class="scroll" role="region" aria-label="Table of environments" tabindex="0">
<table class="environments">
<thead><tr><th scope="col">Environment</th><th scope="col">Path</th><th scope="col">Where</th><th scope="col">States</th>${columns.hasOverdue ? markup`<th scope="col">Overdue</th>` : undefined}${columns.hasUnknownAge ? markup`<th scope="col">Of unknown age</th>` : undefined}<th scope="col" class="number">A month</th>${columns.hasCommits ? markup`<th scope="col">Commit</th>` : undefined}</tr></thead>
<tbody>
${environments.map((environment) => renderEnvironment(environment, columns))}
</tbody>
</table>
</div>
</section>`;
}

function renderEnvironment(
  environment: Environment,
  {
    hasCommits,
    hasOverdue,
    hasUnknownAge,
  }: Record<'hasCommits' | 'hasOverdue' | 'hasUnknownAge', boolean>,
): Markup {
  const { name, file, path, store, account, regions, counts, overdue, unknownAge, commit } =
    environment;
  const where = [
    HOME_WORDS[store],
    ...regions.map(({ region }) => region),
    ...(account === undefined ? [] : [`account ${account}`]),
  ].map(unbroken);
  const changed = commit?.isChanged ? markup` <small>changed since</small>` : undefined;
  const id = commit ? markup`<code>${commit.id.slice(0, 10)}</code>${changed}` : '–';
  return markup`<tr><th scope="row">${name}<small>${file}</small></th><td>${nameOf(path)}</td><td>${where[0]}<small>${join(where.slice(1), ', ')}</small></td><td>${bar(counts)}${tellCounts(counts)}</td>${hasOverdue ? markup`<td>${overdue > 0 ? markup`<strong class="late">${overdue}</strong>` : '–'}</td>` : undefined}${hasUnknownAge ? markup`<td>${unknownAge > 0 ? markup`<strong class="soon">${unknownAge}</strong>` : '–'}</td>` : undefined}<td class="number">${money(environment.monthly)}<small>${tellBill(environment)}</small></td>${hasCommits ? markup`<td>${id}</td>` : undefined}</tr>
`;
}

/** `41 in sync, 2 missing` */
function tellCounts(counts: Counts): Markup | string {
  const parts = STATES.toReversed()
    .filter((state) => counts[state] > 0)
    .map((state) => unbroken(`${counts[state]} ${STATE_WORDS[state].word}`));
  return parts.length > 0 ? join(parts, ', ') : 'no parameters';
}

function unbroken(text: string): Markup {
  return markup`<span class="unbroken">${text}</span>`;
}

const BILL_WORDS = {
  advanced: 'Advanced',
  secret: 'secrets',
  key: 'keys',
  storage: 'S3',
} as const satisfies Record<Priced, string>;

/** `2 keys $2.00, 3 Advanced $0.15` */
function tellBill({ bill }: Environment): Markup {
  const parts = (Object.entries(bill) as [Priced, number][]).map(([what, count]) => {
    const cost = money(count * PRICES[what].dollars);
    const word = count === 1 ? BILL_WORDS[what].replace(/s$/, '') : BILL_WORDS[what];
    return unbroken(what === 'storage' ? `${word} ${cost}` : `${count} ${word} ${cost}`);
  });
  return join(parts, ', ');
}
