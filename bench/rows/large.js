// What changes large manifests: encrypt, edit, set and the merge driver.
import { copyFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { plaintext, script, writeForSops, writeManifest } from '../support/manifests.js';
import { shell } from '../support/measure.js';

export const subject = 'Large manifests';

const PEAK_MIB = 250;

export const rows = [
  {
    name: 'encrypt-200',
    what: '`encrypt` of 200 new values',
    async prepare(lab, room) {
      await writeManifest(lab, room, 'app.yml', plaintext('/bench/', 200));
      const before = () => copyFile(join(room, 'app.yml.plain'), join(room, 'app.yml'));
      return { ours: ['coffer', 'encrypt', 'app.yml'], before };
    },
  },
  {
    name: 'edit-1000',
    what: '`edit` of one of 1,000',
    async prepare(lab, room) {
      const count = lab.size(1000, 100);
      await writeManifest(lab, room, 'app.yml', plaintext('/bench/', count));
      await writeForSops(room, lab, 'sops.yml', count);
      const editor = 'EDITOR="sed -i \'s/value 50$/another value/\'"';
      return {
        ours: shell(`${editor} $COFFER edit app.yml`),
        peers: { sops: shell(`${editor} sops edit sops.yml`) },
        before: await restoring(room, 'app.yml', 'sops.yml'),
      };
    },
  },
  {
    name: 'encrypt-10000',
    what: '`encrypt` of 10,000 with nothing new',
    bound: { seconds: 1.2, peak: PEAK_MIB },
    async prepare(lab, room) {
      await writeManifest(lab, room, 'app.yml', plaintext('/bench/', lab.size(10_000, 500)));
      return { ours: ['coffer', 'encrypt', 'app.yml'] };
    },
  },
  {
    name: 'set-10000',
    what: '`set` of a new name among 10,000',
    bound: { seconds: 2, peak: PEAK_MIB },
    async prepare(lab, room) {
      await writeManifest(lab, room, 'app.yml', plaintext('/bench/', lab.size(10_000, 500)));
      return {
        ours: shell('echo new | $COFFER set app.yml new'),
        before: await restoring(room, 'app.yml'),
      };
    },
  },
  {
    name: 'merge-10000',
    what: '`merge-driver` with 10,000 and a change on each side',
    bound: { seconds: 3, peak: PEAK_MIB },
    async prepare(lab, room) {
      await writeManifest(lab, room, 'base.yml', plaintext('/bench/', lab.size(10_000, 500)));
      await script(lab, room, 'cp base.yml ours.yml; echo ours | $COFFER set ours.yml group6/p20');
      await script(
        lab,
        room,
        'cp base.yml theirs.yml; echo theirs | $COFFER set theirs.yml group1/p400',
      );
      return {
        ours: ['coffer', 'merge-driver', 'base.yml', 'ours.yml', 'theirs.yml'],
        peers: { git: ['git', 'merge-file', 'ours.yml', 'base.yml', 'theirs.yml'] },
        before: await restoring(room, 'ours.yml'),
      };
    },
  },
];

/** Puts files back as they are now. */
async function restoring(room, ...files) {
  const saved = join(room, 'saved');
  for (const file of files) await cp(join(room, file), join(saved, file)).catch(() => {});
  return () => cp(saved, room, { recursive: true });
}
