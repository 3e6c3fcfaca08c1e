// The main job of coffer from end to end, on the embedded sandbox: no AWS account, nothing left.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('superman', import.meta.url));

/** What is said, and the commands that show it. */
const STEPS = [
  [
    'A manifest lists the secrets of one path. Its secrets are still plaintext.',
    'cat superman.yml',
  ],
  [
    'Encrypt it: ciphertext takes the place of plaintext, every other line stays as it was.',
    'coffer encrypt superman.yml',
    'cut -c1-100 superman.yml',
  ],
  ['What would change in AWS?', 'coffer diff superman.yml'],
  [
    'Bring AWS in step. The 5 MiB keystore goes to S3 by itself; its parameter points there.',
    'coffer sync superman.yml --yes --quiet',
    'coffer list superman.yml | cut -c1-110',
  ],
  ['Nothing is left to do.', 'coffer diff superman.yml'],
  [
    'Read the keystore back: the same bytes, verified before the first one is released.',
    'coffer get /apps/superman/tls/keystore | sha256',
    'sha256 < keystore.bin',
  ],
  [
    'Source the rest in a shell.',
    'coffer export superman.yml > env.sh',
    '. ./env.sh; echo "$API_TOKEN on $ALLOWED_HOSTS"; echo "$MOTTO"',
  ],
  [
    'Or run a program with them in its environment, and write them nowhere.',
    `coffer exec superman.yml -- sh -c 'echo "$API_TOKEN on $ALLOWED_HOSTS"'`,
  ],
  ['Take everything away again.', 'coffer nuke superman.yml --yes', 'coffer list superman.yml'],
];

if (process.argv[2] === '--inside') showSteps();
else process.exitCode = runInSandbox();

function runInSandbox() {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-demo-'));
  try {
    cpSync(EXAMPLE, folder, { recursive: true });
    writeFileSync(join(folder, 'keystore.bin'), randomBytes(5 * 1024 * 1024));
    mkdirSync(join(folder, '.bin'));
    addCommand(folder, 'coffer', CLI);
    addCommand(folder, 'sha256', fileURLToPath(new URL('sha256.js', import.meta.url)));
    const sandbox = [
      'sandbox',
      '--bucket',
      'superman-secrets',
      '--key',
      'alias/superman',
      '--quiet',
    ];
    const inside = ['--', process.execPath, fileURLToPath(import.meta.url), '--inside'];
    const { status } = spawnSync(process.execPath, [CLI, ...sandbox, ...inside], {
      cwd: folder,
      stdio: 'inherit',
      env: { ...process.env, PATH: `${join(folder, '.bin')}:${process.env.PATH}` },
    });
    return status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts a Node script on the PATH of the steps. */
function addCommand(folder, name, script) {
  const file = join(folder, '.bin', name);
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
  chmodSync(file, 0o755);
}

function showSteps() {
  for (const [title, ...commands] of STEPS) {
    console.log(`\n${bold(`# ${title}`)}`);
    for (const command of commands) {
      console.log(`$ ${command}`);
      const { status } = spawnSync('sh', ['-c', command], { stdio: 'inherit' });
      if (status !== 0) process.exit(status ?? 1);
    }
  }
  console.log('\nAll of it ran against a sandbox on this machine. README.md tells how to go on.');
}

function bold(text) {
  return process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text;
}
