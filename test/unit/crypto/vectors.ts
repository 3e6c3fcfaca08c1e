// Published by the Amazon S3 Encryption Client's own test suites.

/** An object with its unwrapped data key. */
interface Vector {
  version: 1 | 2 | 3;
  dataKey: Buffer;
  metadata: Readonly<Record<string, string>>;
  /** Ciphertext, then the tag. */
  body: Buffer;
  plaintext: Buffer;
}

const hex = (text: string) => Buffer.from(text, 'hex');
const base64 = (text: string) => Buffer.from(text, 'base64');

/** Replaces the wrapped key, which the vectors do not have. */
const WRAPPED = Buffer.from('wrapped').toString('base64');

export const V1: Vector = {
  version: 1,
  dataKey: hex('31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22'),
  metadata: {
    'x-amz-key-v2': WRAPPED,
    'x-amz-wrap-alg': 'kms',
    'x-amz-cek-alg': 'AES/GCM/NoPadding',
    'x-amz-iv': 'DRjgbHxyWsnjYuHO',
    'x-amz-matdesc': '{"kms_cmk_id":"alias/superman"}',
    'x-amz-tag-len': '128',
    'x-amz-unencrypted-content-length': '16',
  },
  body: hex('fa4362189661d163fcd6a56d8bf0405ad636ac1bbedd5cc3ee727dc2ab4a9489'),
  plaintext: hex('2db5168e932556f8089a0622981d017d'),
};

export const V2: Vector = {
  version: 2,
  dataKey: base64('hJUv7S6K2cHF64boS9ixHX0TZAjBZLT4ZpEO4XxkGnY='),
  metadata: {
    'x-amz-key-v2': WRAPPED,
    'x-amz-wrap-alg': 'kms+context',
    'x-amz-cek-alg': 'AES/GCM/NoPadding',
    'x-amz-iv': 'dqqlq2dRVSQ5hFRb',
    'x-amz-matdesc': '{"aws:x-amz-cek-alg":"AES/GCM/NoPadding"}',
    'x-amz-tag-len': '128',
  },
  body: hex(
    '6b134eb7a353131de92faff64f594b2794e3544e31776cca26fe3bbeeffc68742d1007234f11c6670522602326868e29f37e9d2678f1614ec1a2418009b9772100929aadbed9a21a',
  ),
  plaintext: hex(
    'af150d7156bf5b3f5c461e5c6ac820acc5a33aab7085d920666c250ff251209d5a4029b3bd78250fab6e11aed52fae948d407056a9519b68',
  ),
};

export const V3: Vector = {
  version: 3,
  dataKey: base64('lP6AbIQTmptyb/+WQq+ubDw+w7na0T1LGSByZGuaono='),
  metadata: {
    'x-amz-c': '115',
    'x-amz-3': WRAPPED,
    'x-amz-w': '12',
    'x-amz-i': 'sE9zLb4tsEBJkvEhLMZFxMj9oZJBbQ6ZOgOqHA==',
    'x-amz-d': '6JOSx47RkdyfciJkNauuC4RpkMcWZY4a+i1RzQ==',
    'x-amz-t': '{"aws:x-amz-cek-alg":"115"}',
  },
  body: hex(
    '2d4ff4dafe27f69f628872d82b5a1002ed1a21b8485d532bd8159f6487945b3641af5865fc0a029a3650053600c6d213625b9a0cc9c239577c09f3423dedc5641e88b6835824417c',
  ),
  plaintext: hex(
    '8f2c59c6dbfcacf356f3da40788cbde67ca38161a4702cbcf757af663e1c24a600001b2f500417dbf5a050f57db6737422b2ed6a44c75e0d',
  ),
};

export const V3_CONTENT_KEY = hex(
  '0bd256e569a37d67567f522c38dbe32fdd0c1e28333dec1324197b54325eade6',
);

export const HKDF = {
  dataKey: hex('80d90dc4cc7e77d8a6332efa44eba56230a7fe7b89af37d1e501ab2e07c0a163'),
  messageId: hex('b8ea76bed24c7b85382a148cb9dcd1cfdfb765f55ded4dfa6e0c4c79'),
  contentKey: hex('6dd14f546cc006e639126e83f5d4d1b118576bb5df97f38c6fb3a1db87bbc338'),
  commitment: hex('f89818bc0a346d3a3426b68e9509b6b2ae5fe1f904aa329fb73625db'),
};
