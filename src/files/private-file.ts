import { access, lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CofferError } from '../errors.ts';
import { explainFileError } from './errors.ts';
import { MOST_LINKS } from './names.ts';
import { shellFile } from './shell-words.ts';
import { replaceFile } from './replace.ts';
import { stopIfAborted } from '../host.ts';

/**
 * Writes a file that only its owner can read. It gets its name when it is complete; if `chunks`
 * throws or `signal` aborts, nothing appears.
 */
export async function writePrivateFile(
  file: string,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  signal?: AbortSignal,
): Promise<void> {
  const untilAborted = async function* () {
    for await (const chunk of chunks) {
      stopIfAborted(signal);
      yield chunk;
    }
  };
  await replaceFile(file, untilAborted(), { isPrivate: true });
}

/**
 * Whether something, even a dangling link, is in the place of a new file. Called before any work,
 * it finds a missing folder before the work is lost.
 */
export async function isThere(file: string): Promise<boolean> {
  await requireFolder(file);
  return lstat(file).then(
    () => true,
    () => false,
  );
}

/** @throws CofferError `usage` that says how to make the folder of a new file, if it is missing */
export async function requireFolder(file: string): Promise<void> {
  const folder = dirname(file);
  await access(folder).catch((cause: unknown) => {
    const failure = explainFileError(cause, 'write', file);
    const isMissing =
      failure instanceof CofferError && failure.message.endsWith('folder not found');
    if (!isMissing) throw failure;
    const hint = `make its folder with mkdir -p ${shellFile(folder)}; or is the name relative to another folder?`;
    throw new CofferError(failure.code, failure.message, { hint, cause });
  });
}

/**
 * Whether `file` cannot be replaced: a device, or a pipe such as that of `>(command)`.
 * `/dev/stdout` counts too, even if the shell redirects it to a file, and so does a link to it.
 */
export async function isPipeOrDevice(file: string): Promise<boolean> {
  if (await leadsToDevices(file)) return true;
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

/**
 * The number of this process's descriptor to which a path leads: `/dev/stdout`, `/dev/fd/3`, or a
 * link to one. Whoever opened it anew would write from another position.
 */
export async function descriptorOf(file: string, links = MOST_LINKS): Promise<number | undefined> {
  const { here, target } = await nextStep(file);
  const [, pid, number] = /^\/(?:proc\/(\d+)(?:\/task\/\d+)?|dev)\/fd\/(\d+)$/.exec(here) ?? [];
  if (number !== undefined && (pid === undefined || Number(pid) === process.pid)) {
    return Number(number);
  }
  return target !== undefined && links > 0 ? descriptorOf(target, links - 1) : undefined;
}

/** Where a path is when the links of its folder are followed, and where its own link leads. */
async function nextStep(file: string): Promise<{ here: string; target: string | undefined }> {
  const path = resolve(file);
  const folder = await realpath(dirname(path)).catch(() => dirname(path));
  const here = join(folder, basename(path));
  const target = await readlink(here).catch(() => undefined);
  return { here, target: target === undefined ? undefined : resolve(folder, target) };
}

/**
 * Refuses a pipe with a name that somebody else made, who could read from it. What the shell passes
 * is the caller's, and root reads everything.
 * @throws CofferError `usage`
 */
export async function refuseForeignPipe(file: string): Promise<void> {
  const found = (await leadsToDevices(file)) ? undefined : await stat(file).catch(() => undefined);
  if (!found?.isFIFO() || [0, process.getuid?.() ?? found.uid].includes(found.uid)) return;
  throw new CofferError('usage', `cannot write ${file}: the pipe belongs to somebody else`, {
    hint: `if you mean it, let the shell write there: coffer … > ${shellFile(file)}`,
  });
}

/**
 * Whether a path, or a link there, leads to what the system gives a name: `/dev/stdin`, or what the
 * shell makes of `<(command)`. `/dev/shm` is a folder of files in memory.
 */
export async function leadsToDevices(file: string, links = MOST_LINKS): Promise<boolean> {
  const { here, target } = await nextStep(file);
  if ([resolve(file), here].some((one) => /^\/(?:dev(?!\/shm\/)|proc)\//.test(one))) return true;
  return target !== undefined && links > 0 && leadsToDevices(target, links - 1);
}
