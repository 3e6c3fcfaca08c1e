import { describe, expect, test } from 'vitest';
import { createHost } from '../../../src/ci/host.ts';
import { createRunner } from '../../../src/ci/runner.ts';
import { failureOf } from '../../support/failure.ts';

function createLog() {
  const written: string[] = [];
  const runner = createRunner({}, (text) => void written.push(text));
  return { runner, log: () => written.join('') };
}

const PROBLEM = {
  message: '50 %\nof it',
  hint: 'wait',
  place: { file: 'a,b:c.yml', line: 3, column: 5 },
};

describe('the host of a CI job', () => {
  test('logs with workflow commands stopped, and annotates warnings afterwards', async () => {
    const { runner, log } = createLog();
    const host = createHost(runner, { quiet: false });
    await runner.shield(() => {
      host.note('::error::forged');
      host.warn(PROBLEM);
      return Promise.resolve();
    });
    const [, word = ''] = /^::stop-commands::(.+)\n/.exec(log()) ?? [];
    expect(log()).toBe(
      `::stop-commands::${word}\n\\u{3a}:error::forged\n` +
        'a,b:c.yml:3:5: warning: 50 %\\u{a}of it\n  hint: wait\n' +
        `::${word}::\n` +
        '::warning file=a%2Cb%3Ac.yml,line=3,col=5::50 %25%0Aof it\n',
    );
  });

  test('also annotates what it found before a failure', async () => {
    const { runner, log } = createLog();
    const host = createHost(runner, { quiet: true });
    const work = runner.shield(() => {
      host.note('nothing');
      host.warn({ message: 'heed this' });
      return Promise.reject(new Error('on purpose'));
    });
    await expect(work).rejects.toThrow('on purpose');
    expect(log()).toMatch(/^::warning::heed this$/m);
    expect(log()).not.toContain('nothing');
  });

  test('never asks', async () => {
    const host = createHost(createLog().runner, { quiet: false });
    expect(await failureOf(() => host.confirm('Delete it?'))).toMatchObject({ code: 'declined' });
  });
});
