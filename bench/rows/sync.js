// What compares with AWS, 20 ms away: diff and sync.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeNoise } from '../support/noise.js';
import { coffer, plaintext, writeManifest } from '../support/manifests.js';
import { shell } from '../support/measure.js';

export const subject = 'In step with AWS';

const LATENCY_MS = 20;

export const rows = [
  ...[1000, 10_000].flatMap((count) => [
    {
      name: `diff-${count}`,
      what: `\`diff\` of ${count.toLocaleString('en')}`,
      prepare: (lab, room) => prepareSynced(lab, room, count, ['coffer', 'diff', 'app.yml']),
    },
    {
      name: `sync-${count}`,
      what: `\`sync\` of ${count.toLocaleString('en')} with nothing to do`,
      prepare: (lab, room) =>
        prepareSynced(lab, room, count, ['coffer', 'sync', 'app.yml', '--yes']),
    },
    {
      name: `first-sync-${count}`,
      what: `the first \`sync\` of ${count.toLocaleString('en')}`,
      prepare: (lab, room) => prepareFirst(lab, room, count),
    },
  ]),
  {
    name: 'file-encrypt',
    what: '`encrypt` with a `file:` of 1 GiB that did not change',
    bound: { peak: 250 },
    async prepare(lab, room) {
      await writeBig(lab, room);
      return {
        ours: ['coffer', 'encrypt', 'app.yml', '--max-size', '2GiB'],
        peers: { openssl: ['openssl', 'dgst', '-sha256', 'big'] },
      };
    },
  },
  {
    name: 'file-sync',
    what: '`sync` with a `file:` of 1 GiB that did not change',
    bound: { peak: 250 },
    async prepare(lab, room) {
      await writeBig(lab, room);
      await coffer(lab, room, 'sync', 'app.yml', '--yes', '--max-size', '2GiB');
      return {
        ours: ['coffer', 'sync', 'app.yml', '--yes', '--max-size', '2GiB'],
        peers: { openssl: ['openssl', 'dgst', '-sha256', 'big'] },
      };
    },
  },
];

/** The longest chain of calls that any program needs is that of DescribeParameters: 50 in each. */
async function prepareSynced(lab, room, full, ours) {
  const path = `/bench/${full}/`;
  await writeManifest(
    lab,
    room,
    'app.yml',
    plaintext(path, lab.size(full, full / 50), { every: 10 }),
  );
  await coffer(lab, room, 'sync', 'app.yml', '--yes');
  await lab.delay(LATENCY_MS);
  const filter = `Key=Name,Option=BeginsWith,Values=${path}`;
  return {
    ours,
    peers: {
      aws: shell(
        `aws ssm describe-parameters --page-size 50 --parameter-filters ${filter} > /dev/null`,
      ),
    },
    after: () => lab.delay(0),
  };
}

/** Each time under another path, where nothing is yet. */
async function prepareFirst(lab, room, full) {
  let laps = 0;
  return {
    ours: ['coffer', 'sync', 'app.yml', '--yes'],
    async before() {
      await lab.delay(0);
      const path = `/bench/first/${full}/${laps++}/`;
      await writeManifest(
        lab,
        room,
        'app.yml',
        plaintext(path, lab.size(full, full / 50), { every: 10 }),
      );
      await lab.delay(LATENCY_MS);
    },
    after: () => lab.delay(0),
  };
}

async function writeBig(lab, room) {
  await writeNoise(join(room, 'big'), lab.size(1024, 64));
  const text = `${plaintext('/bench/big/', 1)}  - {name: big, type: SecureString, file: big}\n`;
  await writeFile(join(room, 'app.yml'), text);
  await coffer(lab, room, 'encrypt', 'app.yml', '--max-size', '2GiB');
}
