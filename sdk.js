// Keeps the SDK from loading, at every start, what it has for browsers: Node makes its web streams and
// its web cryptography when somebody first asks whether they are there.

/** What to put in the place of a file of the SDK. */
const REPLACED = [
  // Only streams of browsers would come here.
  [
    /serde\/util-stream\/checksum\/createChecksumStream\.browser\.js$/,
    `export function createChecksumStream() { throw new Error('not in the bundle'); }`,
  ],
  [
    /serde\/util-stream\/stream-type-check\.js$/,
    `const isA = (name) => (value) => value?.constructor?.name === name;
     export const isReadableStream = isA('ReadableStream');
     export const isBlob = isA('Blob');`,
  ],
  [
    /serde\/uuid\/v4\.js$/,
    `import { randomUUID } from 'node:crypto';
     export const bindV4 = () => randomUUID;`,
  ],
];

/** A plugin of esbuild. It fails when the SDK no longer has one of the files. */
export const SDK_FOR_NODE = {
  name: 'sdk for node',
  setup({ onEnd, onLoad, onStart }) {
    const found = new Set();
    onStart(() => found.clear());
    for (const [filter, contents] of REPLACED) {
      onLoad({ filter, namespace: 'file' }, ({ path }) => {
        found.add(filter);
        return path.includes('@smithy') ? { contents, loader: 'js' } : undefined;
      });
    }
    onEnd(() => {
      const missing = REPLACED.filter(([filter]) => !found.has(filter));
      return { errors: missing.map(([filter]) => ({ text: `the SDK has no file ${filter}` })) };
    });
  },
};
