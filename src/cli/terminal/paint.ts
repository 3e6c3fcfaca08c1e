import pc from 'picocolors';

/** Colours, or the unchanged text. */
export type Paint = ReturnType<typeof pc.createColors>;

/** @param isColorful undefined, as the `isTTY` of what is no terminal, is no */
export function createPaint(isColorful: boolean | undefined): Paint {
  // Without an answer, picocolors would go by CI and by words such as --color.
  return pc.createColors(isColorful === true);
}
