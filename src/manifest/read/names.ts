import { partitionOf } from '../../aws/regions.ts';
import type { Refusal } from '../model.ts';
import { quote } from '../yaml/faults.ts';

const MAX_LEVELS = 15;
/** Of a parameter's ARN: what stands before the name in it counts. */
const MAX_ARN = 1011;
const ANY_ACCOUNT = '111122223333';
const RESERVED = /^(?:aws|ssm)/i;

/** The prefix of all names: one slash at its end, whatever was typed. */
export function normalizePath(text: string): string {
  return `${text.replace(/\/+$/, '')}/`;
}

/** What SSM would refuse in every name below `path`. */
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
      message: '"path" holds a character that SSM does not allow',
      hint: 'use letters, digits and _ . - /',
    };
  }
  if (RESERVED.test(path.slice(1))) {
    return { message: '"path" begins with aws or ssm, which SSM keeps for itself', hint: RENAME };
  }
  // One level is left for the names.
  if (segments.length >= MAX_LEVELS) {
    return {
      message: `"path" is too deep: SSM allows ${MAX_LEVELS} levels with the name's own`,
      hint: 'use fewer slashes',
    };
  }
  return undefined;
}

const RENAME = 'choose another first word';

const NAME = /^[A-Za-z0-9_./-]+$/;

/** A name as a message may show it: what SSM would refuse may be no name at all, but a value. */
export function quoteName(name: string): string | undefined {
  return NAME.test(name) ? quote(name) : undefined;
}

/** The most characters that a full name has in a region. */
function longestName(region: string): number {
  return MAX_ARN - `arn:${partitionOf(region)}:ssm:${region}:${ANY_ACCOUNT}:parameter`.length;
}

/** What SSM would refuse in the parameter's name; nothing that the path is to blame for. */
export function findNameFault(path: string, name: string, region: string): Refusal | undefined {
  const subject = 'its name';
  if (name === '') return { message: 'its name is empty', hint: 'give the parameter a name' };
  if (!NAME.test(name)) {
    return {
      message: `${subject} holds a character that SSM does not allow`,
      hint: 'use letters, digits and _ . - /',
    };
  }
  if (name.startsWith('/')) {
    return {
      message: `${subject} begins with a slash`,
      hint: 'leave "path" out of the name: it is put before it',
    };
  }
  if (name.endsWith('/') || name.includes('//')) {
    return {
      message: `${subject} has an empty part between or behind its slashes`,
      hint: 'remove the slash that is too many',
    };
  }
  if (path === '/' && RESERVED.test(name)) {
    return {
      message: `${subject} begins with aws or ssm, which SSM keeps for itself`,
      hint: 'choose another first word, or a "path"',
    };
  }
  return findLengthFault(path + name, subject, longestName(region));
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
