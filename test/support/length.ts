const isLong = process.env['COFFER_TEST_LONG'] === '1';

/** A short form for `npm test`, and the whole for `npm run test:long`. */
export function byLength<T>(short: T, long: T): T {
  return isLong ? long : short;
}
