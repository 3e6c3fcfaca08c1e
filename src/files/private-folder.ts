import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { access, constants, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '../errors.ts';
import { isRunning, machineTag, thisProcess } from './this-process.ts';
import { undoAtExit } from './undo.ts';

const TMPFS = 0x01021994;

/** Where private files go, by the variables of the caller's environment that name such a place. */
interface Places {
  XDG_RUNTIME_DIR?: string | undefined;
}

/** Creates a folder for its owner only, in memory if there is such a file system. */
export async function makePrivateFolder(places: Places): Promise<string> {
  return mkdtemp(join(await placeFor(places), 'coffer-'));
}

/**
 * The same for an editor, which uses it no longer than this process runs. So it first removes those
 * of processes that were killed: nobody else does.
 */
export async function makeEditorFolder(places: Places): Promise<string> {
  const place = await placeFor(places);
  removeAbandoned(place);
  const me = thisProcess();
  return mkdtemp(join(place, `coffer-edit-${machineTag(me)}-${me.pid}-${me.started}-`));
}

async function placeFor({ XDG_RUNTIME_DIR }: Places): Promise<string> {
  for (const folder of [XDG_RUNTIME_DIR, '/dev/shm']) {
    if (folder && (await isInMemory(folder))) return folder;
  }
  return tmpdir();
}

const EDITOR_FOLDER = /^coffer-edit-(?<tag>[0-9a-f]+)-(?<pid>\d+)-(?<started>\d*)-/;

function removeAbandoned(place: string): void {
  const me = thisProcess();
  for (const name of readdirSync(place)) {
    const { tag, pid, started = '' } = EDITOR_FOLDER.exec(name)?.groups ?? {};
    if (tag !== machineTag(me) || isRunning({ ...me, pid: Number(pid), started }) !== false)
      continue;
    const folder = join(place, name);
    try {
      // In a place for all users, others may give theirs such a name.
      if (lstatSync(folder).uid === process.getuid?.()) rmSync(folder, { recursive: true });
    } catch {
      // Another process removes it too.
    }
  }
}

/**
 * Removes a private folder and what is in it. Nothing fails for it, or the work would be lost: what
 * cannot be removed is tried again when the process ends.
 * @param warn told if plaintext may stay
 */
export function removePrivateFolder(folder: string, warn: (problem: Problem) => void): void {
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    remove();
  } catch {
    undoAtExit(remove);
    warn({ message: `${folder} holds plaintext, and cannot be removed`, hint: 'delete it' });
  }
}

async function isInMemory(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return (await statfs(folder)).type === TMPFS;
  } catch {
    return false;
  }
}
