import { createHash } from 'node:crypto';
import { countOf } from '../formats/count.ts';
import { markup, Markup } from './markup.ts';
import { renderMatrix } from './matrix.ts';
import type { Overview } from './model.ts';
import script from './page.client.js?raw';
import style from './page.css?raw';
import { renderFigures, renderEnvironments, renderMade, renderProblems } from './summary.ts';
import { renderLegend, renderPrices } from './legend.ts';
import { day } from './words.ts';

/**
 * One HTML page that needs nothing else: no request leaves it, and its policy lets nothing run or
 * load but its own style and script. All of it is readable without the script. The same overview
 * gives the same page.
 */
export function renderPage(overview: Overview): string {
  const { environments, parameters, madeAt } = overview;
  const title = `${countOf(environments.length, 'environment')}, ${countOf(parameters.length, 'parameter')}`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="generator" content="coffer">
<title>coffer report: ${title}, ${day(madeAt)}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#parameters">Skip to the parameters</a>
<header>
<div>
<p class="brand">coffer report</p>
<h1>${title}</h1>
${renderMade(overview)}
</div>
<button type="button" id="theme" class="needs-script">Dark theme</button>
</header>
<main>
${renderFigures(overview)}
${renderProblems(overview)}
${renderEnvironments(overview)}
${renderMatrix(overview)}
</main>
<footer>
${renderLegend(overview)}
${renderPrices()}
</footer>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}

/** Nothing but these two texts; not even a form or a base for links. */
function policy(): Markup {
  return new Markup(
    [
      "default-src 'none'",
      `style-src ${hashOf(style)}`,
      `script-src ${hashOf(script)}`,
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
  );
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
