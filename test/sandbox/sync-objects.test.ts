import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { readManifest } from '../../src/manifest/index.ts';
import { desiredState } from '../../src/plan/desired.ts';
import { createObjectWriter } from '../../src/plan/object-writer.ts';
import { PATIENT } from '../../src/stores/patience.ts';
import { planChanges } from '../../src/plan/plan.ts';
import { changeTask, saveTask, type SsmWriting } from '../../src/stores/write.ts';
import { Opener } from '../../src/seal/opener.ts';
import { useAws } from '../support/aws.ts';
import { startCoffer } from '../support/child.ts';
import { controlOf } from '../support/control.ts';
import { leftoversIn } from '../support/leftovers.ts';
import { createScene } from '../support/scene.ts';
import { kmsOf, objectsOf, parametersOf } from '../support/services.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const control = controlOf(aws);
const stored = storedIn(aws);
const leftovers = leftoversIn(aws);

const BLOB = '  - {name: blob, type: SecureString, file: blob}\n';

/** What sync and save have to do, with a gc that deletes the object while its pointer is written. */
async function createRaced() {
  const content = randomBytes(6000);
  const app = await createScene(aws, BLOB, { files: { blob: content } });
  await app.succeed(['encrypt', 'app.yml']);
  const manifest = await readManifest(`${app.folder}/app.yml`);
  const [kms, objects] = [kmsOf(aws), objectsOf(aws)];
  const parameters = parametersOf(aws);
  const writing: SsmWriting = {
    patience: { ...PATIENT, sleep: () => Promise.resolve() },
    versions: new Map(),
    objects: createObjectWriter(manifest, {
      fileKeyKms: kms,
      kms,
      objects,
      rescue: (failure) => Promise.reject(failure),
    }),
    parameters: {
      ...parameters,
      async put(parameter) {
        const version = await parameters.put(parameter);
        for (const key of await stored.objects(app.prefix)) await stored.removeObject(key);
        return version;
      },
    },
  };
  const wanted = await desiredState(manifest, new Opener(manifest, kms), { allowPlaintext: false });
  const expectWhole = async () => {
    const { stdout } = await app.succeed(['get', `${app.prefix}blob`]);
    expect(stdout.equals(content)).toBe(true);
  };
  return { app, wanted, writing, expectWhole };
}

test.each(['present', 'missing'])(
  'sync writes an object that was %s again if it is deleted while its pointer is written',
  async (before) => {
    const { app, wanted, writing, expectWhole } = await createRaced();
    if (before === 'present') {
      await app.succeed(['save', 'app.yml']);
      await stored.put(`${app.prefix}blob`, 'another pointer');
    }
    const etag = before === 'present' ? '"of the plan"' : undefined;
    const there = (await stored.metadata(app.prefix)).get('blob');
    const changes = planChanges(wanted, {
      objects: new Map(wanted.map(({ name }) => [name, etag ? { etag } : { fault: 'missing' }])),
      tags: new Map(),
      parameters: new Map(
        wanted.flatMap((item) =>
          there
            ? [
                [
                  item.name,
                  {
                    ...item,
                    secret: undefined,
                    version: there.Version ?? 0,
                    tier: 'Standard',
                    dataType: 'text',
                    value: 'x',
                  },
                ],
              ]
            : [],
        ),
      ),
    });
    for (const change of changes) await changeTask(change, writing).run();
    await expectWhole();
  },
);

test('save writes an object again if it is deleted while its pointer is written', async () => {
  const { wanted, writing, expectWhole } = await createRaced();
  for (const item of wanted) await saveTask(item, writing).run();
  await expectWhole();
});

test.each([
  ['sync', 'app.yml', '--yes'],
  ['save', 'app.yml'],
])('Ctrl-C cancels the parts that %s sent', { timeout: 60_000 }, async (...args) => {
  const app = await createScene(aws, BLOB, { files: { blob: randomBytes(60 * 1024 * 1024) } });
  await app.succeed(['encrypt', 'app.yml']);
  await control.disturb({ latencyMs: 100 });
  await control.forgetCalls();
  const child = startCoffer(args, { cwd: app.folder, env: aws.env });
  await control.untilCalled('s3:UploadPart');
  child.kill('SIGINT');
  const { code, stderr } = await child.finished;
  expect(code, stderr).toBe(130);
  expect(stderr).toContain('the upload was interrupted');
  expect(await leftovers(app.prefix)).toEqual({ objects: [], uploads: [] });
  expect(await stored.values(app.prefix)).toEqual({});
});
