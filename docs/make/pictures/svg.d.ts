import type { Run } from './screen.js';

export function drawTerminal(
  lines: readonly (readonly Run[])[],
  window: { title: string; summary: string; columns: number },
): string;
