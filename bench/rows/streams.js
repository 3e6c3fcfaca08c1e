// Large data through put and get, to and from a server in memory. The peer is what anybody would
// need at least: encryption at the speed of openssl, and a copy of as many bytes by the AWS CLI.
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { coffer } from '../support/manifests.js';
import { shell } from '../support/measure.js';
import { writeNoise } from '../support/noise.js';

export const subject = 'Streams';

const run = promisify(execFile);

const PEAK_MIB = 250;
const PLAIN = 's3://bench/plain';
const CIPHER = 'openssl enc -aes-256-ctr -K $(printf %064d 1) -iv $(printf %032d 1) -out /dev/null';
const TARGET = ['-p', 'bench/data', '-b', 'bench', '-k', 'alias/bench'];

export const rows = [
  // Start-up is a large part of a small stream, so the bounds are for a large one.
  ...rowsOf(64, '64 MiB', 16),
  ...rowsOf(1024, '1 GiB', 64, { put: 1.1, get: 1.2, getFile: 0.9 }),
  ...rowsOf(2048, '2 GiB', 128),
];

function rowsOf(mib, size, quick, bounds) {
  const bound = (what) => bounds && { peer: 'openssl+aws', ratio: bounds[what], peak: PEAK_MIB };
  const down = `aws s3 cp --quiet ${PLAIN} plain`;
  return [
    {
      name: `put-${mib}`,
      what: `\`put\` of ${size}`,
      bound: bound('put'),
      async prepare(lab, room) {
        await writeNoise(join(room, 'data'), lab.size(mib, quick));
        return {
          ours: shell(`$COFFER put ${TARGET.join(' ')} < data`),
          peers: {
            'openssl+aws': shell(`${CIPHER} -in data; aws s3 cp --quiet data ${PLAIN}`),
            'openssl+s5cmd': shell(`${CIPHER} -in data; s5cmd cp data ${PLAIN}`),
            'age+aws': shell(`${age('data')} | aws s3 cp --quiet - ${PLAIN}`),
          },
          before: () => lab.emptySink(),
          after: () => rm(room, { recursive: true }),
        };
      },
    },
    {
      name: `get-${mib}`,
      what: `\`get\` of ${size} into a pipe`,
      bound: bound('get'),
      prepare: (lab, room) =>
        prepareGet(lab, room, lab.size(mib, quick), {
          ours: shell('$COFFER get /bench/data | cat > /dev/null'),
          peers: {
            'openssl+aws': shell(`${down}; ${CIPHER} -in plain`),
            'openssl+s5cmd': shell(`s5cmd cp ${PLAIN} plain; ${CIPHER} -in plain`),
          },
        }),
    },
    {
      name: `get-file-${mib}`,
      what: `\`get -o\` of ${size}`,
      bound: bound('getFile'),
      prepare: (lab, room) =>
        prepareGet(lab, room, lab.size(mib, quick), {
          ours: ['coffer', 'get', '/bench/data', '-o', 'back'],
          peers: {
            'openssl+aws': shell(`${down}; ${CIPHER} -in plain`),
            'openssl+s5cmd': shell(`s5cmd cp ${PLAIN} plain; ${CIPHER} -in plain`),
          },
        }),
    },
  ];
}

async function prepareGet(lab, room, mib, commands) {
  const data = join(room, 'data');
  await writeNoise(data, mib);
  await coffer(lab, room, 'put', ...TARGET, '--file', 'data');
  const body = Readable.toWeb(createReadStream(data));
  const plain = PLAIN.replace('s3:/', lab.env.AWS_ENDPOINT_URL_S3);
  await fetch(plain, { method: 'PUT', body, duplex: 'half' });
  await rm(data);
  return {
    ...commands,
    // What one command wrote is not the next one's work: neither to free, nor to bring to the disk.
    before: async () => {
      for (const file of ['back', 'plain']) await rm(join(room, file), { force: true });
      await run('sync');
    },
    after: () => rm(room, { recursive: true }),
  };
}

/** For a new identity: what age writes is not read again. */
function age(file) {
  return `age -r $(age-keygen 2> /dev/null | age-keygen -y) ${file}`;
}
