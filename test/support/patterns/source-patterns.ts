import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { parseAst } from 'vite';

interface Pattern {
  file: string;
  source: string;
  flags: string;
}

type Node = { type: string } & Record<string, unknown>;

/**
 * Every regular expression of a folder's modules: all literals, and each `new RegExp` with the text
 * that its constants make. What is known only at run time counts as one letter.
 */
export function patternsOf(folder: string): Pattern[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.d)\.[tj]s$/.test(file))
    .flatMap((file) =>
      patternsIn(readFileSync(join(folder, file), 'utf8')).map((one) => ({ file, ...one })),
    );
}

/** The same for one module. */
export function patternsIn(typescript: string): Omit<Pattern, 'file'>[] {
  const { code } = transformSync(typescript, { loader: 'ts' });
  const nodes = [...nodesOf(parseAst(code))];
  const constants = new Map(
    nodes
      .filter(({ type }) => type === 'VariableDeclarator')
      .map(({ id, init }) => [(id as Node)['name'], init as Node | null]),
  );

  const textOf = (node: Node | null | undefined): string => {
    switch (node?.type) {
      case 'Literal': {
        const { regex, value } = node as Partial<Record<string, unknown>>;
        return regex ? (regex as { pattern: string }).pattern : String(value);
      }
      case 'Identifier':
        return textOf(constants.get(node['name']));
      case 'MemberExpression':
        return (node['property'] as Node)['name'] === 'source'
          ? textOf(node['object'] as Node)
          : 'x';
      case 'BinaryExpression':
        return textOf(node['left'] as Node) + textOf(node['right'] as Node);
      case 'TaggedTemplateExpression':
        return template(node['quasi'] as Node, 'raw');
      case 'TemplateLiteral':
        return template(node, 'cooked');
      default:
        return 'x';
    }
  };
  const template = (node: Node, kind: 'raw' | 'cooked') => {
    const quasis = node['quasis'] as { value: { raw: string; cooked: string } }[];
    const holes = node['expressions'] as Node[];
    return quasis
      .map(({ value }, at) => value[kind] + (holes[at] ? textOf(holes[at]) : ''))
      .join('');
  };

  return nodes.flatMap((node) => {
    if (node['regex']) {
      const { pattern, flags } = node['regex'] as { pattern: string; flags: string };
      return [{ source: pattern, flags }];
    }
    const isMade = node.type === 'NewExpression' || node.type === 'CallExpression';
    if (!isMade || (node['callee'] as Node)['name'] !== 'RegExp') return [];
    const [source, flags] = node['arguments'] as Node[];
    return [{ source: textOf(source), flags: flags?.type === 'Literal' ? textOf(flags) : '' }];
  });
}

function* nodesOf(value: unknown): Generator<Node> {
  if (value === null || typeof value !== 'object') return;
  if ('type' in value) yield value as Node;
  for (const one of Object.values(value)) yield* nodesOf(one);
}
