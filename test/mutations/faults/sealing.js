/** Faults in sealing and opening: what keeps a secret secret, and unchanged. */
export const sealing = [
  {
    fault: 'encrypt makes a new data key whatever the reason that the old one does not open',
    file: 'src/seal/encrypt.ts',
    find: "if (!(error instanceof CofferError) || error.code !== 'denied') throw error;",
    replace: '',
  },
  {
    fault: 'encrypt creates a file key whatever the reason that it cannot use one',
    file: 'src/seal/file-key.ts',
    find: "if (!(error instanceof CofferError) || error.code !== 'not-found') throw error;",
    replace: '',
  },
  {
    fault: 'encrypt writes a manifest without reading it back',
    file: 'src/seal/encrypt.ts',
    find: 'verify(manifest, text, edits, checks);',
    replace: '',
  },
  {
    fault: 'edit writes a manifest without comparing what nobody edited',
    file: 'src/seal/edited.ts',
    find: '  verifyUnchanged(manifest, unchanged);',
    replace: '',
  },
  {
    fault: 'two values are sealed with the same IV',
    file: 'src/crypto/inline.ts',
    find: 'const iv = randomBytes(IV_BYTES);',
    replace: 'const iv = Buffer.alloc(IV_BYTES, 7);',
  },
  {
    fault: 'a ciphertext opens under another name',
    file: 'src/crypto/inline.ts',
    find: "JSON.stringify(['coffer/v1', fullName, type])",
    replace: "JSON.stringify(['coffer/v1', type])",
  },
  {
    fault: 'a ciphertext opens under another type',
    file: 'src/crypto/inline.ts',
    find: "JSON.stringify(['coffer/v1', fullName, type])",
    replace: "JSON.stringify(['coffer/v1', fullName])",
  },
  {
    fault: 'damaged base64 is read as if it were whole',
    file: 'src/crypto/base64.ts',
    find: "bytes.toString('base64') === text ? bytes : undefined",
    replace: 'bytes',
  },
  {
    fault: 'the key commitment of an object is not compared',
    file: 'src/crypto/object-v3.ts',
    find: '!timingSafeEqual(header.commitment, commitment)',
    replace: 'timingSafeEqual(commitment, commitment) === false',
  },
  {
    fault: 'the keys of an object are derived under another label',
    file: 'src/crypto/object-v3.ts',
    find: "derive('DERIVEKEY', 32)",
    replace: "derive('DERIVEDKEY', 32)",
  },
  {
    fault: 'the sealed bytes of a blob are not compared with their digest',
    file: 'src/seal/blob-body.ts',
    find: "hash.digest('hex') !== blob.sha256",
    replace: "hash.digest('hex') === ''",
  },
  {
    fault: 'the plaintext of an object is released before it is verified',
    file: 'src/stores/s3/fetch.ts',
    find: 'for await (const _ of pass());',
    replace: '',
  },
  {
    fault: 'an object is taken for another because its digest is not compared',
    file: 'src/stores/s3/fetch.ts',
    find: "pointer.sha256 !== undefined && digest.digest('hex') !== pointer.sha256",
    replace: "pointer.sha256 !== undefined && digest.digest('hex') === ''",
  },
  {
    fault: 'a secret of one KMS key is opened with whichever key wrapped it',
    file: 'src/aws/kms.ts',
    find: 'EncryptionContext: { ...context },\n            KeyId: keyId,\n          }),\n        ),\n      );\n      return Buffer.from',
    replace:
      'EncryptionContext: { ...context },\n          }),\n        ),\n      );\n      return Buffer.from',
  },
  {
    fault: 'a value of 4,097 bytes is taken for one that a Standard parameter holds',
    file: 'src/seal/limits.ts',
    find: 'STANDARD_BYTES = 4096',
    replace: 'STANDARD_BYTES = 4097',
  },
  {
    fault: 'a value of 8,192 bytes is taken for one that an Advanced parameter cannot hold',
    file: 'src/seal/limits.ts',
    find: 'ADVANCED_BYTES = 8192',
    replace: 'ADVANCED_BYTES = 8191',
  },
  {
    fault: 'a generated value may lack a class of characters that it has to have',
    file: 'src/seal/generate.ts',
    find: 'if (classes.every((wanted) => value.some((c) => wanted.has(c)))) return',
    replace: 'if (classes) return',
  },
  {
    fault: 'a generated value never has the last character of its charset',
    file: 'src/seal/generate.ts',
    find: 'randomInt(characters.length)',
    replace: 'randomInt(Math.max(1, characters.length - 1))',
  },
];
