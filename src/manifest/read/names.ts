import { partitionOf } from '../../aws/regions.ts';
import type { Refusal, StoreName } from '../model.ts';
import { quote } from '../yaml/faults.ts';

const MAX_LEVELS = 15;
/** Length limit of a parameter's ARN, which includes the text before the name. */
const MAX_ARN = 1011;
const ANY_ACCOUNT = '111122223333';
const RESERVED = /^(?:aws|ssm)/i;

/** The prefix of all names, with exactly one slash at its end. */
export function normalizePath(text: string): string {
  return `${text.replace(/\/+$/, '')}/`;
}

/** Why SSM would refuse every name below `path`. */
export function findPathFault(path: string): Refusal | undefined {
  if (!path.startsWith('/')) {
    return { message: '"path" does not begin with a slash', hint: 'write it as "/apps/superman/"' };
  }
  const segments = path.slice(1, -1).split('/');
  if (path !== '/' && segments.includes('')) {
    return { message: '"path" has two slashes in a row', hint: 'remove one of them' };
  }
  if (/[^A-Za-z0-9_./-]/.test(path)) {
    return {
      message: '"path" contains a character that SSM does not allow',
      hint: 'use letters, digits and _ . - /',
    };
  }
  if (RESERVED.test(path.slice(1))) {
    return { message: '"path" begins with aws or ssm, which SSM reserves', hint: RENAME };
  }
  // Leaves one level for the names.
  if (segments.length >= MAX_LEVELS) {
    return {
      message: `"path" is too deep: SSM allows ${MAX_LEVELS} levels, the name's included`,
      hint: 'use fewer slashes',
    };
  }
  return undefined;
}

const RENAME = 'choose another first word';

/** What SSM accepts in a name. */
export const NAME_CHARACTER = /[A-Za-z0-9_./-]/;
const NAME = new RegExp(`^${NAME_CHARACTER.source}+$`);

/** A name for a message, if SSM would accept it: anything else may be a misplaced value. */
export function quoteName(name: string): string | undefined {
  return NAME.test(name) ? quote(name) : undefined;
}

/** The maximum length of a full name in a region. */
function longestName(region: string): number {
  return MAX_ARN - `arn:${partitionOf(region)}:ssm:${region}:${ANY_ACCOUNT}:parameter`.length;
}

/** The names of Secrets Manager are that long at most. */
const LONGEST_SECRET = 512;

/** What decides whether a name is possible. */
interface NameRules {
  path: string;
  region: string;
  store: StoreName;
  /** A secret whose keys the names are. */
  secret?: string | undefined;
}

/** Why AWS would refuse a parameter's name, faults of the path excluded. */
export function findNameFault(name: string, rules: NameRules): Refusal | undefined {
  const { path, region, store, secret } = rules;
  const subject = 'its name';
  if (name === '') return { message: 'its name is empty', hint: 'give the parameter a name' };
  if (!NAME.test(name)) {
    return {
      message: `${subject} contains a character that SSM does not allow`,
      hint: 'use letters, digits and _ . - /',
    };
  }
  if (name.startsWith('/')) {
    return {
      message: `${subject} begins with a slash`,
      hint: 'write the name without "path", which coffer puts before it',
    };
  }
  if (name.endsWith('/') || name.includes('//')) {
    return {
      message: `${subject} has an empty part between or after its slashes`,
      hint: 'remove the extra slash',
    };
  }
  if (store === 'secretsmanager') {
    return secret === undefined ? findSecretFault(path + name, subject) : undefined;
  }
  if (path === '/' && RESERVED.test(name)) {
    return {
      message: `${subject} begins with aws or ssm, which SSM reserves`,
      hint: 'choose another first word, or a "path"',
    };
  }
  return findLengthFault(path + name, subject, longestName(region));
}

/** The slash at the beginning is not part of a secret's name. */
function findSecretFault(fullName: string, subject: string): Refusal | undefined {
  if (fullName.length - 1 <= LONGEST_SECRET) return undefined;
  return {
    message: `${subject} is too long: Secrets Manager allows ${LONGEST_SECRET} characters, "path" included`,
    hint: 'choose a shorter name or "path"',
  };
}

function findLengthFault(fullName: string, subject: string, longest: number): Refusal | undefined {
  if (fullName.split('/').length - 1 > MAX_LEVELS) {
    return {
      message: `${subject} is too deep: SSM allows ${MAX_LEVELS} levels, those of "path" included`,
      hint: 'use fewer slashes',
    };
  }
  if (fullName.length > longest) {
    return {
      message: `${subject} is too long: SSM allows ${longest} characters in this region, "path" included`,
      hint: 'choose a shorter name or "path"',
    };
  }
  return undefined;
}
