import type { Finding } from '../../actions/doctor.ts';
import { visible } from '../../formats/visible.ts';
import type { Paint } from './paint.ts';

const STATE_WIDTH = 4;

/** One line for each finding, below one for its manifest; what to do is under it, said once. */
export function renderFindings(findings: readonly Finding[], paint: Paint): string {
  const colors = { ok: paint.green, warn: paint.yellow, fail: paint.red, skip: paint.dim };
  const width = Math.max(...findings.map(({ topic }) => topic.length));
  const indent = ' '.repeat(STATE_WIDTH + width + 4);
  let current: string | undefined;
  const told = new Set<string>();
  return findings
    .map(({ topic, file, state, text, hint }) => {
      const heading =
        file === undefined || file === current ? '' : `\n${paint.bold(visible(file))}\n`;
      current = file;
      const mark = colors[state](state.padEnd(STATE_WIDTH));
      const isNew = hint !== undefined && !told.has(hint);
      if (isNew) told.add(hint);
      const fix = !isNew ? '' : `${indent}${paint.dim('hint:')} ${visible(hint)}\n`;
      return `${heading}${mark}  ${topic.padEnd(width)}  ${visible(text)}\n${fix}`;
    })
    .join('');
}
