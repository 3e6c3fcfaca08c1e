import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import type { Overview } from '../../src/page/model.ts';
import { renderPage } from '../../src/page/page.ts';
import { everything, manyEnvironments } from '../support/overview.ts';
import { createWorkspace } from '../support/workspace.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) {
  process.stderr.write(`The tests of the report in a browser are left out: no ${CHROMIUM}\n`);
}

/** Nothing of the browser's own goes out either, which would be noise in the list of requests. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Browser | undefined;
afterAll(() => browser?.close());

interface Opening {
  scheme?: 'light' | 'dark';
  width?: number;
  /**
   * `blocked`: the browser runs no script, not even one for tests; `absent`: the page has none, and
   * looks the same.
   */
  script?: 'runs' | 'blocked' | 'absent';
}

interface Opened {
  page: Page;
  /** Every request but that for the page itself. */
  requests: string[];
  /** What the console says, such as a breach of the policy. */
  messages: string[];
}

async function open(
  overview: Overview,
  { scheme = 'light', width = 1280, script = 'runs' }: Opening = {},
): Promise<Opened> {
  const whole = renderPage(overview);
  const html = script === 'absent' ? whole.replace(/<script>[^]*<\/script>/, '') : whole;
  const folder = await createWorkspace({ 'report.html': html });
  const url = pathToFileURL(folder.path('report.html')).href;
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    javaScriptEnabled: script !== 'blocked',
  });
  const page = await context.newPage();
  const requests: string[] = [];
  const messages: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => messages.push(message.text()));
  page.on('pageerror', (error) => messages.push(String(error)));
  page.on('dialog', (dialog) => messages.push(dialog.message()));
  await page.goto(url);
  return { page, requests: requests.filter((one) => one !== url), messages };
}

