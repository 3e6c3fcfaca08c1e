// The main job of coffer from end to end, in the embedded sandbox: it needs no AWS account and leaves
// nothing behind.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('superman', import.meta.url));

/** A title, and the commands that show it. */
const STEPS = [
  ['A manifest lists the secrets of one path. They are still plaintext.', 'cat superman.yml'],
  [
    'Encrypt it. Ciphertext replaces plaintext, and types become lower case; all else stays.',
    'coffer encrypt superman.yml',
    'cut -c1-100 superman.yml',
  ],
  ['What would change in AWS?', 'coffer diff superman.yml'],
  [
    'Update AWS. The 5 MiB keystore goes to S3 automatically; its parameter points to it.',
    'coffer sync superman.yml --yes --quiet',
    'coffer list superman.yml | cut -c1-110',
  ],
  ['Nothing is left to do.', 'coffer diff superman.yml'],
  [
    'Read the keystore back. coffer verifies all of it before it prints the first byte.',
    'coffer get /apps/superman/tls/keystore | sha256',
    'sha256 < keystore.bin',
  ],
  [
    'Load the other values into a shell.',
    'coffer export superman.yml > env.sh',
    '. ./env.sh; echo "$API_TOKEN on $ALLOWED_HOSTS"; echo "$MOTTO"',
  ],
  [
    'Or run a program with the values in its environment.',
    `coffer exec superman.yml -- sh -c 'echo "$API_TOKEN on $ALLOWED_HOSTS"'`,
  ],
  ['Delete everything in AWS again.', 'coffer nuke superman.yml --yes', 'coffer list superman.yml'],
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
  console.log(
    '\nAll of this ran against a sandbox on this machine. README.md shows the next steps.',
  );
}

function bold(text) {
  return process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text;
}
