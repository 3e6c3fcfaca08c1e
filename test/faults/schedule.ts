import type { TestAws } from '../support/aws.ts';
import { startChaosProxy, type ChaosProxy } from './chaos-proxy.ts';
import type { Figures } from './figures.ts';
import {
  compare,
  doneIn,
  findLeftovers,
  findPlaintext,
  judgeEnding,
  lookAt,
  type Finding,
} from './invariants.ts';
import { launch, type Ending } from './launch.ts';
import { changes, type Ledger, isAsKnown } from './ledger.ts';
import { SCENARIOS, type Step } from './scenarios.ts';
import { chooseTrouble, chooseWire, describeTrouble, type Trouble } from './trouble.ts';
import { createWorld, type World } from './world.ts';

/** What broke a promise of coffer's. */
export interface Violation {
  seed: number;
  /** What was run, and what went wrong then. */
  doing: string;
  what: string[];
  stderr: string;
}

/** Some commands come more often, as more can go wrong with them. */
const OFTEN = ['encrypt', 'set', 'sync', 'sync', 'save', 'nuke', 'put', 'import', 'refresh'];
const NAMES = [...Object.keys(SCENARIOS), ...OFTEN];

/** All that runs in one world. */
interface Run {
  world: World;
  proxies: readonly [ChaosProxy, ...ChaosProxy[]];
  figures: Figures;
}

/** Commands at once, at most. */
const AT_ONCE = 3;
const STEPS = 4;

/**
 * Plays the schedule of one seed: a repository, commands that write, and trouble in each.
 * @returns the first promise that was broken
 */
export async function playSchedule(
  aws: TestAws,
  seed: number,
  figures: Figures,
): Promise<Violation | undefined> {
  const world = await createWorld(aws, seed);
  const made: ChaosProxy[] = [];
  for (let i = 0; i < AT_ONCE; i++) made.push(await startChaosProxy(aws.endpoint));
  const [first, ...others] = made;
  if (!first) throw new Error('there is no proxy');
  const run: Run = { world, proxies: [first, ...others], figures };
  try {
    figures.add('schedules', 1);
    const count = 1 + world.random.below(STEPS);
    for (let i = 0; i <= count; i++) {
      const found =
        i > 0 && world.random.chance(0.15) ? await playAtOnce(run) : await playOne(run, i);
      if (found) return { seed, ...found };
    }
    return undefined;
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { seed, doing: 'the schedule itself fails', what: [what], stderr: '' };
  } finally {
    await world.close();
    for (const proxy of made) proxy.close();
  }
}

type Found = Omit<Violation, 'seed'> | undefined;

/** One command, with trouble; again without, when it failed. Everything is sealed first. */
async function playOne(run: Run, index: number): Promise<Found> {
  const { world, figures, proxies } = run;
  const name = index === 0 ? 'encrypt' : world.random.pick(NAMES);
  const step = await SCENARIOS[name]?.(world);
  if (!step) return undefined;
  const trouble = chooseTrouble(world.random, step.isOnline);
  const argv = world.random.chance(0.1) ? [...step.argv, '--debug'] : step.argv;
  const ending = await launch(world, { ...step, argv }, { proxy: proxies[0], trouble, figures });
  figures.add(`coffer ${name}`, 1);
  return settle(run, [{ step, trouble, ending }]);
}

/** Several commands at once, none of which may undo what another did. */
async function playAtOnce(run: Run): Promise<Found> {
  const { world, figures, proxies } = run;
  const group = world.random.pick([
    ['set', 'set', 'unset', 'rotate', 'refresh'],
    ['sync', 'save'],
    ['put', 'gc'],
  ]);
  const before = world.ledger;
  const steps: Step[] = [];
  const changed = new Set<string>();
  world.crowd = before;
  for (let i = 0; i < 2 + world.random.below(AT_ONCE - 1); i++) {
    const step = await SCENARIOS[world.random.pick(group)]?.(world);
    const names = step ? changes(world.ledger, step.after) : [];
    // Which of two values for one name comes last is anybody's guess.
    if (!step || names.some((name) => changed.has(name))) continue;
    for (const name of names) changed.add(name);
    steps.push(step);
    world.ledger = step.after;
  }
  world.crowd = undefined;
  const after = world.ledger;
  world.ledger = before;
  const calls = steps.map((step) => {
    const trouble = world.random.chance(0.5) ? { wire: chooseWire(world.random) } : {};
    return { step: { ...step, after }, trouble };
  });
  const played = await Promise.all(
    calls.map(async ({ step, trouble }, i) => {
      const proxy = proxies[i] ?? proxies[0];
      return { step, trouble, ending: await launch(world, step, { proxy, trouble, figures }) };
    }),
  );
  figures.add('groups of commands at once', 1);
  return settle(run, played);
}

