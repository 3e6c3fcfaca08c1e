/** Faults in writing files: what keeps a manifest whole, and what was there before. */
export const files = [
  {
    fault: 'a new text is not on the disk when it takes the place of the old one',
    file: 'src/files/staged-file.ts',
    find: 'await this.#handle.sync();',
    replace: '',
  },
  {
    fault: 'a rename is not on the disk when the command ends',
    file: 'src/files/staged-file.ts',
    find: 'this.#forget();\n    syncFolder(dirname(target));',
    replace: 'this.#forget();',
  },
  {
    fault: 'what an editor saved meanwhile is overwritten',
    file: 'src/files/replace.ts',
    find: 'await options.beforehand?.();',
    replace: '',
  },
  {
    fault: 'the mode of a file is not kept',
    file: 'src/files/replace.ts',
    find: 'await handle.chmod(old.mode & 0o7777);',
    replace: '',
  },
  {
    fault: 'a file of plaintext can be read by everybody',
    file: 'src/files/private-file.ts',
    find: 'isPrivate: true',
    replace: 'isPrivate: false',
  },
  {
    fault: 'a write that failed leaves its temporary file behind',
    file: 'src/files/replace.ts',
    find: 'staged.discard();',
    replace: '',
  },
  {
    fault: 'the temporary file of a killed process stays',
    file: 'src/files/staged-file.ts',
    find: 'if (isRunning({ ...me, pid: Number(pid), started }) === false) {',
    replace: 'if (pid === undefined) {',
  },
  {
    fault: 'two processes write one manifest at once, as no lock is taken',
    file: 'src/seal/locked.ts',
    find: 'return first ? withLock(first, patience, () => lockAll(more, patience, work)) : work();',
    replace: 'return first && patience && more ? work() : work();',
  },
  {
    fault: 'a lock is taken from the process that holds it',
    file: 'src/files/lock.ts',
    find: 'if (!isDead(path, holder, me)) return { holder };',
    replace: '',
  },
  {
    fault: 'the blob of another manifest is deleted',
    file: 'src/seal/blob-files.ts',
    find: 'dirname(path) === folder && path.endsWith(ENDING)',
    replace: 'path.endsWith(ENDING)',
  },
  {
    fault: 'a blob is deleted that another manifest still names',
    file: 'src/seal/blob-files.ts',
    find: 'own.filter((path) => !mentioned.has(basename(path)))',
    replace: 'own.filter((path) => mentioned && path)',
  },
  {
    fault: 'the name of a parameter leads out of the folder that values are written to',
    file: 'src/files/value-files.ts',
    find: "path.split('/').some((part) => part === '.' || part === '..')",
    replace: "path === '..'",
  },
  {
    fault: 'a temporary file that cannot be removed ends the command',
    file: 'src/files/remove.ts',
    find: '  } catch {\n    return false;\n  }',
    replace: '  } catch (error) {\n    throw error;\n  }',
  },
  {
    fault: 'the next command forgets blobs that could not be removed',
    file: 'src/seal/apply.ts',
    find: 'forget(left);',
    replace: 'forget([]);',
  },
  {
    fault: 'an edit removes what the editor of another one has open',
    file: 'src/files/private-folder.ts',
    find: 'isRunning({ ...me, pid: Number(pid), started }) !== false',
    replace: 'false',
  },
];
