/** A link of a Markdown page, with its line. */
export interface Link {
  line: number;
  target: string;
}

/** A text without its code, which has no links and no headings. Lines keep their numbers. */
function withoutCode(text: string): string {
  return text.replaceAll(/^ *```.*?^ *```$/gms, blank).replaceAll(/<!--.*?-->/gs, blank);
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ');
}

export function linksOf(text: string): Link[] {
  const prose = withoutCode(text).replaceAll(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
  const found = prose.matchAll(
    /\]\(\s*(?<inline>[^)\s]+)[^)]*\)|^\[[^\]]+\]: *(?<reference>\S+)|<(?<bare>https?:[^>\s]+)>|(?:src|srcset|href)="(?<html>[^"]+)"/gm,
  );
  return [...found].map(({ index, groups = {} }) => ({
    line: prose.slice(0, index).split('\n').length,
    target: Object.values(groups).find((value) => value !== undefined) ?? '',
  }));
}

/** The anchors that GitHub makes of a page's headings, and those that the page sets itself. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCode(text).matchAll(/^#{1,6} +(.*?)(?: +#+)?$/gm)) {
    const slug = slugOf(heading);
    let unique = slug;
    for (let n = 1; anchors.has(unique); n += 1) unique = `${slug}-${n}`;
    anchors.add(unique);
  }
  for (const [, id = ''] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

/** As GitHub has it: what is not a letter, a digit, a hyphen or an underscore goes. */
function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-');
}
