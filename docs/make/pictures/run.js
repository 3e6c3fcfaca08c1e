// Makes the pictures of the docs from what the commands print now: docs/pictures/*.svg, and with
// Chromium *.png. With --check, changes nothing, and fails if an SVG is out of date.
//
// The commands run in a sandbox, on a terminal. It needs Linux, for its script(1).
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PAGES, SCENES } from './scenes.js';
import { readScreen } from './screen.js';
import { stable } from './stable.js';
import { drawTerminal } from './svg.js';

const CLI = fileURLToPath(new URL('../../../dist/cli.cjs', import.meta.url));
const FOLDER = fileURLToPath(new URL('../../pictures', import.meta.url));
const COLUMNS = 92;

const isCheck = process.argv.includes('--check');
for (const scene of SCENES) {
  const file = join(FOLDER, `${scene.name}.svg`);
  const output = play(scene, (_, terminal) => terminal);
  const svg = drawTerminal(readScreen(stable(output)), { ...scene, columns: COLUMNS });
  if (!isCheck) writeFileSync(file, svg);
  else if (readFileSync(file, 'utf8') !== svg) {
    console.error(`docs/pictures/${scene.name}.svg is out of date: npm run pictures`);
    process.exitCode = 1;
  }
}
// Browsers differ from version to version, so nothing checks what they draw.
if (!isCheck) for (const page of PAGES) play(page, (folder) => photograph(folder, page));

/** Plays a scene in a folder of its own; `look` gets the folder, and what its terminal showed. */
function play({ name, files, setup, steps = [] }, look) {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-picture-'));
  try {
    for (const [file, text] of Object.entries(files)) write(folder, file, text);
    write(folder, '.bin/coffer', `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
    const shown = steps.map(
      (step) => `printf '\\033[36m$\\033[39m %s\\n' ${quoted(step)}\n${step}\n`,
    );
    write(folder, '.setup', `#!/bin/sh\nset -e\n${setup.join('\n')}\n`);
    write(folder, '.steps', `#!/bin/sh\nset -e\nstty cols ${COLUMNS}\n${shown.join('echo\n')}`);
    const terminal = 'script --quiet --return --command ./.steps /dev/null < /dev/null';
    const both = `./.setup > .log 2>&1 || { cat .log; exit 1; }; ${terminal}`;
    const sandbox = ['sandbox', '--key', 'alias/superman', '--bucket', 'superman-secrets'];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [CLI, ...sandbox, '--', 'sh', '-c', both],
      {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: `${join(folder, '.bin')}:${process.env.PATH}`, HOME: folder, TERM: 'xterm' },
      },
    );
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stdout}${stderr}`);
    return look(folder, stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function photograph(folder, { name, page, width, height }) {
  const file = join(folder, page);
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/\d+ \w+ 20\d\d, \d\d:\d\d UTC/, '2 Nov 2026, 09:30 UTC'),
  );
  const { error, status } = spawnSync(
    'chromium',
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      `--window-size=${width},${height}`,
      `--screenshot=${join(FOLDER, `${name}.png`)}`,
      `file://${file}`,
    ],
    { stdio: 'ignore' },
  );
  if (error?.code === 'ENOENT') console.error(`docs/pictures/${name}.png stays: no Chromium`);
  else if (status !== 0) throw new Error(`Chromium ended with ${status}`);
}

/** Scripts, which begin with #!, can be run. */
function write(folder, name, text) {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  if (text.startsWith('#!')) chmodSync(file, 0o755);
}

function quoted(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
