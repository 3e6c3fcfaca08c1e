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
 * @param manifests its patterns, expanded by the shell
 * @throws CofferError `usage`
 */
export function readInputs(env: Environment, manifests: readonly string[]): Inputs {
  const text = (name: string) => (env[`INPUT_${name}`] ?? '').trim();
  const mode = MODES.find((known) => known === text('MODE'));
  if (!mode)
    throw new CofferError('usage', `mode is "${text('MODE')}", not one of ${MODES.join(', ')}`);
  if (manifests.length === 0 && mode !== 'check') {
    throw new CofferError('usage', `no file matches the input manifests, which ${mode} needs`);
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

function isTrue(name: string, value: string): boolean {
  if (['true', 'false', ''].includes(value)) return value === 'true';
  throw new CofferError('usage', `${name} is "${value}", not true or false`);
}
