import { CofferError } from '../errors.ts';
import { blockItem } from './edit/new-parameter.ts';
import { mapOf } from './edit/render.ts';
import { inlineText } from './edit/write-scalar.ts';
import type { ManifestSettings, NewParameter } from './model.ts';
import { parseManifest } from './parse.ts';

/** Where the secrets of a new manifest go. */
export interface Destination {
  /** The prefix of every name. */
  path: string;
  region: string;
  /** Several, of which `region` is the first. */
  regions?: readonly string[] | undefined;
  kmskey: string;
  bucket?: string | undefined;
  account?: string | undefined;
}

/** The settings of a new manifest, also those of Secrets Manager. */
export interface NewSettings
  extends Destination, Pick<ManifestSettings, 'store' | 'secret' | 'description' | 'tags'> {
  /** The regions of copies. */
  replicas?: readonly string[] | undefined;
}

/** What init puts into a manifest, which needs a parameter. */
export const EXAMPLE: NewParameter = {
  name: 'example',
  description: 'Not a secret, and stays readable. Remove it when there are others.',
  type: 'String',
  content: { kind: 'plain', text: 'hello' },
};

/**
 * The text of a new manifest with comments, for people who see their first one.
 * @param schema the path from the manifest to the schema for editors, if there is one
 * @throws CofferError `usage` if a manifest cannot be so
 */
export function newManifestText(
  settings: NewSettings,
  parameters: readonly NewParameter[],
  schema?: string,
): string {
  const { path, region, regions, kmskey, bucket, account, store = 'ssm', replicas = [] } = settings;
  const isSsm = store === 'ssm';
  const item = { indent: '  ', gap: ' ', blocks: 'clip' } as const;
  const text = [
    schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`,
    '# coffer encrypts the secrets in this file; then it is safe to commit.\n',
    line('path', path, isSsm ? 'the prefix of every name in SSM' : 'the prefix of every name'),
    regions === undefined
      ? line(
          'region',
          region,
          isSsm ? 'of SSM, the bucket and kmskey' : 'of the secrets and kmskey',
        )
      : `regions: [${regions.map((one) => inlineText(one, 'flow')).join(', ')}] # every parameter is in each\n`,
    isSsm ? '' : 'store: secretsmanager\n',
    optional('secret', settings.secret),
    optional('description', settings.description),
    replicas.length > 0 ? `replicas: [${replicas.join(', ')}]\n` : '',
    tagLines(settings.tags),
    !isSsm && bucket === undefined
      ? ''
      : bucket === undefined
        ? '# bucket: … # needed once a value is too large for SSM\n'
        : line('bucket', bucket, 'holds values that are too large for SSM'),
    account === undefined
      ? '# coffer move FILE --account … adds the account: nothing is then written to another\n'
      : line('account', account, 'nothing is ever written to another account'),
    // Last, because coffer encrypt puts its keys after the settings.
    line('kmskey', kmskey, 'encrypts what is stored in AWS'),
    'parameters:\n',
    ...parameters.flatMap((parameter) => blockItem(parameter, item).map((one) => `${one}\n`)),
  ].join('');
  requireValid(text);
  return text;
}

function optional(key: string, value: string | undefined): string {
  return value === undefined ? '' : `${key}: ${inlineText(value, 'block')}\n`;
}

function tagLines(tags: NewSettings['tags'] = {}): string {
  const entries = Object.entries(tags);
  if (entries.length === 0) return '';
  const { inline, below } = mapOf(entries)({
    flow: false,
    quotedKeys: false,
    column: 0,
    blocks: 'clip',
  });
  return [inline === '' ? 'tags:' : `tags: ${inline}`, ...below].map((one) => `${one}\n`).join('');
}

function line(key: string, value: string, why: string): string {
  return `${key}: ${inlineText(value, 'block')} # ${why}\n`;
}

/** Its problems have no place: the text is in no file yet. */
function requireValid(text: string): void {
  try {
    parseManifest(text, 'new');
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    const problems = error.problems.map(({ message, hint }) => ({ message, hint }));
    const [{ message, hint } = error] = problems;
    throw new CofferError('usage', message, { hint, problems });
  }
}
