import { spawnSync } from 'node:child_process';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { renderCommandsPage } from '../../../docs/make/reference/commands.ts';
import { renderCostPage } from '../../../docs/make/reference/cost.ts';
import { renderManPage } from '../../../docs/make/reference/man.ts';
import { renderManifestPage } from '../../../docs/make/reference/manifest.ts';

// `npm run docs` writes what differs.
test.each([
  ['docs/manifest.md', renderManifestPage],
  ['docs/commands.md', renderCommandsPage],
  ['docs/cost.md', renderCostPage],
  ['docs/coffer.1', renderManPage],
])('%s is what npm run docs makes', async (file, render) => {
  const text = file.endsWith('.md')
    ? await format(render(), { ...(await resolveConfig(file)), filepath: file })
    : render();
  await expect(text).toMatchFileSnapshot(`../../../${file}`);
});

const HAS_GROFF = spawnSync('groff', ['--version']).status === 0;

test.runIf(HAS_GROFF)('the man page renders without warnings', () => {
  const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-z', '-Tutf8', 'docs/coffer.1']);
  expect(stderr.toString()).toBe('');
  expect(status).toBe(0);
});
