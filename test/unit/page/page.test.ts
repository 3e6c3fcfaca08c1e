import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Overview } from '../../../src/page/model.ts';
import { renderPage } from '../../../src/page/page.ts';
import { everything, overviewOf } from '../../support/overview.ts';

/**
 * The tags of a page, without the text between them, the values of attributes, and the places where
 * a name may break, which follow from its slashes.
 */
function tagsOf(page: string): string[] {
  const outside = page.replaceAll(/(<(style|script)>)[^]*?(<\/\2>)/g, '$1$3');
  return [...outside.replaceAll('<wbr>', '').matchAll(/<[a-z!/](?:[^"'>]|"[^"]*")*>/gi)].map(
    ([tag]) => tag.replaceAll(/"[^"]*"/g, '""'),
  );
}

function textOf(page: string): string {
  return page.replaceAll(/<(style|script)>[^]*?<\/\1>|<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

/** The only element of this kind that a page has. */
function contentOf(page: string, element: 'style' | 'script'): string {
  const found = [...page.matchAll(new RegExp(`<${element}[^>]*>([^]*?)</${element}>`, 'g'))];
  expect(found).toHaveLength(1);
  return found[0]?.[1] ?? '';
}

const page = renderPage(everything());

describe('the page loads nothing:', () => {
  test('its policy allows its own style and script, and nothing else', () => {
    const [, policy = ''] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(
      page,
    ) ?? ['', ''];
    for (const element of ['style', 'script'] as const) {
      expect(contentOf(page, element).length).toBeGreaterThan(1000);
    }
    const hash = (element: 'style' | 'script') =>
      `'sha256-${createHash('sha256').update(contentOf(page, element)).digest('base64')}'`;
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `style-src ${hash('style')}`,
      `script-src ${hash('script')}`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style>'));
  });

  test('no tag runs, styles or fetches anything', () => {
    const names = tagsOf(page).flatMap((tag) =>
      [...tag.matchAll(/ ([a-z-]+)(?:=|(?=[ >]))/gi)].map(([, name]) => name),
    );
    const risky = /^(?:on|style$|src|srcset|action|formaction|data$|poster|background|ping|xlink)/i;
    expect(names.filter((name = '') => risky.test(name))).toEqual([]);
    const links = [...page.matchAll(/ href="([^"]*)"/g)].map(([, target]) => target);
    expect(links).toEqual(['#parameters']);
    expect(page).not.toMatch(/<(?:link|img|iframe|object|embed|base|form|audio|video|use)\b/i);
  });

  test('neither the style nor the script has a way out', () => {
    expect(contentOf(page, 'style')).not.toMatch(/url\(|@import|image-set|src\(|https?:/i);
    expect(contentOf(page, 'script')).not.toMatch(
      /fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import\(|innerHTML|eval|Function\(|location|open\(|https?:/i,
    );
  });
});

describe('whatever stands in manifests and in AWS,', () => {
  const NASTY = [
    '</script><script>alert(1)</script>',
    '</style><style>*{display:none}',
    '</title></code></table>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    'a" autofocus onfocus="alert(1)',
    '<!-- <![CDATA[ ]]> -->',
    '&lt;b&gt; &amp;amp; &#60;',
    'a\u2028b\u2029c\u0085',
    '\u202Egnp.exe\u202C \u2066x\u2069 \u200F \uFEFF',
    '\u0000\u0007\u001B[31m\r\n\t',
    '${alert(1)} `x` \\',
    'javascript:alert(1)',
    '\uD800 alone',
  ];

  /** Fields that take one of a few words of our own, or a time. */
  const OWN = /^(?:state|store|fits|differences|madeAt|modified|changed|due|code|left)$/;

  /** The same with other texts; what refers to an environment still does. */
  function replaceTexts<Value>(value: Value, replace: (text: string) => string): Value {
    if (typeof value === 'string') return replace(value) as Value;
    if (Array.isArray(value)) return value.map((one) => replaceTexts(one, replace)) as Value;
    if (typeof value !== 'object' || value === null) return value;
    const pairs = Object.entries(value).map(([key, one]) => {
      if (OWN.test(key)) return [key, one] as const;
      if (key !== 'tags') return [key, replaceTexts(one, replace)] as const;
      const tags = Object.entries(one as object).map(([k, v]) => [replace(k), replace(String(v))]);
      return [key, Object.fromEntries(tags)] as const;
    });
    return Object.fromEntries(pairs) as Value;
  }

  const harmless = renderPage(replaceTexts(everything(), (text) => `x${text}`));

  test.each(NASTY)('%j stays text in every field', (nasty) => {
    const replaced: Overview = replaceTexts(everything(), (text) => `${nasty}${text}`);
    expect(
      JSON.stringify(replaced).split(JSON.stringify(nasty).slice(1, -1)).length,
    ).toBeGreaterThan(50);
    const shown = renderPage(replaced);
    expect(tagsOf(shown)).toEqual(tagsOf(harmless));
    expect(shown).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(contentOf(shown, 'script')).toBe(contentOf(page, 'script'));
  });

  test('names can be read as they are', () => {
    const [first] = everything().parameters;
    const shown = renderPage(
      overviewOf(everything().environments, [{ name: 'a<b>&"c', cells: first?.cells ?? [] }]),
    );
    expect(shown).toContain('<code>a&lt;b&gt;&amp;&quot;c</code>');
  });
});

test('the same overview gives the same page', () => {
  expect(renderPage(everything())).toBe(page);
});

test('says in words what colours say, and what could not be read', () => {
  const text = textOf(page);
  for (const word of [
    'in sync',
    'differs',
    'missing',
    'extra',
    'closed',
    'not read',
    'not compared',
    'overdue by 28 days',
    'due in 5 days',
    'age unknown',
    'of unknown age',
    'prod eu-west-1: no answer try again',
    'vault token cannot be decrypted restore it',
    'Made 27 Nov 2026, 09:30 UTC',
    'Differs in value, tags',
    'v3 27 Nov 2026 a live',
    'in eu-west-1',
  ]) {
    expect(text).toContain(word);
  }
});

test('each table has headers for its rows and columns, and each row as many cells', () => {
  for (const [table] of page.matchAll(/<table[^]*?<\/table>/g)) {
    const [head = '', ...bodies] = table.split(/<tbody>/);
    const columns = head.match(/<th scope="col"/g)?.length ?? 0;
    expect(columns).toBeGreaterThan(3);
    for (const [row] of bodies.join('').matchAll(/<tr>[^]*?<\/tr>/g)) {
      expect(row.match(/<th scope="row"/g)).toHaveLength(1);
      expect(1 + (row.match(/<td/g)?.length ?? 0)).toBe(columns);
    }
  }
});

test('without parameters there is still a page', () => {
  expect(textOf(renderPage(overviewOf([], [])))).toContain('0 environments, 0 parameters');
});
