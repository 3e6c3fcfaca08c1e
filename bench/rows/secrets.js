// What runs at every shell start and every step of CI: decrypt, export, exec.
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isInstalled } from '../support/lab.js';
import { coffer, plaintext, writeForSops, writeManifest } from '../support/manifests.js';
import { shell } from '../support/measure.js';

export const subject = 'Secrets of a file';

const OURS = {
  decrypt: ['coffer', 'decrypt', 'app.yml'],
  export: ['coffer', 'export', 'app.yml'],
  exec: ['coffer', 'exec', 'app.yml', '--', 'true'],
};

/** The commands of others that do the same; they run only where the program is installed. */
const PEERS = {
  decrypt: { sops: ['sops', 'decrypt', 'sops.yml'], psyml: ['psyml', 'decrypt', 'psyml.yml'] },
  export: {
    sops: ['sops', 'decrypt', '--output-type', 'dotenv', 'sops.yml'],
    chamber: ['chamber', 'export', 'bench'],
  },
  exec: {
    sops: ['sops', 'exec-env', 'sops.yml', 'true'],
    chamber: ['chamber', 'exec', 'bench', '--', 'true'],
  },
};

const COUNTS = [1, 30, 200, 2000];

export const rows = [
  ...Object.keys(OURS).flatMap((command) =>
    COUNTS.flatMap((count) => [rowOf(command, count, 'warm'), rowOf(command, count, 'cold')]),
  ),
  {
    name: 'decrypt-files',
    what: '`decrypt` of 100 manifests of 30 in one call',
    bound: { peer: 'sops', ratio: 0.5 },
    prepare: prepareMany,
  },
];

/** Cold is without what an earlier run may have left in the user's cache. */
function rowOf(command, count, state) {
  return {
    name: `${command}-${count}-${state}`,
    what: `\`${command}\` of ${count.toLocaleString('en')}, ${state}`,
    bound: count === 30 && state === 'warm' ? { peer: 'node', ratio: 2.8 } : undefined,
    async prepare(lab, room) {
      await writeManifest(
        lab,
        room,
        'app.yml',
        plaintext('/bench/', lab.size(count, Math.min(count, 200))),
      );
      await writeForSops(room, lab, 'sops.yml', count);
      if (isInstalled('psyml')) await writeForPsyml(lab, room);
      if (isInstalled('chamber')) await coffer(lab, room, 'sync', 'app.yml', '--yes');
      const forget = () => rm(join(lab.folder, '.cache'), { recursive: true, force: true });
      return {
        ours: OURS[command],
        peers: { node: ['node', '-e', '0'], ...PEERS[command] },
        ...(state === 'cold' && { before: forget }),
      };
    },
  };
}

/** If this fails, so does psyml's own command, which skips it. */
async function writeForPsyml(lab, room) {
  const options = { cwd: room, env: { ...lab.env, PSYML_KEY_ALIAS: 'alias/coffer' } };
  const script = 'cp app.yml.plain psyml.yml && psyml encrypt psyml.yml';
  await promisify(execFile)('bash', ['-c', script], options).catch(() => {});
}

async function prepareMany(lab, room) {
  const [program, ...help] = lab.argv(['coffer', 'decrypt', '--help']);
  const { stdout } = await promisify(execFile)(program, help, { env: lab.env });
  if (!stdout.includes('--out-dir')) return { skip: 'decrypt takes one manifest' };
  const names = Array.from({ length: lab.size(100, 10) }, (_, i) => `app${i}`);
  for (const name of names) {
    await writeManifest(lab, room, `${name}.yml`, plaintext(`/bench/${name}/`, 30));
    await writeForSops(room, lab, `${name}.sops.yml`, 30);
  }
  const files = names.map((name) => `${name}.yml`);
  return {
    ours: ['coffer', 'decrypt', ...files, '--out-dir', 'out'],
    peers: {
      sops: shell('for file in *.sops.yml; do sops decrypt $file > /dev/null; done'),
      'bash: a call for each': shell(
        'for file in app*[0-9].yml; do $COFFER decrypt $file > /dev/null; done',
      ),
    },
    before: () => rm(join(room, 'out'), { recursive: true, force: true }),
  };
}
