import pc from 'picocolors';

/** Colours, or the unchanged text. */
export type Paint = ReturnType<typeof pc.createColors>;

export function createPaint(isColorful: boolean): Paint {
  return pc.createColors(isColorful);
}
