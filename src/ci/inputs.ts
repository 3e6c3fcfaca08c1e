import { access } from 'node:fs/promises';
import { CofferError } from '../errors.ts';

/** The inputs of the action. */
export interface Inputs {
  mode: Mode;
  manifests: readonly string[];
  /** More flags for coffer. */
  flags: readonly string[];
  failOnDifference: boolean;
  /** Whether to comment on the pull request. */
  comment: boolean;
  /** Distinguishes the comments of several steps on one pull request. */
  commentKey: string;
  token: string;
}

const MODES = ['check', 'diff', 'sync'] as const;
type Mode = (typeof MODES)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the inputs from `INPUT_…`, as action.yml passes them.
 * @param manifests its patterns, expanded by the shell, which leaves one that matches nothing as it is
 * @throws CofferError `usage`
 */
export function readInputs(env: Environment, manifests: readonly string[]): Inputs {
  const text = (name: string) => (env[`INPUT_${name}`] ?? '').trim();
  const mode = MODES.find((known) => known === text('MODE'));
  if (!mode)
    throw new CofferError('usage', `mode is "${text('MODE')}", not one of ${MODES.join(', ')}`);
  if (manifests.length === 0 && mode !== 'check') {
    throw new CofferError('usage', `the input manifests is empty, and ${mode} needs it`);
  }
  return {
    mode,
    // A pattern may match a file with a name like a flag.
    manifests: manifests.map((file) => (file.startsWith('-') ? `./${file}` : file)),
    flags: text('FLAGS')
      .split('\n')
      .map((flag) => flag.trim())
      .filter(Boolean),
    failOnDifference: isTrue('fail-on-difference', text('FAIL_ON_DIFFERENCE')),
    comment: isTrue('comment', text('COMMENT')),
    commentKey: text('COMMENT_KEY'),
    token: text('TOKEN'),
  };
}

/**
 * A mistyped pattern must not leave a part of the manifests out, in any mode.
 * @throws CofferError `usage` with all patterns that match nothing
 */
export async function refuseUnmatched({ manifests }: Inputs): Promise<void> {
  const hint = 'correct the input manifests, or remove the line';
  const checked = await Promise.all(
    manifests.map((pattern) =>
      access(pattern).then(
        () => [],
        () => [{ message: `no file matches ${pattern}`, hint }],
      ),
    ),
  );
  const problems = checked.flat();
  const [first] = problems;
  if (first) throw new CofferError('usage', first.message, { ...first, problems });
}

function isTrue(name: string, value: string): boolean {
  if (['true', 'false', ''].includes(value)) return value === 'true';
  throw new CofferError('usage', `${name} is "${value}", not true or false`);
}
