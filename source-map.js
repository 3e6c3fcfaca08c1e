// Joins the source maps of pieces of a script into one. Node does not read maps with sections.

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * A segment of `mappings` has a column and, relative to the segment before, a source, its line, its
 * column and a name.
 * @param pieces for each piece, the line it starts at, from 0, and its own map
 */
export function joinMaps(pieces) {
  const joined = { version: 3, sources: [], sourcesContent: [], names: [], mappings: '' };
  let line = 0;
  // Source, line, column and name of the last segment.
  let last = [0, 0, 0, 0];
  for (const { start, map } of pieces) {
    joined.mappings += ';'.repeat(start - line);
    line = start;
    const change = [
      joined.sources.length - last[0],
      -last[1],
      -last[2],
      joined.names.length - last[3],
    ];
    last = [joined.sources.length, 0, 0, joined.names.length];
    // The first segment with a source, and the first with a name, carry the change.
    joined.mappings += map.mappings.replaceAll(/[^;,]+/g, (segment) => {
      const fields = decode(segment);
      for (let i = 1; i < fields.length; i++) {
        last[i - 1] += fields[i];
        fields[i] += change[i - 1];
        change[i - 1] = 0;
      }
      return fields.map(encode).join('');
    });
    line += map.mappings.split(';').length - 1;
    joined.sources.push(...map.sources);
    joined.sourcesContent.push(...(map.sourcesContent ?? map.sources.map(() => null)));
    joined.names.push(...map.names);
    // What no segment carried is still to be made up for.
    last = last.map((value, i) => value - change[i]);
  }
  return joined;
}

function decode(segment) {
  const fields = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    fields.push(value & 1 ? -(value >> 1) : value >> 1);
    value = shift = 0;
  }
  return fields;
}

function encode(number) {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let digits = '';
  do {
    digits += DIGITS[(rest & 31) | (rest > 31 ? 32 : 0)];
    rest >>>= 5;
  } while (rest > 0);
  return digits;
}
