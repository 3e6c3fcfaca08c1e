import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

// A separate AWS: the path / contains everything in a region.
const REGION = 'ap-south-1';

const aws = await useAws();
const stored = storedIn(aws, REGION);

test('a name without a slash is in no manifest, and is shown unchanged', async () => {
  const app = await createScene(aws, '  - {name: deep/x, type: String, value: v}\n');
  await app.write('app.yml', (await app.text('app.yml')).replace(/^path: .*$/m, 'path: /'));
  const inRegion = (...args: string[]) => app.succeed([...args, '--region', REGION]);
  await stored.put('flat.name', 'as it is');
  await inRegion('sync', 'app.yml', '--yes');

  const plan = await inRegion('diff', 'app.yml', '--prune', '--exit-code');
  expect(plan.stdout.toString()).not.toContain('flat.name');
  await inRegion('sync', 'app.yml', '--prune', '--yes');

  const imported = await inRegion('import', '/');
  expect(imported.stdout.toString()).toContain('name: deep/x');
  expect(imported.stdout.toString()).not.toContain('lat.name');
  expect(imported.stderr).toContain('flat.name');
  const merged = await inRegion('import', '/', '--merge', 'app.yml');
  expect(merged.stderr).toContain('flat.name');
  expect(await app.text('app.yml')).not.toContain('lat.name');

  const listed = await inRegion('list', '/');
  expect(listed.stdout.toString()).toMatch(/^flat\.name /m);
  const exported = await inRegion('export', '/', '--from', 'aws');
  expect(exported.stdout.toString()).toContain("export FLAT_NAME='as it is'");
  const one = await inRegion('export', '/', '--from', 'aws', '--only', 'flat.name');
  expect(one.stdout.toString()).toBe("export FLAT_NAME='as it is'\n");
});
