import { afterAll, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/index.ts';
import { useAws } from '../support/aws.ts';
import { byLength } from '../support/length.ts';
import { createWorkspace } from '../support/workspace.ts';
import { Figures } from './figures.ts';
import { fuzzAnswer } from './fuzz-answers.ts';
import { fuzzManifests } from './fuzz-manifests.ts';
import { READERS, SCENARIOS } from './scenarios.ts';
import { playSchedule, type Violation } from './schedule.ts';
import { tamper } from './tampering.ts';

const amount = (name: string, fallback: number) => Number(process.env[name] ?? fallback);
const SCHEDULES = amount('FAULTS_SCHEDULES', byLength(3, 12));
const SEED = amount('FAULTS_SEED', 1);
const MANIFESTS = amount('FAULTS_MANIFESTS', byLength(100, 500));
const ANSWERS = amount('FAULTS_ANSWERS', byLength(10, 40));
const ONLY = process.env['FAULTS_ONLY'];
const BITS = amount('FAULTS_STRIDE', byLength(797, 199));

const aws = await useAws();
const figures = new Figures();

// The children's clocks are fast, and so is their patience with names that were just deleted.
if (process.env['COFFER_TEST_AWS'] === 'sandbox') {
  const body = JSON.stringify({ recreateDelayMs: 500 });
  await fetch(`${aws.endpoint}/_sandbox/faults`, { method: 'PUT', body });
}

const run = (part: string) => test.runIf(!ONLY || ONLY === part);

test('every command either has a scenario or changes nothing', () => {
  const known = [...Object.keys(SCENARIOS), ...READERS];
  expect(known.toSorted()).toEqual(COMMANDS.map(({ name }) => name).toSorted());
});

afterAll(() => say(figures.render()));

run('schedules')('whatever goes wrong, coffer keeps its promises', { timeout: 0 }, async () => {
  const violations = await each(SCHEDULES, async (seed) => {
    const violation = await playSchedule(aws, seed, figures);
    if (violation) say(render(violation));
    if ((seed - SEED + 1) % 100 === 0) say(`${seed - SEED + 1} schedules`);
    return violation && seed;
  });
  expect(violations).toEqual([]);
});

run('manifests')(
  'every text is read as a manifest, or refused with its place',
  { timeout: 0 },
  async () => {
    const violations = await fuzzManifests(aws, { count: MANIFESTS, seed: SEED }, figures);
    for (const { index, what, text } of violations)
      say(`manifest ${index} of seed ${SEED}: ${what}\n${text}`);
    expect(violations.map(({ index }) => index)).toEqual([]);
  },
);

run('tampering')(
  'what was tampered with does not open as something else',
  { timeout: 0 },
  async () => {
    const { folder } = await createWorkspace();
    expect(await tamper(aws, folder, { stride: BITS }, figures)).toEqual([]);
  },
);

run('answers')('strange answers of AWS are errors of coffer', { timeout: 0 }, async () => {
  const violations = await each(ANSWERS, (seed) => fuzzAnswer(aws, seed, figures));
  expect(violations).toEqual([]);
});

/** Some at a time, as most of the time is spent waiting. */
async function each<Result>(
  count: number,
  work: (seed: number) => Promise<Result | undefined>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = SEED;
  await Promise.all(
    [1, 2, 3, 4].map(async () => {
      while (next < SEED + count) {
        const seed = next;
        next += 1;
        const result = await work(seed);
        if (result !== undefined) results.push(result);
      }
    }),
  );
  return results;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function render({ seed, doing, what, stderr }: Violation): string {
  const output = stderr.trimEnd().replaceAll('\n', '\n    ');
  return `seed ${seed}: ${doing}\n  ${what.join('\n  ')}\n  on stderr:\n    ${output}\n  alone: npm run faults 1 ${seed}`;
}