/** What axe finds, in the page and in the details of its first parameter. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.locator('.matrix summary').first().click();
  // Through the debugger, which the policy of the page does not keep out.
  const session = await page.context().newCDPSession(page);
  const evaluate = async (expression: string) => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description);
    return result.value as unknown;
  };
  await evaluate(axe.source);
  const found = (await evaluate(
    'axe.run().then(({violations}) => violations.map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html).join(" | ")}`))',
  )) as string[];
  return found;
}

const shownNames = (page: Page) => page.locator('.matrix tbody:visible summary').allTextContents();

function backgroundOf(page: Page): Promise<string> {
  return page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
}

describe.runIf(hasChromium)('in Chromium', () => {
  const views = (['light', 'dark'] as const).flatMap((scheme) =>
    [1280, 400].flatMap((width) =>
      (['runs', 'absent'] as const).map((script) => ({ scheme, width, script })),
    ),
  );

  test.each(views)('axe finds nothing wrong: $scheme, $width px, script $script', async (view) => {
    const { page, requests, messages } = await open(everything(), view);
    expect(await violationsOf(page)).toEqual([]);
    expect({ requests, messages }).toEqual({ requests: [], messages: [] });
    await page.context().close();
  });

  test('what stands in a name or a description stays text', async () => {
    const nasty = '"><img src=x onerror=alert(1)></code></script><script>alert(2)</script>';
    const overview = everything();
    const [row] = overview.parameters;
    const cells = (row?.cells ?? []).map((cell) => ({ ...cell, description: nasty }));
    const { page, requests, messages } = await open({
      ...overview,
      parameters: [{ name: nasty, cells }],
    });
    expect(await shownNames(page)).toEqual([nasty]);
    await page.locator('.matrix summary').click();
    expect(await page.locator('.card dd', { hasText: nasty }).first().textContent()).toBe(nasty);
    expect({ requests, messages }).toEqual({ requests: [], messages: [] });
    await page.context().close();
  });

  test('the policy keeps out what would get into the page', async () => {
    const { page, messages } = await open(everything());
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'document.title = "changed"';
      const image = new Image();
      image.src = 'https://example.org/x.png';
      document.body.append(script, image);
      document.body.setAttribute('style', 'color: red');
    }`);
    await expect.poll(() => messages.length).toBeGreaterThanOrEqual(3);
    expect(await page.title()).not.toBe('changed');
    expect(messages.join('\n')).toContain('Content Security Policy');
    await page.context().close();
  });

  test('search, states and environments choose what shows', async () => {
    const { page } = await open(everything());
    expect(await shownNames(page)).toEqual(['api/token', 'db/password', 'tls/keystore']);
    await page.keyboard.press('/');
    await page.keyboard.type('PASS');
    expect(await shownNames(page)).toEqual(['db/password']);
    expect(await page.locator('#status').textContent()).toBe('1 of 3');
    await page.keyboard.press('Escape');
    expect(await shownNames(page)).toHaveLength(3);

    await page.getByRole('button', { name: 'differs' }).click();
    expect(await shownNames(page)).toEqual(['api/token']);
    await page.getByRole('button', { name: 'missing' }).click();
    expect(await shownNames(page)).toEqual(['api/token', 'db/password']);
    await page.getByRole('button', { name: 'overdue' }).click();
    for (const name of ['differs', 'missing']) await page.getByRole('button', { name }).click();
    expect(await shownNames(page)).toEqual(['api/token']);

    // What is only in a hidden column does not count.
    await page.locator('.columns summary').click();
    await page.getByRole('checkbox', { name: 'dev' }).uncheck();
    expect(await shownNames(page)).toEqual([]);
    expect(await page.locator('.matrix thead th:visible').count()).toBe(3);
    await page.getByRole('checkbox', { name: 'dev' }).check();
    await page.keyboard.press('Escape');
    expect(await page.locator('.columns[open]').count()).toBe(0);
    expect(await shownNames(page)).toEqual(['api/token']);
    await page.context().close();
  });

  test('a keyboard is enough: details open, and each stop can be seen', async () => {
    const { page } = await open(everything());
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toContain('Skip');
    await page.keyboard.press('Enter');
    const outlines: string[] = [];
    for (let stop = 0; stop < 40; stop += 1) {
      await page.keyboard.press('Tab');
      outlines.push(
        await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle'),
      );
      if (await page.evaluate("document.activeElement.matches('.matrix summary')")) break;
    }
    expect(outlines.length).toBeLessThan(40);
    expect(outlines.filter((style) => style === 'none')).toEqual([]);
    expect(await page.locator('.card:visible').count()).toBe(0);
    await page.keyboard.press('Enter');
    expect(await page.locator('.card:visible').count()).toBe(3);
    await page.context().close();
  });

  test('the theme follows the system until somebody chooses', async () => {
    const { page } = await open(everything(), { scheme: 'dark' });
    const dark = await backgroundOf(page);
    await page.getByRole('button', { name: 'Light theme' }).click();
    const light = await backgroundOf(page);
    expect(light).not.toBe(dark);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('button', { name: 'Dark theme' }).click();
    expect(await backgroundOf(page)).toBe(dark);
    await page.context().close();
  });

  test('without a script everything can be read, and nothing pretends to work', async () => {
    const { page } = await open(everything(), { script: 'blocked' });
    expect(await page.locator('button:visible, input:visible').count()).toBe(0);
    expect(await page.locator('.card:visible').count()).toBe(0);
    await page.locator('.matrix summary').first().click();
    expect(await page.locator('.card:visible').count()).toBe(3);
    expect(await page.locator('.card:visible').first().textContent()).toContain('overdue');
    await page.context().close();
  });

  test('on paper all rows and columns show, and no controls', async () => {
    const { page } = await open(everything());
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.controls:visible, #theme:visible').count()).toBe(0);
    const matrix = "document.querySelector('.matrix')";
    const hidden = await page.evaluate(`${matrix}.scrollHeight - ${matrix}.clientHeight`);
    expect(hidden).toBe(0);
    await page.context().close();
  });

  test('ten environments with 300 parameters: headers stay in view, and a search finds', async () => {
    const { page, requests } = await open(manyEnvironments(10, 300));
    const matrix = page.locator('.matrix');
    await matrix.evaluate((element) => element.scrollTo(600, 3000));
    const at = async (selector: string) => page.locator(selector).first().boundingBox();
    const [frame, head] = [await at('.matrix'), await at('.matrix thead th')];
    expect(head?.y).toBeCloseTo((frame?.y ?? 0) + 1, 0);
    expect(head?.x).toBeCloseTo((frame?.x ?? 0) + 1, 0);
    await page.locator('#search').fill('name-299');
    expect(await shownNames(page)).toEqual(['service/name-299']);
    expect(requests).toEqual([]);
    await page.context().close();
  });
});
