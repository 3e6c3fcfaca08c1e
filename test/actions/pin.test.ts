import { DeleteParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { encrypt } from '../../src/actions/encrypt.ts';
import { pin } from '../../src/actions/pin.ts';
import { checkPins } from '../../src/actions/pin/check.ts';
import { sync } from '../../src/actions/sync.ts';
import { pinsOf, type CofferSecret } from '../../src/formats/coffer-secret.ts';
import { REGION, useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, plain, secret, type Scene } from '../support/scene.ts';
import { createSecretScene } from '../support/secrets-manager.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const IN_S3 = '  - {name: tls/store, type: SecureString, value: long, store: s3}\n';
const ALL = secret('token', 'one') + plain('level', 'info') + IN_S3;

/** A manifest that is in AWS, and the report of its sync in sync.json. */
async function publish<App extends Scene>(app: App) {
  const { tools, said } = createTools(aws);
  const file = app.path('app.yml');
  await encrypt(tools, [file]);
  const report = await sync(tools, [file], { yes: true });
  await app.write('sync.json', JSON.stringify({ version: 1, ...report }));
  return { ...app, tools, said, file, report };
}

async function createPublished(parameters = ALL) {
  return publish(await createScene(aws, parameters));
}

describe('a pin', () => {
  test('names the version of each value, and the object of a pointer', async () => {
    const { tools, file, prefix, report } = await createPublished();
    const { resource, text } = await pin(tools, [file], { name: 'app', namespace: 'shop' });
    expect(resource).toMatchObject({
      apiVersion: 'coffer.dev/v1alpha1',
      kind: 'CofferSecret',
      metadata: { name: 'app', namespace: 'shop' },
      spec: {
        region: REGION,
        data: [
          { key: 'level', ssm: { name: `${prefix}level`, version: 1 } },
          {
            key: 'tls.store',
            ssm: {
              name: `${prefix}tls/store`,
              version: 1,
              object: report.regions[0]?.objects[`${prefix}tls/store`],
            },
          },
          { key: 'token', ssm: { name: `${prefix}token`, version: 1 } },
        ],
      },
    });
    expect(parse(text)).toEqual(resource);
    expect(resource.spec.data[1]?.ssm?.object).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is the same from a report, but for its time, which is not before', async () => {
    const { tools, file, path } = await createPublished();
    const options = { name: 'app', suffix: true, immutable: true };
    const asked = (await pin(tools, [file], options)).resource;
    const told = (await pin(tools, [file], { ...options, fromReport: path('sync.json') })).resource;
    expect(told.spec).toEqual(asked.spec);
    expect(told.metadata.name).toBe(asked.metadata.name);
    expect(Date.parse(timeOf(told))).toBeGreaterThanOrEqual(Date.parse(timeOf(asked)) - 1000);
  });

  test('prints the same bytes again, and another suffix for another version', async () => {
    const { tools, file, prefix } = await createPublished();
    const options = { name: 'app', suffix: true };
    const first = await pin(tools, [file], options);
    expect((await pin(tools, [file], options)).text).toBe(first.text);
    const { name } = first.resource.metadata;
    expect(name).toBe(`app-${pinsOf(first.resource.spec).slice(0, 8)}`);
    const next = { Name: `${prefix}level`, Value: 'info', Overwrite: true };
    await aws.ssm.send(new PutParameterCommand(next));
    expect((await pin(tools, [file], options)).resource.metadata.name).not.toBe(name);
  });

  test('has what the resource has besides, and no more', async () => {
    const { tools, file } = await createPublished();
    const { resource } = await pin(tools, [file], {
      name: 'app',
      only: ['token'],
      immutable: true,
      type: 'kubernetes.io/basic-auth',
      roleArn: 'arn:aws:iam::123456789012:role/shop',
      deletionPolicy: 'Retain',
      restart: ['deployment/api', 'StatefulSet/db'],
    });
    expect(resource.spec).toMatchObject({
      immutable: true,
      type: 'kubernetes.io/basic-auth',
      roleArn: 'arn:aws:iam::123456789012:role/shop',
      deletionPolicy: 'Retain',
      restart: [
        { kind: 'Deployment', name: 'api' },
        { kind: 'StatefulSet', name: 'db' },
      ],
      data: [{ key: 'token' }],
    });
    const bare = (await pin(tools, [file], { name: 'app' })).resource;
    expect(Object.keys(bare.spec)).toEqual(['region', 'data']);
  });

  test('joins manifests of one region', async () => {
    const [one, two] = [await createPublished(secret('a', 'x')), await createPublished()];
    const { resource } = await pin(one.tools, [one.file, two.file], { name: 'app' });
    expect(resource.spec.data.map(({ key }) => key)).toEqual(['a', 'level', 'tls.store', 'token']);
  });

  test('takes what AWS has, and says where that is known to differ from git', async () => {
    const app = await createPublished();
    const { tools, said, file, prefix } = app;
    await app.write('app.yml', (await app.text('app.yml')).replace('"info"', '"debug"'));
    const { resource } = await pin(tools, [file], { name: 'app' });
    expect(resource.spec.data[0]).toMatchObject({ key: 'level', ssm: { version: 1 } });
    expect(said.warnings).toMatchObject([
      { message: `${prefix}level: version 1 in AWS is not what ${file} has` },
    ]);
  });

  test('of Secrets Manager has the version that follows from git', async () => {
    for (const isOne of [true, false]) {
      const scene = await createSecretScene(aws, secret('a', '1') + secret('b', '2'), { isOne });
      const { tools, file, report, secret: name, prefix, path } = await publish(scene);
      const { resource } = await pin(tools, [file], { name: 'app', only: ['b'] });
      const secretId = isOne ? name : `${prefix.slice(1)}b`;
      const versionId = report.versions[secretId];
      expect(versionId).toMatch(/^[0-9a-f]{64}$/);
      const property = isOne ? { property: 'b' } : {};
      expect(resource.spec.data).toEqual([
        { key: 'b', secretsManager: { secretId, versionId, ...property } },
      ]);
      expect(resource.metadata).toEqual({ name: 'app' });
      const told = await pin(tools, [file], { name: 'app', fromReport: path('sync.json') });
      expect(told.resource.spec.data[1]).toEqual(resource.spec.data[0]);
    }
  });
});

function timeOf({ metadata }: CofferSecret): string {
  return metadata.annotations?.['coffer.dev/pinned-at'] ?? '';
}

describe('a pin is refused', () => {
  test('for values that are not in AWS, all of them named', async () => {
    const app = await createScene(aws, secret('a', 'x') + secret('b', 'x'));
    const { tools } = createTools(aws);
    await encrypt(tools, [app.path('app.yml')]);
    const error = await failureOf(() => pin(tools, [app.path('app.yml')], { name: 'app' }));
    expect(error).toMatchObject({
      code: 'not-found',
      problems: ['a', 'b'].map((name) => ({ message: `${app.prefix}${name} is not in AWS` })),
    });
    expect(error.problems[0]?.hint).toContain('coffer sync');
  });

  test('for what does not fit one resource, before any call', async () => {
    const one = await createScene(aws, secret('a', 'x') + secret('a.b', 'x') + secret('a/b', 'x'));
    const far = await createScene(aws, secret('c', 'x'));
    await far.write('app.yml', (await far.text('app.yml')).replace(REGION, 'eu-west-1'));
    const both = await createScene(aws, secret('a', 'x'), { header: `kmskey: ${aws.kmskey}\n` });
    const regions = `regions: [${REGION}, eu-west-1]`;
    await both.write('app.yml', (await both.text('app.yml')).replace(/region: .*/, regions));
    const { tools } = createTools({ ...aws, endpoint: 'http://127.0.0.1:1' });
    const [file, other, several] = [one, far, both].map((app) => app.path('app.yml')) as [
      string,
      string,
      string,
    ];
    const rows = [
      [[file], {}, 'would both get the key a.b'],
      [[file, other], { only: ['a', 'c'] }, 'a CofferSecret reads one region'],
      [[several], {}, 'a CofferSecret reads one of them'],
      [[file], { only: ['x'] }, 'parameter not found'],
      [[file], { name: '' }, 'needs --name'],
      [[file], { name: 'App' }, 'does not accept the name'],
      [[file], { name: 'x'.repeat(250), suffix: true }, 'does not accept the name'],
      [[file], { namespace: 'a.b' }, 'does not accept the namespace'],
      [[file], { restart: ['api'] }, 'names no workload'],
      [[file], { restart: ['job/api'] }, 'names no workload'],
      [[file], { roleArn: 'shop' }, 'is not the ARN of a role'],
      [['-'], { fromReport: '-' }, 'cannot be both'],
    ] as const;
    for (const [files, options, message] of rows) {
      const error = await failureOf(() => pin(tools, files, { name: 'app', ...options }));
      expect(error.message).toContain(message);
      expect(['usage', 'manifest']).toContain(error.code);
    }
  });

  test('for a report that does not say enough', async () => {
    const app = await createPublished();
    const { report } = app;
    const [region] = report.regions;
    const rows = [
      ['{', 'is not a report of coffer sync'],
      [JSON.stringify({ version: 1, done: [] }), 'is not a report of coffer sync'],
      [JSON.stringify({ ...report, finishedAt: 'today' }), 'is not a report of coffer sync'],
      [JSON.stringify({ counts: {}, manifests: [] }), 'the plan of a dry run'],
      [JSON.stringify({ ...report, regions: [] }), `reports nothing for ${REGION}`],
      [
        JSON.stringify({ ...report, regions: [{ ...region, versions: {} }] }),
        `has no version of ${app.prefix}level`,
      ],
    ] as const;
    for (const [text, message] of rows) {
      await app.write('report.json', text);
      const options = { name: 'app', fromReport: app.path('report.json') };
      const error = await failureOf(() => pin(app.tools, [app.file], options));
      expect(error).toMatchObject({ code: 'usage' });
      expect(error.message).toContain(message);
    }
  });
});

describe('pin --check', () => {
  test('lists the pins that are behind, and why', async () => {
    const app = await createPublished();
    const { tools, file, prefix } = app;
    await app.write('app.yaml', (await pin(tools, [file], { name: 'app' })).text);
    const files = [app.path('app.yaml')];
    expect(await checkPins(tools, files)).toEqual({ pins: 3, behind: [] });

    const put = (name: string, Value: string) =>
      aws.ssm.send(new PutParameterCommand({ Name: prefix + name, Value, Overwrite: true }));
    await put('level', 'debug');
    await aws.ssm.send(new DeleteParameterCommand({ Name: `${prefix}token` }));
    const at = { file: files[0], resource: 'app', region: REGION, pinned: 1 };
    expect(await checkPins(tools, files)).toEqual({
      pins: 3,
      behind: [
        { ...at, key: 'level', name: `${prefix}level`, current: 2, why: 'version' },
        { ...at, key: 'token', name: `${prefix}token`, current: undefined, why: 'missing' },
      ],
    });
  });

  test('knows a parameter that was made anew, and another object', async () => {
    const app = await createPublished();
    const { tools, file } = app;
    const { text } = await pin(tools, [file], { name: 'app' });
    const changed = text
      .replace(/pinned-at: .*/, 'pinned-at: "2020-01-01T00:00:00.000Z"')
      .replace(/object: .*/, `object: ${'a'.repeat(64)}`);
    await app.write('app.yaml', changed);
    const early = await checkPins(tools, [app.path('app.yaml')]);
    expect(early.behind.map(({ why }) => why)).toEqual(['replaced', 'replaced', 'replaced']);

    await app.write('app.yaml', text.replace(/object: .*/, `object: ${'a'.repeat(64)}`));
    const other = await checkPins(tools, [app.path('app.yaml')]);
    expect(other.behind.map(({ key, why }) => [key, why])).toEqual([['tls.store', 'object']]);

    await app.write('app.yaml', text.replaceAll('version: 1', 'version: 5'));
    const lower = await checkPins(tools, [app.path('app.yaml')]);
    expect(lower.behind.map(({ why }) => why)).toEqual(['replaced', 'replaced', 'replaced']);
  });

  test('reads secrets in Secrets Manager without their values', async () => {
    const app = await publish(await createSecretScene(aws, secret('a', '1')));
    const { tools, file } = app;
    const { text } = await pin(tools, [file], { name: 'app' });
    await app.write('app.yaml', `${text}---\nkind: ConfigMap\n---\n${text}`);
    expect(await checkPins(tools, [app.path('app.yaml')])).toEqual({ pins: 2, behind: [] });
    await app.write('app.yaml', text.replace(/versionId: .*/, `versionId: ${'a'.repeat(64)}`));
    const { behind } = await checkPins(tools, [app.path('app.yaml')]);
    const current = app.report.versions[app.secret];
    expect(behind).toMatchObject([{ key: 'a', name: app.secret, current, why: 'version' }]);
  });
});
