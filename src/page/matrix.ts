import { chip, nameOf } from './chip.ts';
import { markup, Markup } from './markup.ts';
import { renderCard } from './card.ts';
import { STATES, type Cell, type Environment, type Overview, type Row } from './model.ts';
import { dueWords, HOME_WORDS, shortAge, STATE_WORDS, versionWords } from './words.ts';

/** Parameters × environments, with what filters them. */
export function renderMatrix(overview: Overview): Markup {
  const { environments, parameters, madeAt } = overview;
  return markup`<section id="parameters" tabindex="-1" aria-labelledby="parameters-title">
<div class="title"><h2 id="parameters-title">Parameters</h2><p role="status" id="status" class="needs-script">${parameters.length} of ${parameters.length}</p></div>
${renderControls(overview)}
<div class="scroll matrix" role="region" aria-label="Table of parameters" tabindex="0">
<table>
<thead><tr><th scope="col">Name</th>${environments.map((one) => markup`<th scope="col">${one.name}${tellRegions(one)}</th>`)}</tr></thead>
${parameters.map((row) => renderRow(row, environments, madeAt))}
</table>
</div>
</section>`;
}

function tellRegions({ regions }: Environment): Markup {
  const [first] = regions;
  const text = regions.length === 1 ? first?.region : `${regions.length} regions`;
  return markup`<small>${text}</small>`;
}

/** Filters do nothing without the script, which shows them. */
function renderControls({ environments, total }: Overview): Markup {
  const states = STATES.filter((state) => total.counts[state] > 0);
  const buttons = states.map(
    (
      state,
    ) => markup`<button type="button" aria-pressed="false" data-show="${state}"><i aria-hidden="true">${STATE_WORDS[state].mark}</i>${STATE_WORDS[state].word} <b>${total.counts[state]}</b></button>
`,
  );
  const ages = (
    [
      ['overdue', 'overdue', total.overdue],
      ['unaged', 'of unknown age', total.unknownAge],
    ] as const
  ).filter(([, , count]) => count > 0);
  const late = ages.map(
    ([
      show,
      words,
      count,
    ]) => markup`<button type="button" aria-pressed="false" data-show="${show}">${words} <b>${count}</b></button>
`,
  );
  const columns = environments.map(
    ({ name }, i) => markup`<label><input type="checkbox" checked value="${i + 1}">${name}</label>
`,
  );
  return markup`<div class="controls needs-script" role="search">
<label class="search"><span>Find</span><input type="search" id="search" placeholder="part of a name" autocomplete="off" spellcheck="false"><kbd aria-hidden="true">/</kbd></label>
<div class="states" role="group" aria-label="Show only these states">
${buttons}${late}</div>
${
  environments.length > 1
    ? markup`<details class="columns"><summary>Environments</summary><div role="group" aria-label="Environments to show">
${columns}</div></details>`
    : undefined
}
</div>`;
}

function renderRow(row: Row, environments: readonly Environment[], now: string): Markup {
  const { name, cells } = row;
  const byName = new Map(cells.map((cell) => [cell.environment, cell]));
  return markup`<tbody>
<tr><th scope="row"><details><summary>${nameOf(name)}</summary></details></th>${environments.map((one) => renderCell(byName.get(one.name), now))}</tr>
<tr class="more"><td colspan="${environments.length + 1}"><div class="cards">${cells.map((cell) => renderCard(cell, now))}</div></td></tr>
</tbody>
`;
}

function renderCell(cell: Cell | undefined, now: string): Markup {
  if (!cell) return markup`<td class="none"><span class="unseen">not there</span></td>`;
  const { state, age, tier, store, regions } = cell;
  const due = age && age.state !== 'ok' ? dueWords(age) : undefined;
  const [{ version, modified } = {}] = regions;
  const about = [
    versionWords(version),
    modified === undefined ? undefined : shortAge(modified, now),
    tier === 'Advanced' ? tier : undefined,
    store === 's3' ? HOME_WORDS.s3 : undefined,
    whereItIs(cell),
  ].filter((part) => part !== undefined);
  const aged = { overdue: ' data-age="overdue"', unknown: ' data-age="unaged"', soon: '', ok: '' }[
    age?.state ?? 'ok'
  ];
  return markup`<td data-state="${state}"${new Markup(aged)}>${chip(state)}${due === undefined ? undefined : markup`<small class="${age?.state === 'overdue' ? 'late' : 'soon'}">${due}</small>`}${about.length > 0 ? markup`<small>${about.join(' · ')}</small>` : undefined}</td>`;
}

/** The regions that the state is about, if it is not about all. */
function whereItIs({ state, regions }: Cell): string | undefined {
  const there = regions.filter((one) => one.state === state);
  if (there.length === regions.length) return undefined;
  return `in ${there.map(({ region }) => region).join(', ')}`;
}
