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

/**
 * Keeps the positions in our own files only, and no text: other packages are most of a map, and our
 * text is in the repository.
 */
export function ownPositions({ sources, mappings, names, ...map }) {
  const own = sources.filter((source) => !source.includes('node_modules/'));
  const indexes = sources.map((source) => own.indexOf(source));
  // Source, line, column and name: of the last segment read, and of the last one written.
  const read = [0, 0, 0, 0];
  const written = [0, 0, 0, 0];
  // A position holds until the next segment, on later lines too.
  let isOwn = false;
  const lines = mappings.split(';').map((line) => {
    const kept = [];
    let [column, writtenColumn] = [0, 0];
    for (const segment of line.split(',').filter(Boolean)) {
      const [step, ...fields] = decode(segment);
      column += step;
      for (const [i, change] of fields.entries()) read[i] += change;
      const index = fields.length > 0 ? indexes[read[0]] : -1;
      // Without a source, a segment ends the one before it.
      if (index < 0 && !isOwn) continue;
      isOwn = index >= 0;
      const position = isOwn ? [index, ...read.slice(1, fields.length)] : [];
      kept.push([column - writtenColumn, ...position.map((to, i) => to - written[i])]);
      writtenColumn = column;
      for (const [i, to] of position.entries()) written[i] = to;
    }
    return kept.map((fields) => fields.map(encode).join('')).join(',');
  });
  return { ...map, sources: own, names, mappings: lines.join(';'), sourcesContent: undefined };
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
