import { readlinkSync } from 'node:fs';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { CofferError } from '../errors.ts';
import { realpath } from '../files/at-once.ts';
import { MOST_LINKS } from '../files/names.ts';
import { shellFile } from '../files/shell-words.ts';
import { isTracked } from '../git/repository.ts';

/**
 * Refuses a manifest, which may be new, to which a link of git's leads out of its repository:
 * whoever can push a branch could otherwise have coffer read and write another file of the machine.
 * A link that git does not track is the caller's own.
 * @param allowed files and folders that the command line allows
 * @throws CofferError `usage`
 */
export async function refuseOutwardLink(
  file: string,
  allowed: readonly string[] = [],
): Promise<void> {
  for await (const link of trackedLinks(file)) {
    const { leadsTo, locateLink } = await import('./named-file.ts');
    const refused = await locateLink(link);
    if (!refused) continue;
    const path = await leadsTo(absolute(file));
    if (refused === 'in a git folder') {
      throw new CofferError('usage', `${file}: the link ${link} leads into a git folder: ${path}`, {
        hint: 'name a file that is part of the work tree',
      });
    }
    const real = await Promise.all(allowed.map((one) => leadsTo(absolute(one))));
    if (real.some((one) => isBelow(path, one))) return;
    throw new CofferError('usage', `${file} is ${refused} of the link ${link}: ${path}`, {
      hint: `name that file itself, or allow it on the command line: --allow-file ${shellFile(path)}`,
    });
  }
}

/**
 * Refuses a file or folder for output to which a link of git's leads, wherever: inside of the
 * repository too there are files that git ignores and people run.
 * @throws CofferError `usage`
 */
export async function refuseTrackedLink(file: string): Promise<void> {
  for await (const link of trackedLinks(file)) {
    throw new CofferError('usage', `cannot write ${file}: git tracks the link ${link}`, {
      hint: 'remove the link, or name the place itself: whoever changes the branch chooses where a link leads',
    });
  }
}

/** The links on the way to a file that git tracks, in the order in which the system follows them. */
async function* trackedLinks(file: string): AsyncGenerator<string> {
  const isPlain = await realpath(file).then(
    (path) => path === resolve(file),
    () => false,
  );
  if (isPlain) return;
  for (const link of linksTo(file)) if (await isTracked(link)) yield link;
}

/** All links on the way, also if nothing is at its end. */
function* linksTo(file: string): Generator<string> {
  let at: string = sep;
  let names = absolute(file).split(sep);
  for (let links = 0; names.length > 0 && links <= MOST_LINKS;) {
    const [name = '', ...rest] = names;
    const here = join(at, name);
    const target = name === '' ? undefined : findTarget(here);
    if (target === undefined) [at, names] = [here, rest];
    else {
      yield here;
      [at, names] = [isAbsolute(target) ? sep : at, [...target.split(sep), ...rest]];
      links += 1;
    }
  }
}

/** Not normalised: the system takes `..` from where a link leads. */
function absolute(file: string): string {
  return isAbsolute(file) ? file : join(process.cwd(), sep) + file;
}

function findTarget(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
