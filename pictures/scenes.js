// The pictures of the docs, as commands. `setup` runs before the picture begins.

/** A manifest in plaintext. */
const APP = `path: /apps/superman/
region: us-east-1
kmskey: alias/superman
bucket: superman-secrets
parameters:
  - name: api_version
    type: String
    value: 2
  - name: tls/keystore
    type: SecureString
    file: keystore.jks
  - name: api_token
    type: SecureString
    value: tok-9XKQ-51ZV
  - name: db/password
    type: SecureString
    generate: { length: 32 }
`;

const SERVER = `#!/bin/sh
echo "listening; API_TOKEN has \${#API_TOKEN} characters, DB_PASSWORD has \${#DB_PASSWORD}"
`;

const FILES = { 'app.yml': APP, server: SERVER, 'keystore.jks': 'k'.repeat(200_000) };

export const SCENES = [
  {
    name: 'tour',
    title: 'From plaintext to AWS',
    summary:
      'In a terminal, coffer encrypt replaces the plaintext of a manifest with ciphertext, coffer diff shows what AWS lacks, coffer sync writes it, and coffer exec starts a server with the secrets in its environment.',
    files: FILES,
    setup: ['coffer bootstrap app.yml --yes'],
    steps: [
      'tail -n 6 app.yml',
      'coffer encrypt app.yml',
      'tail -n 7 app.yml | cut -c1-80',
      'coffer sync app.yml --yes',
      'coffer exec app.yml -- ./server',
    ],
  },
  {
    name: 'diff',
    title: 'What a change would do in AWS',
    summary:
      'In a terminal, coffer diff lists one parameter to create, three to update and one that is in AWS only. Changed values of secrets are hidden; the value of a parameter that is no secret is shown.',
    files: FILES,
    setup: [
      'coffer bootstrap app.yml --yes && coffer encrypt app.yml && coffer sync app.yml --yes',
      'printf new-token | coffer set app.yml api_token',
      'printf hunter2 | coffer set app.yml smtp_password',
      "sed -i 's/value: 2/value: 3/' app.yml",
      'coffer rotate app.yml db/password',
      'coffer unset app.yml tls/keystore',
    ],
    steps: ['coffer diff app.yml --prune'],
  },
];
