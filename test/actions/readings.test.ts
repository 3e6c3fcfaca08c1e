import { Lexer } from 'yaml';
import { expect, test, vi } from 'vitest';
import { edit } from '../../src/actions/edit.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { mergeDriver } from '../../src/actions/merge-driver.ts';
import { set } from '../../src/actions/set.ts';
import { useAws } from '../support/aws.ts';
import { createScene, secret } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();

/** How often work reads a text of about this size as YAML; what is not whole has to be small. */
async function readingsOf(size: number, work: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(Lexer.prototype, 'lex');
  try {
    await work();
    const shares = spy.mock.calls.map(([text]) => text.length / size);
    const whole = shares.filter((share) => share > 0.3);
    for (const share of shares) if (share <= 0.3) expect(share).toBeLessThan(0.15);
    return whole.length;
  } finally {
    spy.mockRestore();
  }
}

test('the YAML library reads a text once, and again only where it changed', async () => {
  const names = Array.from({ length: 100 }, (_, index) => `p${index}`);
  const app = await createScene(aws, names.map((name) => secret(name, 'value')).join(''));
  const { tools } = createTools(aws);
  const file = app.path('app.yml');
  // Only the YAML library reads anchors; what is in the ordinary style is read in no time.
  await app.write('app.yml', (await app.text('app.yml')).replace('region: ', 'region: &anchor '));
  const { length } = await app.text('app.yml');
  // What it wrote is all new, and read back.
  expect(await readingsOf(2 * length, () => encrypt(tools, [file]))).toBe(2);

  const sealed = await app.text('app.yml');
  const counts = {
    unchanged: await readingsOf(sealed.length, () => encrypt(tools, [file])),
    existing: await readingsOf(sealed.length, () =>
      set(tools, file, 'p7', () => Promise.resolve(Buffer.from('x'))),
    ),
    added: await readingsOf(sealed.length, () =>
      set(tools, file, 'added', () => Promise.resolve(Buffer.from('x'))),
    ),
    // The manifest, and what somebody typed with all values in plaintext.
    edited: await readingsOf(sealed.length, () =>
      edit(tools, file, (text) => {
        const changed = text
          .toString()
          .replace(
            'name: p9, type: securestring, value: value',
            'name: p9, type: securestring, value: other',
          );
        expect(changed).not.toBe(text.toString());
        return Promise.resolve(Buffer.from(changed));
      }),
    ),
    merged: await readingsOf(sealed.length, async () => {
      await app.write('base', sealed);
      await app.write('theirs', sealed.replace('name: p3', 'description: other, name: p3'));
      const [base, ours, theirs] = ['base', 'app.yml', 'theirs'].map(app.path);
      if (!base || !ours || !theirs) return;
      expect((await mergeDriver(tools, { base, ours, theirs })).isMerged).toBe(true);
    }),
  };
  expect(counts).toEqual({ unchanged: 1, existing: 1, added: 1, edited: 2, merged: 1 });
});
