import { expect, test } from 'vitest';
import { CofferError } from '../../../src/errors.ts';
import { createPaint } from '../../../src/cli/terminal/paint.ts';
import { renderError } from '../../../src/cli/terminal/problems.ts';

test('shows terminal control characters in a name instead of sending them', () => {
  const place = { file: 'a\u001b[2J\nb.yml', line: 3, column: 5 };
  const error = new CofferError('manifest', 'there is no x\u202Ey', { hint: 'remove\r it', place });
  expect(renderError(error, createPaint(false))).toBe(
    'a\\u{1b}[2J\\u{a}b.yml:3:5: error: there is no x\\u{202e}y\n  hint: remove\\u{d} it\n',
  );
});
