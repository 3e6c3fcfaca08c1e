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

/** The manifest of an environment, with these plain values. */
function environment(name, token, plain) {
  return `path: /apps/superman/${name}/
region: us-east-1
kmskey: alias/superman
bucket: superman-secrets
max_age: 90d
parameters:
  - { name: api_token, type: SecureString, value: ${token} }
  - { name: db/password, type: SecureString, generate: { length: 32 } }
${plain.map((one) => `  - { ${one} }\n`).join('')}`;
}

/** Three environments that differ as environments do. */
const ENVIRONMENTS = {
  'dev.yml': environment('dev', 'tok-dev', [
    'name: log_level, type: String, value: debug',
    'name: feature_flags, type: String, value: all',
  ]),
  'staging.yml': environment('staging', 'tok-shared', [
    'name: log_level, type: String, value: info',
    'name: smtp/password, type: String, value: not-secret-yet',
  ]),
  'prod.yml': environment('prod', 'tok-shared', [
    'name: log_level, type: String, value: info',
    'name: smtp/password, type: SecureString, value: hunter2, tier: Advanced',
    'name: tls/keystore, type: SecureString, file: keystore.jks',
  ]),
  'keystore.jks': 'k'.repeat(200_000),
};

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
  {
    name: 'compare',
    title: 'Three environments side by side',
    summary:
      'In a terminal, coffer compare shows by name and environment what is missing or of another kind, and which secret has the same value in two environments. It shows no secret.',
    files: ENVIRONMENTS,
    setup: ['coffer encrypt dev.yml staging.yml prod.yml'],
    steps: ['coffer compare dev.yml staging.yml prod.yml --values --all'],
  },
];

/** Pages that `setup` makes, as a browser shows them. */
export const PAGES = [
  {
    name: 'report',
    files: ENVIRONMENTS,
    setup: [
      'coffer bootstrap prod.yml --yes',
      'coffer encrypt dev.yml staging.yml prod.yml',
      'coffer sync dev.yml prod.yml --yes',
      'coffer sync staging.yml --only api_token --only log_level --yes',
      'printf new-token | coffer set prod.yml api_token',
      'coffer report dev.yml staging.yml prod.yml -o report.html',
    ],
    page: 'report.html',
    width: 1200,
    height: 1062,
  },
];
