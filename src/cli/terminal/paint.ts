import pc from 'picocolors';

/** Colours, or the text as it is. */
export type Paint = ReturnType<typeof pc.createColors>;

export function createPaint(isColorful: boolean): Paint {
  return pc.createColors(isColorful);
}
