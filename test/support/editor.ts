import type { Scene } from './scene.ts';

/**
 * Environment in which `coffer edit` finds an editor that runs `body`, JavaScript that may change
 * `text` and knows its `file`. The scene's file `seen` then has the path of that file.
 */
export async function writeEditor(scene: Scene, body: string): Promise<Record<string, string>> {
  await scene.write(
    'editor.mjs',
    `import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
const file = process.argv.at(-1);
let text = readFileSync(file, 'utf8');
const modes = [dirname(file), file].map((path) => (statSync(path).mode & 0o777).toString(8));
writeFileSync('seen', JSON.stringify({ file, modes }));
${body}
writeFileSync(file, text);
`,
  );
  return { EDITOR: `"${process.execPath}" editor.mjs`, TMPDIR: scene.folder };
}

/** The path and the modes that the editor saw. */
export async function seenBy(scene: Scene) {
  const seen: unknown = JSON.parse(await scene.text('seen'));
  return seen as { file: string; modes: string[] };
}
