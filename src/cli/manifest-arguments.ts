import { join } from 'node:path';
import { CofferError } from '../errors.ts';
import { stat } from '../files/at-once.ts';
import { naturalOrder } from '../formats/natural-order.ts';
import { argumentsOf, type Call } from './command-line.ts';

/** In words that people quote, so that the shell leaves them alone. */
const PATTERN = /[*?[{]/;

/**
 * Replaces folders and quoted patterns among the arguments by the manifests that they stand for,
 * where a command takes several.
 * @throws CofferError `usage` for one without manifests
 */
export async function expandManifests({ spec, args, flags }: Call): Promise<readonly string[]> {
  const first = spec ? argumentsOf(spec).findIndex((one) => one.includes('...manifests')) : -1;
  if (first < 0) return args;
  // Where a path in SSM is an argument too, an absolute one means that.
  const takesPaths = spec?.name === 'list' || flags.list('from').includes('aws');
  const expanded = args.map((arg, index) =>
    index < first || (takesPaths && arg.startsWith('/')) ? Promise.resolve([arg]) : expand(arg),
  );
  return (await Promise.all(expanded)).flat();
}

/** A file or folder that has the name of a pattern must not hide what the pattern stands for. */
async function expand(arg: string): Promise<string[]> {
  const found = await stat(arg).catch(() => undefined);
  const isPattern = PATTERN.test(arg);
  if (!found?.isDirectory() && !isPattern) return [arg];
  const named = found?.isDirectory() ? await manifestsBelow(arg) : found ? [arg] : [];
  const matching = isPattern ? await manifestsMatching(arg) : [];
  if (named.length + matching.length > 0) return [...new Set([...named, ...matching])];
  const message = found ? `there are no manifests in ${arg}` : `no manifest matches ${arg}`;
  throw new CofferError('usage', message, {
    hint: 'coffer finds YAML files with path and parameters that git does not ignore',
  });
}

async function manifestsMatching(arg: string): Promise<string[]> {
  const start = arg.slice(0, arg.search(PATTERN));
  const folder = start.slice(0, start.lastIndexOf('/') + 1);
  const matches = toRegExp(arg);
  return (await manifestsBelow(folder || '.')).filter((file) => matches.test(file));
}

async function manifestsBelow(folder: string): Promise<string[]> {
  const { findManifests } = await import('../repo/check/find.ts');
  const found = await findManifests(folder);
  return found
    .map(({ file }) => file)
    .filter((file) => !file.startsWith('..'))
    .map((file) => join(folder, file))
    .toSorted(naturalOrder());
}

/** A pattern of shells: `*` and `?` stay in one folder, `**` spans several, `{a,b}` is either. */
function toRegExp(pattern: string): RegExp {
  const sources = alternatives(join(pattern)).map((one) =>
    one.replaceAll(/\*\*\/|\*\*|\*|\?|\[!?[^\]]+\]|[\\^$.|+()[\]{}]/g, (token) => {
      if (token === '**/') return '(?:.*/)?';
      if (token === '**') return '.*';
      if (token === '*') return '[^/]*';
      if (token === '?') return '[^/]';
      return token.length > 1 ? token.replace('[!', '[^') : `\\${token}`;
    }),
  );
  return new RegExp(`^(?:${sources.join('|')})$`);
}

/** `{a,b}c` is `ac` and `bc`. */
function alternatives(pattern: string): string[] {
  const [, before, choice, after] = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(pattern) ?? [];
  if (choice === undefined) return [pattern];
  return choice.split(',').flatMap((one) => alternatives(`${before}${one}${after}`));
}