interface Played {
  step: Step;
  trouble: Trouble;
  ending: Ending;
}

const QUIET = { stdout: '', stderr: '', isKilled: false };

/** Looks whether all promises were kept, then has the rest be done, and looks again. */
async function settle(run: Run, played: readonly Played[]): Promise<Found> {
  const { world, proxies, figures } = run;
  const before = world.ledger;
  const after = played.at(-1)?.step.after ?? before;
  const plaintext = new Set(played.flatMap(({ step }) => step.plaintext ?? []));
  const isDone = played.every(({ ending }) => ending.code === 0);
  const isRough = played.some(({ ending }) => ending.isKilled || ending.isDiskFault);
  // Two that write the same in AWS may meet each other there, and say so.
  const isCalm = played.every(
    ({ step, ending }) => ending.happened.length === 0 && (played.length === 1 || !step.reports),
  );
  const files = new Set([...before.git.keys(), ...after.git.keys()]);

  const { found, violations } = await lookAt(world, files);
  violations.push(...compare(found, { before, after, isDone }));
  for (const { step, ending } of played) {
    violations.push(...judgeEnding(ending));
    if (isCalm && ending.code !== 0) {
      violations.push('it fails although nothing went wrong');
    }
    violations.push(...reportedInVain(step, ending, found));
    violations.push(...(await findPlaintext(world, ending, isDone ? new Set() : plaintext)));
    const fault = isDone ? await step.fault?.().catch(String) : undefined;
    if (fault) violations.push(fault);
  }
  world.mayDraft ||= isRough;
  world.mayLock ||= played.some(({ ending }) => ending.isDiskFault);
  if (!isRough) violations.push(...(await findLeftovers(world, found.git.keys(), world)));
  if (violations.length > 0) return describe(played, violations);

  let last: Finding = { found, violations };
  for (const { step, trouble, ending } of isDone
    ? []
    : played.filter(({ ending }) => ending.code !== 0)) {
    let again = await launch(world, step, { proxy: proxies[0], figures });
    figures.add('second runs', 1);
    if (step.finish && again.code !== 0 && step.doneBefore?.test(again.stderr)) {
      again = await launch(world, { ...step, argv: step.finish }, { proxy: proxies[0], figures });
    }
    const isFine = again.code === 0 || step.doneBefore?.test(again.stderr);
    if (!isFine) {
      const what = [`the second run fails with ${again.code}`, ...judgeEnding(again)];
      return describe([{ step, trouble, ending: { ...again, happened: ending.happened } }], what);
    }
  }
  if (!isDone) {
    last = await lookAt(world, files);
    last.violations.push(...compare(last.found, { before, after, isDone: true }));
    for (const { step } of played) {
      const fault = await step.fault?.().catch(String);
      if (fault) last.violations.push(fault);
    }
    last.violations.push(...(await findPlaintext(world, QUIET, new Set())));
    last.violations.push(...(await findLeftovers(world, last.found.git.keys(), world)));
    if (last.violations.length > 0) {
      return describe(
        played,
        last.violations.map((what) => `after a second run: ${what}`),
      );
    }
  }
  world.ledger = last.found;
  for (const { step } of played) await step.tidy?.();
  return undefined;
}

/** Names that a report lists as done and that are not as they were to be. */
function reportedInVain({ reports, after }: Step, { stdout }: Ending, found: Ledger): string[] {
  if (!reports) return [];
  return (
    doneIn(stdout)
      // Names of secrets have no slash at their beginning.
      .map((name) => (name.startsWith('/') ? name : `/${name}`))
      .filter((name) => !isAsKnown(found.aws.get(name), after.aws.get(name)))
      .map((name) => `${name} was reported as done, and is not`)
  );
}

function describe(played: readonly Played[], what: string[]): Found {
  return {
    doing: played
      .map(({ step, trouble, ending }) => {
        const happened = ending.happened.join(', ') || 'nothing';
        return `coffer ${step.argv.join(' ')} (${describeTrouble(trouble)}; happened: ${happened}; exit code ${ending.code})`;
      })
      .join('\n  with '),
    what,
    stderr: played.map(({ ending }) => ending.stderr).join(''),
  };
}
