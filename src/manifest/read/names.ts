import { quote } from '../yaml/faults.ts';

const MAX_LEVELS = 15;
const MAX_FULL_NAME = 1011;
const RESERVED = /^(?:aws|ssm)/i;

interface Finding {
  message: string;
  hint: string;
}

/** The prefix of all names: one slash at its end, whatever was typed. */
export function normalizePath(text: string): string {
  return `${text.replace(/\/+$/, '')}/`;
}

/** What SSM would refuse in every name below `path`. */
export function findPathFault(path: string): Finding | undefined {
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

/** What SSM would refuse in the parameter's name; nothing that the path is to blame for. */
export function findNameFault(path: string, name: string): Finding | undefined {
  const subject = `the name ${quote(name)}`;
  if (name === '') return { message: 'the name is empty', hint: 'give the parameter a name' };
  if (/[^A-Za-z0-9_./-]/.test(name)) {
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
  return findLengthFault(path + name, subject);
}

function findLengthFault(fullName: string, subject: string): Finding | undefined {
  if (fullName.split('/').length - 1 > MAX_LEVELS) {
    return {
      message: `${subject} is too deep: SSM allows ${MAX_LEVELS} levels, those of "path" included`,
      hint: 'use fewer slashes',
    };
  }
  if (fullName.length > MAX_FULL_NAME) {
    return {
      message: `${subject} is too long: SSM allows ${MAX_FULL_NAME} characters, "path" included`,
      hint: 'choose a shorter name or "path"',
    };
  }
  return undefined;
}
