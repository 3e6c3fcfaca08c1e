import { expect, test } from 'vitest';
import { CofferError } from '../../src/errors.ts';
import { formatBytes, parseSize, SizeLimit, valueLimit } from '../../src/sizes.ts';
import { failureOf } from '../support/failure.ts';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [1024 ** 2, '1.0 MiB'],
  [5 * 1024 ** 3, '5.0 GiB'],
  [3 * 1024 ** 4, '3.0 TiB'],
  [2 ** 52, '4096.0 TiB'],
])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  ['1073741824', 1073741824],
  ['1', 1],
  ['7B', 7],
  ['500MB', 500e6],
  ['500mb', 500e6],
  ['500M', 500e6],
  ['1GiB', 1024 ** 3],
  ['1 GiB', 1024 ** 3],
  ['1gib', 1024 ** 3],
  ['2Gi', 2 * 1024 ** 3],
  ['1.5KiB', 1536],
  ['64k', 64_000],
  ['3TiB', 3 * 1024 ** 4],
])('%s is %i bytes', (text, bytes) => expect(parseSize(text, '--max-size')).toBe(bytes));

// prettier-ignore
const NO_SIZES = [
  '', ' ', '0', '-1', '0B', '0.5', '1,5GB', '1e9', 'GiB', '1XB', '1GiBB', '1BB', '1iB', 'x',
  '0x10', '9007199254740992', '99999999TiB', 'NaN', 'Infinity', '٣', '1  GiB', '1GiB ', '1\n',
];

test.each(NO_SIZES)('%j is no size', async (text) => {
  const error = await failureOf(() => Promise.resolve(parseSize(text, '--max-size')));
  expect(error.code).toBe('usage');
  expect(error.message).toBe(`--max-size ${text} is not a size`);
  expect(error.hint).toContain('500MB');
});

const limit = () => new SizeLimit(2000, { hint: 'the hint' });

test('a limit takes what fits, up to its last byte', () => {
  const some = limit();
  some.take('a', 1500);
  some.take('b', 500);
  expect(() => some.take('c', 1)).toThrow(CofferError);
});

test('it names both sizes, and what may be done', async () => {
  const error = await failureOf(() => Promise.resolve(limit().take('s3://b/k', 2001)));
  expect(error).toMatchObject({
    code: 'oversize',
    message: 's3://b/k: 2.0 KiB (2001 bytes) is more than the limit of 2.0 KiB (2000 bytes)',
    hint: 'the hint',
  });
});

test('it adds up what one call reads, and says what it read before', async () => {
  const some = limit();
  some.take('a', 1500);
  const { message } = await failureOf(() => Promise.resolve(some.take('b', 501)));
  expect(message).toBe(
    'b: 501 bytes after 1.5 KiB (1500 bytes) are together more than the limit of 2.0 KiB (2000 bytes)',
  );
});

test('it stops reading data of an unknown size', async () => {
  let read = 0;
  const endless = async function* () {
    for (; ; read += 100) yield await Promise.resolve(Buffer.alloc(100));
  };
  const error = await failureOf(() => limit().gather('the value', endless()));
  expect(error.message).toBe('the value: it is more than the limit of 2.0 KiB (2000 bytes)');
  expect(read).toBe(2000);
});

test('what streams through has only a limit that somebody named', () => {
  valueLimit().ofStreams.take('a', 2 ** 50);
  expect(() => valueLimit(1000).ofStreams.take('a', 1001)).toThrow(CofferError);
  expect(() => valueLimit().take('a', 1024 ** 3 + 1)).toThrow(CofferError);
});
