import { createLog, findKubeConfig, REAL_CLOCK, runController } from '../../controller/index.ts';
import { CofferError } from '../../errors.ts';
import { visible } from '../../formats/visible.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { written } from '../flags.ts';
import { untilSignal } from '../terminal/interrupt.ts';
import { sessionOf } from '../tools.ts';
import { unknown } from '../unknown.ts';
import { printManifests } from './controller-manifests.ts';

const DEFAULT_HEALTH = '127.0.0.1:8080';
const DEFAULT_CONCURRENCY = 4;
/** SSM's own default limit is 40 a second, for all of an account. */
const DEFAULT_RATE = 10;

const ONLY_PRINTING = ['image', 'roleArn', 'allowRestart'];
const ONLY_SERVING = ['allNamespaces', 'health', 'kubeconfig'];

export async function run(context: Context): Promise<ExitCode> {
  const [word] = context.args;
  if (word === undefined) {
    refuse(context, ONLY_PRINTING, 'only coffer controller manifests takes');
    return serve(context);
  }
  if (word === 'manifests') {
    refuse(context, ONLY_SERVING, 'coffer controller manifests does not take');
    return printManifests(context);
  }
  throw unknown(`coffer controller does not take ${word}`, word, ['manifests']);
}

function refuse({ flags }: Context, names: readonly string[], why: string): void {
  const given = names.find((name) => flags.boolean(name) || flags.list(name).length > 0);
  if (given !== undefined) throw new CofferError('usage', `${why} ${written(given)}`);
}

async function serve(context: Context): Promise<ExitCode> {
  const { flags, terminal, environment } = context;
  const { stderr } = terminal.streams;
  const isQuiet = flags.boolean('quiet');
  const namespaces = flags.list('namespace');
  if (flags.boolean('allNamespaces') && namespaces.length > 0) {
    throw new CofferError('usage', '--all-namespaces and --namespace exclude each other', {
      hint: 'leave out one of them',
    });
  }
  const write = createLog((line) => void stderr.write(line), REAL_CLOCK);
  const log: typeof write = (level, message, facts) => {
    if (level !== 'info' || !isQuiet) write(level, message, facts);
  };
  const concurrency = flags.count('concurrency') ?? DEFAULT_CONCURRENCY;
  const session = sessionOf(
    flags,
    environment,
    terminal,
    (line) => void stderr.write(`${visible(line)}\n`),
  );
  const kube = await findKubeConfig(flags.string('kubeconfig'), environment);
  const served = namespaces.length > 0 ? [...new Set(namespaces)] : [kube.namespace];
  const stop = new AbortController();
  void untilSignal().then(() => stop.abort());
  await runController(
    {
      kube,
      session: { ...session, concurrency },
      clock: REAL_CLOCK,
      log,
      namespaces: flags.boolean('allNamespaces') ? undefined : served,
      limits: {
        allowedRoles: flags.list('allowRole'),
        requiredPrefix: flags.string('requirePrefix'),
      },
      concurrency,
      awsRate: flags.count('awsRate') ?? DEFAULT_RATE,
      watchesSecrets: flags.boolean('watchSecrets'),
      health: flags.string('health') ?? DEFAULT_HEALTH,
    },
    stop.signal,
  );
  return EXIT.ok;
}
