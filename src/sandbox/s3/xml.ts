import { Refusal } from '../refusal.ts';

type XmlValue = string | number | boolean | undefined | XmlTree | readonly XmlTree[];
export interface XmlTree {
  readonly [name: string]: XmlValue | readonly string[];
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A document: members become elements, arrays repeated elements; undefined is omitted. */
export function document(root: string, content: XmlTree, namespace = true): string {
  const attribute = namespace ? ` xmlns="${NAMESPACE}"` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${render(content)}</${root}>`;
}

export function render(tree: XmlTree): string {
  let text = '';
  for (const [name, value] of Object.entries(tree)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === undefined) continue;
      const inner = typeof item === 'object' ? render(item as XmlTree) : escape(String(item));
      text += `<${name}>${inner}</${name}>`;
    }
  }
  return text;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escape(text: string): string {
  return text.replaceAll(
    /[&<>"\u0000-\u0008\u000b-\u001f\n\ufffe\uffff]/g,
    (found) => ENTITIES[found] ?? `&#x${found.charCodeAt(0).toString(16)};`,
  );
}

export interface Element {
  name: string;
  text: string;
  children: Element[];
}

const MAX_DEPTH = 32;
const TOKEN =
  /<\?[^]*?\?>|<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy;

/** The root element of a document, which must be named `root`. No DTDs, no foreign entities. */
export function parseXml(body: Buffer, root: string): Element {
  const source = decode(body).replace(/^\uFEFF/, '');
  const top: Element = { name: '', text: '', children: [] };
  const open = [top];
  let at = 0;
  for (const [token, cdata, closing, name, , empty, text] of source.matchAll(TOKEN)) {
    at += token.length;
    const current = open.at(-1) ?? top;
    if (cdata !== undefined) current.text += cdata;
    else if (text !== undefined) current.text += unescape(text);
    else if (name !== undefined && closing === '/') {
      if (current.name !== local(name) || open.length === 1) throw malformed();
      open.pop();
    } else if (name !== undefined) {
      const element: Element = { name: local(name), text: '', children: [] };
      current.children.push(element);
      if (empty !== '/') open.push(element);
      if (open.length > MAX_DEPTH) throw malformed();
    }
  }
  const [element, ...others] = top.children;
  const complete = at === source.length && open.length === 1 && top.text.trim() === '';
  if (!complete || element === undefined || others.length > 0 || element.name !== root) {
    throw malformed();
  }
  return element;
}

export function child(element: Element, name: string): Element | undefined {
  return element.children.find((each) => each.name === name);
}

export function childText(element: Element, name: string): string | undefined {
  return child(element, name)?.text;
}

export function malformed(): Refusal {
  return new Refusal(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw malformed();
  }
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function unescape(text: string): string {
  return text.replaceAll(/&([^;&\s]*);?/g, (whole, entity: string) => {
    if (!whole.endsWith(';')) throw malformed();
    const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[entity];
    if (named !== undefined) return named;
    const code = /^#x[0-9a-f]+$/i.test(entity)
      ? Number.parseInt(entity.slice(2), 16)
      : /^#\d+$/.test(entity)
        ? Number(entity.slice(1))
        : Number.NaN;
    if (!(code <= 0x10ffff)) throw malformed();
    return String.fromCodePoint(code);
  });
}
