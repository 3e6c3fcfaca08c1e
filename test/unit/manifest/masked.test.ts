import { expect, test } from 'vitest';
import { maskManifest } from '../../../src/manifest/masked.ts';
import { createCanary, expectHidden } from '../../support/canary.ts';
import {
  BINDING,
  blob,
  blobLines,
  dataKeyInBraces,
  dataKeyLines,
  HEAD,
  PSYML,
  SEALED,
  SEALED_AGAIN,
  WRAPPED,
} from './samples.ts';

const SHA256 = blob().sha256.slice(0, 8);

const MANIFEST = `# about it
${HEAD}encrypted_with: arn:x
data_keys:
${dataKeyLines('3f9c21ab').replace('\n', ' # first\n')}  "44444444": ${dataKeyInBraces()}
parameters:
  - name: open
    type: String
    value: for all to see
  - name: sealed # say
    type: securestring
    value: "${SEALED}" # why
  - name: psyml
    type: securestring
    value: ${PSYML}
  - name: plain
    type: SecureString
    value: |
      two
      lines
  # a comment
  - {name: flow, type: SecureString, value: flowing, description: d}
  - name: blob
    type: securestring
    blob: # in S3
${blobLines('      ')}    file: key.jks
`;

const MASKED = `# about it
${HEAD}encrypted_with: arn:x
data_keys:
  3f9c21ab: # first
    key: …
    binding: ${BINDING}
    commit: …
  "44444444": {key: …, binding: ${BINDING}, commit: …}
parameters:
  - name: open
    type: String
    value: for all to see
  - name: sealed # say
    type: securestring
    value: ENC[…] # why
  - name: psyml
    type: securestring
    value: ENC[…]
  - name: plain
    type: SecureString
    value: (a secret in plaintext)
  # a comment
  - {name: flow, type: SecureString, value: (a secret in plaintext), description: d}
  - name: blob
    type: securestring
    blob: # in S3
      (1.0 MiB, sha256 ${SHA256}…)
    file: key.jks
`;

/** Without the digits that distinguish ciphertexts. */
function withoutDigits(text: string): string {
  return text.replaceAll(/ENC\[…[0-9a-f]{8}\]/g, 'ENC[…]');
}

test('replaces secrets by short marks; all other text stays as typed', () => {
  expect(withoutDigits(maskManifest(MANIFEST))).toBe(MASKED);
  const windows = MANIFEST.replaceAll('\n', '\r\n').trimEnd();
  expect(withoutDigits(maskManifest(windows))).toBe(MASKED.replaceAll('\n', '\r\n').trimEnd());
});

test('a mark changes only with the ciphertext', () => {
  const masked = maskManifest(MANIFEST);
  expect(maskManifest(MANIFEST.replace(SEALED, SEALED_AGAIN))).not.toBe(masked);
  expect(maskManifest(MANIFEST.replace(WRAPPED, `${WRAPPED.slice(0, -4)}AAAA`))).toBe(masked);
});

function parameter(lines: string): string {
  return `parameters:\n  - name: p\n${lines}`;
}

test('shows no plaintext of a secret, even in an invalid manifest', () => {
  const canary = createCanary();
  const texts = [
    parameter(`    type: SecureString\n    value: ${canary}\n    unknown: 1\n`),
    parameter(`    type: Securestrin\n    value: ${canary}\n`),
    parameter(`    value: ${canary}\n`),
    parameter(`    value: [a, ${canary}]\n`),
    parameter(`    type: SecureString\n    value:\n      - ${canary}\n    tier: x\n`),
    parameter(`    value: ${canary}\n    value: ${canary}\n`),
    parameter(`    value: ENC[${canary}]\n`),
    parameter(`    type: SecureString\n    Value: ${canary}\n`),
    parameter(`    type: SecureString\n    <<: {value: ${canary}}\n`),
    `{"parameters": [{"type": "SecureString", "value": "${canary}"}]}`,
  ];
  for (const [index, text] of texts.entries()) {
    expectHidden(canary, { [`text ${index}`]: maskManifest(text) });
  }
});

test('masks only ciphertext in a text with conflict markers', () => {
  const marked = MANIFEST.replace('value: |', '<<<<<<< ours\n    value: |');
  const masked = maskManifest(marked);
  expect(masked.split('\n')).toHaveLength(marked.split('\n').length);
  expect(masked).toContain('<<<<<<< ours');
  expect(masked).not.toContain(SEALED);
  expect(masked).not.toContain(`    key: ${WRAPPED}`);
  expect(maskManifest('no: {manifest')).toBe('no: {manifest');
});

test('does not mask the parameters that are to be shown', () => {
  expect(maskManifest(MANIFEST, { shown: new Set(['plain', 'flow']) })).toContain('value: flowing');
});

test('in another kind of YAML nothing is hidden but what is surely a secret', () => {
  const template = `parameters:
  - name: steps
    type: stepList
    default:
      - script: curl example.com
  - {name: key, value: ${WRAPPED}}
data_keys:
  "44444444":
    key: ${WRAPPED}
`;
  expect(maskManifest(template, { isManifest: false })).toBe(template);
  const canary = createCanary();
  const secrets = `  - {name: sealed, value: "${SEALED}"}\n  - {name: s, type: securestring, value: ${canary}}\n`;
  const text = `# pth: a manifest that is not right yet\nparameters:\n${secrets}`;
  const masked = maskManifest(text, { isManifest: false });
  expect(masked).toMatch(/name: sealed, value: "?ENC\[…[0-9a-f]{8}\]/);
  expect(masked).toContain('value: (a secret in plaintext)}');
  expectHidden(canary, { masked });
  for (const broken of [`${text}x: {`, text]) {
    expect(maskManifest(broken, { isManifest: false })).not.toContain(SEALED);
  }
});
