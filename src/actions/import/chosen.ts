import { CofferError, type Problem } from '../../errors.ts';
import { countOf } from '../../formats/count.ts';
import { matcher } from '../../formats/wildcards.ts';
import type { NewParameter, ParameterType } from '../../manifest/model.ts';
import type { Host } from '../../host.ts';
import { didYouMean } from '../parameter-name.ts';
import type { Entry } from './read/entries.ts';

/** Which of the values become secrets, and which are left out. */
export interface Choice {
  /** Patterns of names, in which `*` is any text. A name that both lists match is a secret. */
  secret?: readonly string[] | undefined;
  plain?: readonly string[] | undefined;
  skip?: readonly string[] | undefined;
  /** Asks which of these names are not secrets, in patterns. Without it, all are secrets. */
  askPlain?: ((names: readonly string[]) => Promise<readonly string[]>) | undefined;
}

/** What a manifest gets. */
export interface Chosen {
  parameter: NewParameter & { type: ParameterType };
  value: Buffer;
}

/**
 * Decides what becomes of each value. Names what SSM cannot hold instead of guessing.
 * @throws CofferError `source` with everything that needs a decision
 */
export async function chooseEntries(
  entries: readonly Entry[],
  file: string,
  host: Host,
  choice: Choice,
): Promise<Chosen[]> {
  warnOfUnused(entries, file, host, choice);
  const skip = matcher(choice.skip);
  const wanted = entries.filter(({ name }) => !skip(name));
  refuseTwice(wanted, file);
  const empty = wanted.filter(({ value }) => value === null || value.length === 0);
  if (empty.length > 0) {
    host.warn({
      message: `left out, because SSM cannot hold an empty value: ${namesOf(empty)}`,
      hint: 'coffer set gives one a value',
    });
  }
  const kept = wanted.filter(({ value }) => value !== null && value.length > 0);
  const isPlain = await plainRule(kept, host, choice);
  const problems: Problem[] = [];
  const chosen = kept.flatMap((entry): Chosen[] => {
    const { name, value, line } = entry;
    const complain = (message: string, hint: string) => {
      problems.push({ message: `${name}: ${message}`, hint, place: { file, line, column: 1 } });
      return [];
    };
    if (value === null) return [];
    if (typeof value === 'string') {
      const type = isPlain(name) ? 'String' : 'SecureString';
      return [{ parameter: { name, type }, value: Buffer.from(value) }];
    }
    if (Buffer.isBuffer(value)) return [{ parameter: { name, type: 'SecureString' }, value }];
    if (!isPlain(name)) {
      return complain(
        'SSM has no encrypted lists',
        `--plain ${name} makes it a StringList, --skip ${name} leaves it out`,
      );
    }
    if (value.some((item) => item === '' || item.includes(','))) {
      return complain('a StringList cannot hold an empty text or a comma', `use --skip ${name}`);
    }
    return [{ parameter: { name, type: 'StringList' }, value: Buffer.from(value.join(',')) }];
  });
  const [first] = problems;
  if (first) throw new CofferError('source', first.message, { ...first, problems });
  return chosen;
}

/** A slip in such a name would import or show what was meant to be left out or hidden. */
function warnOfUnused(
  entries: readonly Entry[],
  file: string,
  host: Host,
  { secret = [], plain = [], skip = [] }: Choice,
): void {
  const names = entries.map(({ name }) => name);
  for (const [flag, patterns] of Object.entries({ secret, plain, skip })) {
    for (const pattern of patterns) {
      if (names.some(matcher([pattern]))) continue;
      const message = `--${flag} ${pattern} fits no value of ${file}`;
      host.warn({ message, hint: didYouMean(pattern, names) });
    }
  }
}

function refuseTwice(entries: readonly Entry[], file: string): void {
  const seen = new Map<string, number>();
  const problems = entries.flatMap(({ name, line }): Problem[] => {
    const before = seen.get(name);
    seen.set(name, line);
    const message = `${name} is there twice, first in line ${before}`;
    const hint = 'remove the one that does not count: most readers take the last';
    return before === undefined ? [] : [{ message, hint, place: { file, line, column: 1 } }];
  });
  const [first] = problems;
  if (first) throw new CofferError('source', first.message, { ...first, problems });
}

async function plainRule(
  entries: readonly Entry[],
  host: Host,
  { secret = [], plain = [], askPlain }: Choice,
): Promise<(name: string) => boolean> {
  const isSecret = matcher(secret);
  const isNamed = matcher(plain);
  const open = entries.filter(({ name }) => !isSecret(name) && !isNamed(name));
  let isAnswered = matcher([]);
  if (open.length > 0 && askPlain) {
    isAnswered = matcher(await askPlain(open.map(({ name }) => name)));
  } else if (open.length > 0) {
    const all = countOf(entries.length, 'value');
    const which = open.length < entries.length ? `${open.length} of ${all}` : all;
    const become = open.length === 1 ? 'becomes a secret' : 'become secrets';
    host.note(`${which} ${become}, because nothing says otherwise (--plain NAME)`);
  }
  return (name) => !isSecret(name) && (isNamed(name) || isAnswered(name));
}

function namesOf(entries: readonly Entry[]): string {
  return entries.map(({ name }) => name).join(', ');
}
