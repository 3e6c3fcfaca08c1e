import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { bootstrap } from '../../src/actions/bootstrap.ts';
import { diff } from '../../src/actions/diff.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { exportSecrets } from '../../src/actions/export.ts';
import { gc } from '../../src/actions/gc.ts';
import { get } from '../../src/actions/get.ts';
import { history } from '../../src/actions/history.ts';
import { importPath } from '../../src/actions/import.ts';
import { list } from '../../src/actions/list.ts';
import { nuke } from '../../src/actions/nuke.ts';
import { put } from '../../src/actions/put.ts';
import { refresh } from '../../src/actions/refresh.ts';
import { report } from '../../src/actions/report.ts';
import { save } from '../../src/actions/save.ts';
import { sync } from '../../src/actions/sync.ts';
import type { Tools } from '../../src/actions/tools.ts';
import { expected } from '../../src/cli/terminal/problems.ts';
import type { TestAws } from '../support/aws.ts';
import { createTools } from '../support/tools.ts';
import { startChaosProxy } from './chaos-proxy.ts';
import type { Figures } from './figures.ts';
import { Random } from './random.ts';
import { makeStrange } from './strange-answers.ts';
import { createWorld, prefixOf, type World } from './world.ts';

const FILE = 'app.yml';

type Verb = (tools: Tools, world: World) => Promise<unknown>;

/** Every action that calls AWS. */
const VERBS: Readonly<Record<string, Verb>> = {
  async encrypt(tools, { work }) {
    const line = '  - {name: more, type: SecureString, value: new}\n';
    await writeFile(join(work, FILE), line, { flag: 'a' });
    await encrypt(tools, [join(work, FILE)]);
  },
  refresh: (tools, { work, random }) =>
    refresh(tools, [join(work, FILE)], { newDataKeys: random.chance(0.5) }),
  diff: (tools, { work }) => diff(tools, [join(work, FILE)]),
  report: (tools, { work }) => report(tools, [join(work, FILE)], { history: true }),
  sync: (tools, { work }) => sync(tools, [join(work, FILE)], { yes: true, prune: true }),
  save: (tools, { work }) => save(tools, [join(work, FILE)]),
  list: (tools, { work }) => list(tools, [join(work, FILE)]),
  history: (tools, world) => history(tools, someName(world), { reveal: true }),
  get: (tools, world) => get(tools, someName(world)),
  export: (tools, { work }) => exportSecrets(tools, [join(work, FILE)], { from: 'aws' }),
  import: (tools, world) =>
    importPath(tools, prefixOf(world, FILE), { file: join(world.work, 'imported.yml') }),
  put: (tools, world) =>
    put(tools, Readable.from([Buffer.from('content')]), {
      path: `${prefixOf(world, FILE)}put`,
      bucket: world.aws.bucket,
      kmskey: world.aws.kmskey,
    }),
  gc: (tools, { work }) => gc(tools, [join(work, FILE)], { yes: true, olderThanSeconds: 0 }),
  nuke: (tools, { work }) => nuke(tools, [join(work, FILE)], { yes: true }),
  bootstrap: (tools, { work }) => bootstrap(tools, [join(work, FILE)], { yes: true }),
};

/**
 * Has one answer of AWS be strange while an action runs: it ends well, or with an error of coffer's.
 * @returns what was wrong
 */
export async function fuzzAnswer(
  aws: TestAws,
  seed: number,
  figures: Figures,
): Promise<string | undefined> {
  const world = await createWorld(aws, seed);
  const proxy = await startChaosProxy(aws.endpoint);
  const { random, work, fileKeyAlias } = world;
  try {
    await encrypt(world.tools, [join(work, FILE)]);
    if (random.chance(0.8)) await save(world.tools, [join(work, FILE)]);
    const verb = random.pick(Object.keys(VERBS));
    const at = random.early(10);
    const times = random.pick([1, 1, 1, 2, 3]);
    const dice = new Random(seed + 0.5);
    proxy.plan({
      alter(answer, count) {
        if (count < at || count >= at + times) return answer;
        figures.add('strange answers', 1);
        return makeStrange(answer, dice);
      },
    });
    const { tools } = createTools(
      { ...aws, endpoint: proxy.url },
      { fileKey: { alias: fileKeyAlias } },
    );
    try {
      await VERBS[verb]?.(tools, world);
      return undefined;
    } catch (error) {
      if (expected(error)) return undefined;
      const what = error instanceof Error ? error.stack : String(error);
      return `seed ${seed}: ${verb}, from answer ${at} on, ${times} times: ${what}`;
    }
  } finally {
    proxy.close();
    await world.close();
  }
}

function someName({ ledger, random }: World): string {
  return random.pick([...ledger.manifest(FILE).keys()]);
}
