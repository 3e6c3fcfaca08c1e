import { mapVersions, pickChanged, type Versions } from './merged.ts';

/** Texts with `\n` line breaks only, and how to restore those of the sides. */
interface PlainTexts {
  plain: Versions<string>;
  restore: (text: string) => string;
}

/** Removes differences that do not matter: CRLF, and a missing final line break. */
export function takeLineBreaks(texts: Versions<string>): PlainTexts {
  const style = <T>(look: (text: string) => T) => {
    const looks = mapVersions(texts, look);
    return pickChanged(looks) ?? looks.ours;
  };
  const crlf = style(hasCrlf);
  const open = style(isOpen);
  return {
    plain: mapVersions(texts, (text) => {
      const plain = hasCrlf(text) ? text.replaceAll('\r\n', '\n') : text;
      return isOpen(text) ? `${plain}\n` : plain;
    }),
    restore(text) {
      const ended = open && text.endsWith('\n') ? text.slice(0, -1) : text;
      return crlf ? ended.replaceAll('\n', '\r\n') : ended;
    },
  };
}

function hasCrlf(text: string): boolean {
  return /\r\n/.test(text) && !/(?<!\r)\n/.test(text);
}

function isOpen(text: string): boolean {
  return text !== '' && !text.endsWith('\n');
}
