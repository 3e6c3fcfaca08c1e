import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A temporary folder for one test. */
export interface Workspace {
  folder: string;
  path: (name: string) => string;
  write: (name: string, content: string | Uint8Array) => Promise<void>;
  read: (name: string) => Promise<Buffer>;
  text: (name: string) => Promise<string>;
  /** Every file in it, by relative path, sorted. */
  files: () => Promise<string[]>;
}

/** Creates a folder with `files`, and removes it at the end of the test. */
export async function createWorkspace(
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const workspace = useFolder(folder);
  for (const [name, content] of Object.entries(files)) await workspace.write(name, content);
  return workspace;
}

/** The same for a folder that the caller removes. */
export function useFolder(folder: string): Workspace {
  const path = (name: string) => join(folder, name);
  const write = async (name: string, content: string | Uint8Array) => {
    await mkdir(dirname(path(name)), { recursive: true });
    await writeFile(path(name), content);
  };
  return {
    folder,
    path,
    write,
    read: (name) => readFile(path(name)),
    text: (name) => readFile(path(name), 'utf8'),
    async files() {
      const found = await readdir(folder, { recursive: true, withFileTypes: true });
      return found
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
        .sort();
    },
  };
}
