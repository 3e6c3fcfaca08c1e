import { expect } from 'vitest';
import { REGION, type TestAws } from './aws.ts';
import { coffer, cofferProcess, type Outcome } from './cli.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

interface CallOptions {
  /** More variables; `undefined` removes one. */
  env?: Readonly<Record<string, string | undefined>>;
  stdin?: string | Buffer;
}

/** A folder, and the command line run in it against this file's AWS. */
export interface Scene extends Workspace {
  /** The manifest's path: every scene has its own. */
  prefix: string;
  coffer: (args: readonly string[], options?: CallOptions) => Promise<Outcome>;
  /** The same in a separate process. */
  start: (args: readonly string[], options?: CallOptions) => Promise<Outcome>;
  /** The same for a call that must succeed. */
  succeed: (args: readonly string[], options?: CallOptions) => Promise<Outcome>;
  /** What `coffer decrypt --value` prints of app.yml. */
  value: (name: string) => Promise<string>;
}

/** A scene whose manifest is app.yml. */
export async function createScene(
  aws: TestAws,
  parameters: string,
  options: { header?: string; files?: Readonly<Record<string, string | Uint8Array>> } = {},
): Promise<Scene> {
  const prefix = `/${aws.unique('app')}/`;
  const header = options.header ?? `kmskey: ${aws.kmskey}\nbucket: ${aws.bucket}\n`;
  const workspace = await createWorkspace({
    ...options.files,
    'app.yml': `path: ${prefix}\nregion: ${REGION}\n${header}parameters:\n${parameters}`,
  });
  const caller =
    (run: typeof coffer): Scene['coffer'] =>
    (args, { env, stdin } = {}) =>
      run(args, { cwd: workspace.folder, env: { ...aws.env, ...env }, stdin });
  const call = caller(coffer);
  const succeed: Scene['succeed'] = async (args, callOptions) => {
    const outcome = await call(args, callOptions);
    expect(outcome.code, `coffer ${args.join(' ')}: ${outcome.stderr}`).toBe(0);
    return outcome;
  };
  return {
    ...workspace,
    prefix,
    coffer: call,
    start: caller(cofferProcess),
    succeed,
    async value(name) {
      const { stdout } = await succeed(['decrypt', 'app.yml', '--value', name]);
      return stdout.toString('utf8');
    },
  };
}

/** A secret, on one line of the manifest. */
export function secret(name: string, value: string): string {
  return `  - {name: ${name}, type: SecureString, value: ${JSON.stringify(value)}}\n`;
}

/** A parameter that is not a secret. */
export function plain(name: string, value: string): string {
  return `  - {name: ${name}, type: String, value: ${JSON.stringify(value)}}\n`;
}
