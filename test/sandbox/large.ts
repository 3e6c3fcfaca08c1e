import { expect } from 'vitest';
import type { TestAws } from '../support/aws.ts';
import { createScene, type Scene } from '../support/scene.ts';

/** A manifest of `count` parameters, a tenth of them secrets, sealed. */
export async function createLarge(
  aws: TestAws,
  count: number,
  options: { tags?: string } = {},
): Promise<Scene> {
  const parameters = Array.from({ length: count }, (_, i) => {
    const type = i % 10 === 0 ? 'SecureString' : 'String';
    return `  - {name: group${i % 7}/p${i}, type: ${type}, value: value ${i}}\n`;
  });
  const scene = await createScene(aws, parameters.join(''), {
    header: `kmskey: ${aws.kmskey}\n${options.tags ?? ''}`,
  });
  await scene.succeed(['encrypt', 'app.yml']);
  return scene;
}

/** Proves that AWS matches the manifest. */
export async function expectClean(scene: Scene): Promise<void> {
  const { code, stdout, stderr } = await scene.coffer(['diff', 'app.yml', '--exit-code']);
  expect(stdout.toString() + stderr).toContain('no difference');
  expect(code).toBe(0);
}
