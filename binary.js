// Makes a single executable of coffer and the Node that runs this, for this platform: build/coffer.
// Run `node build.js` first.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'postject';

const { platform } = process;
const program = platform === 'win32' ? 'build/coffer.exe' : 'build/coffer';
/** What Node looks for in itself, to know whether it was made into another program. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const home = mkdtempSync(join(tmpdir(), 'coffer-binary-'));
try {
  await make({});
  // The code that this very executable compiles; Node of another version would refuse it.
  execFileSync(program, ['cache', 'warm'], {
    env: { ...process.env, HOME: home, XDG_CACHE_HOME: home, COFFER_CACHE: '' },
    stdio: 'inherit',
  });
  const folder = join(home, 'coffer', 'compiled');
  const code = readdirSync(folder).map((name) => [
    `code/${name.replace(/^\w+-[^-]+-node\.\d+-[^-]+-/, '')}`,
    join(folder, name),
  ]);
  await make(Object.fromEntries(code));
} finally {
  rmSync(home, { recursive: true });
}

async function make(code) {
  const config = join(home, 'sea.json');
  const blob = join(home, 'sea.blob');
  writeFileSync(
    config,
    JSON.stringify({
      main: 'build/binary.cjs',
      output: blob,
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
      assets: { 'commands.cjs': 'dist/commands.cjs', ...code },
    }),
  );
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: 'ignore' });
  rmSync(program, { force: true });
  copyFileSync(process.execPath, program);
  chmodSync(program, 0o755);
  // A changed program needs a new signature on macOS, where nothing unsigned runs.
  if (platform === 'darwin') execFileSync('codesign', ['--remove-signature', program]);
  await inject(program, 'NODE_SEA_BLOB', readFileSync(blob), {
    sentinelFuse: FUSE,
    ...(platform === 'darwin' && { machoSegmentName: 'NODE_SEA' }),
  });
  if (platform === 'darwin') execFileSync('codesign', ['--sign', '-', program]);
}
