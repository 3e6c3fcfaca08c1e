// Makes the pictures of the docs from what the commands print now: docs/pictures/*.svg. With
// --check, changes nothing, and fails if one of them is out of date.
//
// The commands run in a sandbox, on a terminal. It needs Linux, for its script(1).
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stable } from './stable.js';
import { SCENES } from './scenes.js';
import { readScreen } from './screen.js';
import { drawTerminal } from './svg.js';

const CLI = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url));
const FOLDER = fileURLToPath(new URL('../docs/pictures', import.meta.url));
const COLUMNS = 92;

const isCheck = process.argv.includes('--check');
for (const scene of SCENES) {
  const file = join(FOLDER, `${scene.name}.svg`);
  const svg = drawTerminal(readScreen(stable(play(scene))), { ...scene, columns: COLUMNS });
  if (!isCheck) writeFileSync(file, svg);
  else if (readFileSync(file, 'utf8') !== svg) {
    console.error(`docs/pictures/${scene.name}.svg is out of date: npm run pictures`);
    process.exitCode = 1;
  }
}

/** Plays a scene in a folder of its own, and returns what its terminal got. */
function play({ name, files, setup, steps }) {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-picture-'));
  try {
    for (const [file, text] of Object.entries(files)) write(folder, file, text);
    write(folder, '.bin/coffer', `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
    const shown = steps.map(
      (step) => `printf '\\033[36m$\\033[39m %s\\n' ${quoted(step)}\n${step}\n`,
    );
    write(folder, '.setup', `set -e\n${setup.join('\n')}\n`);
    write(folder, '.steps', `set -e\nstty cols ${COLUMNS}\n${shown.join('echo\n')}`);
    const terminal = 'script --quiet --return --command ./.steps /dev/null < /dev/null';
    const sandbox = ['sandbox', '--key', 'alias/superman', '--bucket', 'superman-secrets'];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        CLI,
        ...sandbox,
        '--',
        'sh',
        '-c',
        `./.setup > .log 2>&1 || { cat .log; exit 1; }; ${terminal}`,
      ],
      {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: `${join(folder, '.bin')}:${process.env.PATH}`, HOME: folder, TERM: 'xterm' },
      },
    );
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stdout}${stderr}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(folder, name, text) {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  const isScript = !name.includes('.') || name.startsWith('.');
  writeFileSync(
    join(folder, name),
    isScript && !text.startsWith('#!') ? `#!/bin/sh\n${text}` : text,
  );
  if (isScript) chmodSync(join(folder, name), 0o755);
}

function quoted(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
