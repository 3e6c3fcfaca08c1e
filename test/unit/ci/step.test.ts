import { describe, expect, test } from 'vitest';
import { readInputs } from '../../../src/ci/inputs.ts';
import { createRunner } from '../../../src/ci/runner.ts';
import { createStep } from '../../../src/ci/step.ts';
import { failureOf } from '../../support/failure.ts';

function stepOf(flags: string, mode = 'sync', env: Record<string, string> = {}) {
  const inputs = readInputs({ INPUT_MODE: mode, INPUT_FLAGS: flags }, ['app.yml']);
  return createStep(
    inputs,
    createRunner({}, () => {}),
    env,
  );
}

describe('the flags of a step', () => {
  test('are read as on the command line, one word on each line', async () => {
    const { flags, manifests, tools } = await stepOf(
      '--prune\n  --only \n token\n--only=0123\n\n--region=eu-west-1\n',
      'sync',
      { COFFER_KEY_ALIAS: 'alias/mine' },
    );
    expect(manifests).toEqual(['app.yml']);
    expect(flags.boolean('prune')).toBe(true);
    expect(flags.list('only')).toEqual(['token', '0123']);
    expect(tools).toMatchObject({ region: 'eu-west-1', fileKey: { alias: 'alias/mine' } });
  });

  test.each([
    ['--prun', 'sync', 'did you mean --prune?'],
    ['--prune', 'check', 'coffer check --help'],
    ['--concurrency=x', 'diff', undefined],
  ])('%s of %s is refused', async (flags, mode, hint) => {
    const error = await failureOf(() => stepOf(flags, mode));
    expect(error.code).toBe('usage');
    if (hint !== undefined) expect(error.hint).toContain(hint);
  });

  test.each(['--json', '--reveal', '--format=json', '--markdown', '--exit-code', '--help', '-v'])(
    '%s is refused, because the action does not use it',
    async (flag) => {
      const error = await failureOf(() => stepOf(flag, 'diff'));
      expect(error).toMatchObject({ code: 'usage' });
      expect(error.message).toContain(`the action does not accept ${flag}`);
    },
  );
});
